"""What a gateway does not start with: each is a sentence and an exit code, and shows neither a stack trace nor a password."""
import subprocess
import tempfile
import time

from access_client import check, until
from cluster_setting import Setting, alert
from nats_servers import Client, program
from ports import free_port
from server import ROOT

PASSWORD = "rosebud-and-thunder"

# Keys made for this test: seed and public key.
OURS = ("SUAH23ZSY6LPJCPVR2PPZBPQV5UZ6XOYBJU5NUQ75QH5P3Y7D7EXTMFWN4", "UD5GAH3CHLL4BCTBRXANUMCX7NHIH3HSOL425R53LM6NRCWVYBWM3DUC")
THEIRS = ("SUAPW3C6TNF354KEMUTLWZN3YLL6HXPTAG3HDY3JX6HIUUN6JLQWW25GWQ",)

# Users of NATS: one who may all, one who may what docs/cluster.md says, and some without one of the things that a gateway needs.
ACCOUNTS = """
accounts {
  HUB {
    jetstream: enabled
    users: [
      { user: all, password: "rosebud-and-thunder" }
      { user: least, password: "rosebud-and-thunder", permissions: {
          publish: ["tocsin.e.>", "$JS.API.>", "$JS.FC.>", "$KV.tocsin.>"], subscribe: ["_INBOX.>"] } }
      { user: nocreate, password: "rosebud-and-thunder", permissions: { publish: { deny: ["$JS.API.STREAM.CREATE.>"] } } }
      { user: noapi, password: "rosebud-and-thunder", permissions: { publish: { deny: ["$JS.API.>"] } } }
      { user: nopublish, password: "rosebud-and-thunder", permissions: { publish: { deny: ["*.e.>"] } } }
      { user: noconsumer, password: "rosebud-and-thunder", permissions: { publish: { deny: ["$JS.API.CONSUMER.CREATE.>"] } } }
      { user: noread, password: "rosebud-and-thunder", permissions: { publish: { deny: ["$JS.API.DIRECT.GET.>"] } } }
      { user: nobucket, password: "rosebud-and-thunder", permissions: { publish: { deny: ["$KV.>"] } } }
      { user: noinbox, password: "rosebud-and-thunder", permissions: { subscribe: { deny: ["_INBOX.>"] } } }
    ]
  }
  BARE { users: [ { user: bare, password: "rosebud-and-thunder" } ] }
}
"""


def start(folder, count, long):
    """What a gateway does not start with, in a sentence each."""
    with Setting(folder, count, gateways=1) as setting:
        refuse = Refusals(setting.nats.urls, long)
        streams_and_words(setting, refuse, folder)
        if not old(folder, refuse):
            print("     cluster: skip an old NATS: Debian bookworm's is not to be had", flush=True)
        small(folder, refuse)
    ended()
    accounts(folder, long)
    nkeys(folder, long)
    power(folder)


def ended():
    """A start that waits for NATS has promised nobody anything: whoever ends it does not wait with it."""
    with tempfile.TemporaryDirectory() as data:
        process = subprocess.Popen(
            [str(ROOT / "tocsin"), "serve", "--port", "0", "--data", data, "--jetstream", f"nats://127.0.0.1:{free_port()}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        process.stderr.readline()  # that NATS is not there
        begin = time.monotonic()
        process.terminate()
        code = process.wait(timeout=60)
        check("a start that waits for NATS ends at once when it is asked to", code == 0 and time.monotonic() - begin < 4, code)


class Refusals:
    """Starts gateways that do not start."""

    def __init__(self, urls, long):
        self.urls, self.long = urls, long

    def __call__(self, name, options, *words, urls=None, code=1):
        with tempfile.TemporaryDirectory() as data:
            place = [] if "--memory" in options else ["--data", data]
            place += [] if "--jetstream-replicas" in options else ["--jetstream-replicas", "1"]
            process = subprocess.Popen(
                [str(ROOT / "tocsin"), "serve", "--port", "0", "--jetstream", urls or self.urls, *place, *options],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            try:
                out, said = process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                out, said = process.communicate()
        good = (process.returncode == code and not out and all(word in said for word in words)
                and not any(word in said for word in ("Exception", "\tat ", PASSWORD)))
        check(f"{name} is refused in words", good, (process.returncode, out, said))
        if good and self.long:
            print(f"     cluster: {name}: {said.strip()}", flush=True)


def streams_and_words(setting, refuse, folder):
    refuse("a stream of other settings", ["--retain", "1d"], "max_age")
    refuse("no server there", [], "NATS", "10 seconds", urls=f"nats://127.0.0.1:{free_port()}")
    refuse("what is no address", [], "nats://host:4222", urls="http://127.0.0.1:4222", code=2)
    refuse("no such credentials", ["--jetstream-creds", "/nowhere/at.creds"], "/nowhere/at.creds")
    for name, text in {"broken": "these are no credentials\n", "empty": "", "binary": "\0\1\2" * 50}.items():
        broken = folder / f"{name}.creds"
        broken.write_text(text)
        refuse(f"a file of credentials that is {name}", ["--jetstream-creds", str(broken)], str(broken))
    refuse("a word of power that NATS does not keep", ["--durability", "power"], "sync_interval")
    refuse("a stream that is to be there", ["--jetstream-create=false", "--jetstream-prefix", "absent"], "absent")
    refuse("two places for one log", ["--memory"], "--memory", code=2)
    refuse("too many replicas", ["--jetstream-replicas", "3", "--jetstream-prefix", "three"], "replicas")
    refuse("TLS where NATS has none", [], "TLS", urls=setting.nats.urls.replace("nats:", "tls:"))
    with setting.client() as client:
        made = client.api("STREAM.CREATE.open", {"name": "open", "subjects": ["open.e.>"], "retention": "limits",
                                                 "storage": "file", "num_replicas": 1})
        assert "error" not in made, made
        made = client.api("STREAM.CREATE.theirs", {"name": "theirs", "subjects": ["taken.e.>"], "retention": "workqueue",
                                                   "storage": "file", "num_replicas": 1})
        assert "error" not in made, made
    refuse("a stream that belongs to somebody else", ["--jetstream-prefix", "open"], "deny_delete", "deny_purge")
    refuse("subjects that another stream has", ["--jetstream-prefix", "taken"], "overlap")
    with Client(setting.nats.all[0].port) as client:
        check("nothing was done to what was there", client.messages("open") == 0 and client.messages("theirs") == 0)


def old(folder, refuse):
    """A server of Debian 12."""
    path = program("--of", "bookworm")
    if path:
        with Setting(folder / "old", 1, 0, path=path) as setting:
            refuse("an old NATS", [], "2.11", "2.9", urls=setting.nats.urls)
    return path


def small(folder, refuse):
    with Setting(folder / "small", 1, 0, more="max_payload: 32KB\n") as setting:
        refuse("a NATS that takes small messages alone", [], "max_payload", urls=setting.nats.urls)


def accounts(folder, long):
    """Each may do something less than a gateway needs."""
    with Setting(folder / "accounts", 1, 0, more=ACCOUNTS) as setting:
        def urls(user, password=PASSWORD):
            return f"nats://{user}:{password}@127.0.0.1:{setting.nats.all[0].port}"

        refuse = Refusals(None, long)
        refuse("nobody", [], "credentials", urls=setting.nats.urls)
        refuse("a wrong password", [], "credentials", urls=urls("all", "wrong"))
        refuse("an account without JetStream", [], "JetStream is not enabled", "account", urls=urls("bare"))
        refuse("an account that may not create", [], "does not permit", "STREAM.CREATE", urls=urls("nocreate"))
        refuse("an account that may not ask", [], "does not permit", "$JS.API", urls=urls("noapi"))
        refuse("an account that may not hear answers", [], "does not permit", "_INBOX", urls=urls("noinbox"))
        refuse("an account that may not write into the bucket", [], "does not permit", "$KV", urls=urls("nobucket"))
        gateway = setting.add("g", urls("least"))
        sequence = gateway.published(alert("kept"))
        refuse("an account that may not publish", [], "does not permit", "tocsin.e.", urls=urls("nopublish"))
        refuse("an account that may not follow", [], "does not permit", "CONSUMER", urls=urls("noconsumer"))
        refuse("an account that may not read", [], "does not permit", "DIRECT.GET", urls=urls("noread"))
        with Client(setting.nats.all[0].port, user="all", **{"pass": PASSWORD}) as client:
            client.request("tocsin.e.alert.deleted", b"this is no event")
        check("who may what is needed goes on", gateway.published(alert("more")) == sequence + 2)
        check("what is foreign is warned of", until(lambda: "is no event" in gateway.said(), 30), gateway.said())
        said = gateway.said() + gateway.first_line + "".join(
            gateway.ask(path).body.decode() for path in ("/api/v1/stats", "/readyz", "/metrics"))
        check("no password is told", PASSWORD not in said, said)


def nkeys(folder, long):
    """A server that knows keys: who shows another one is not let in, who shows the right one is."""
    with Setting(folder / "nkeys", 1, 0, more=f'authorization {{ users: [ {{ nkey: {OURS[1]} }} ] }}\n') as setting:
        refuse = Refusals(setting.nats.urls, long)
        theirs = credentials(folder / "theirs.creds", THEIRS[0])
        refuse("who shows somebody else's key", ["--jetstream-creds", theirs], "credentials", "does not let")
        gateway = setting.add("g", None, "--jetstream-creds", credentials(folder / "ours.creds", OURS[0]))
        gateway.published(alert("let in"))
        check("no seed is told", OURS[0] not in gateway.said(), gateway.said())


def credentials(file, seed):
    """A file as nsc writes it; what a server without accounts takes of it is the key."""
    file.write_text(f"-----BEGIN NATS USER JWT-----\ne30.e30.e30\n------END NATS USER JWT------\n\n"
                    f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n")
    return str(file)


def power(folder):
    """The operator's word that the servers flush every message."""
    with Setting(folder / "synced", 1, 1, "--durability", "power", "--jetstream-synced", jetstream="sync_interval: always") as setting:
        gateway = setting.gateways[0]
        check("power is named", gateway.stats()["log"]["durability"] == "power", gateway.stats()["log"])
        told = gateway.socket_at("?events=alert.*").await_message(lambda m: m["type"] == "connection.established")
        check("clients are told", told["payload"]["durability"] == "power", told)
