"""What the operator decides and reads: who need not be asked, the first key, the audit log; and that no secret stands
anywhere."""
import json
import os
import re
import stat
import subprocess
import time
from datetime import datetime
from pathlib import Path

import access_client
from access_client import Hub, Socket, bearer, check, publish, publish_lines, request, secret, together, tocsin, until
from access_ways import event, grants


def rules(folder):
    """When nobody is asked, and when that is refused."""
    folder = Path(folder) / "rules"
    folder.mkdir()
    with_keys = folder / "with-keys"
    with_keys.mkdir()
    (folder / "shared.json").write_text(json.dumps({"kty": "oct", "k": "A" * 43, "alg": "HS256"}))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=x",
                    "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")], check=True, capture_output=True)
    secret(tocsin("key", "new", "somebody", "--data", str(with_keys)).stdout.strip())
    tls = ["--tls-cert", str(folder / "cert.pem"), "--tls-key", str(folder / "key.pem")]
    ways = {
        "--keys": ["--memory", "--keys", str(with_keys / "keys.json")],
        "keys in its folder": ["--data", str(with_keys)],
        "--jwt-keys": ["--memory", "--jwt-keys", str(folder / "shared.json")],
        "--tls-client-ca": ["--memory", *tls, "--tls-client-ca", str(folder / "cert.pem")],
        "--proxy-user-header": ["--memory", "--trust-proxy", "127.0.0.2/32", "--proxy-user-header", "X-User"],
    }

    def refused(way, options):
        done = tocsin("serve", "--port", "0", "--insecure", *options)
        check(f"--insecure with {way}: refused", done.returncode == 2 and "--insecure" in done.stderr and not done.stdout, done)
    together(*(lambda way=way, options=options: refused(way, options) for way, options in ways.items()),
             lambda: first_key(folder), lambda: open_on_loopback(folder), lambda: insecure(folder))


def first_key(folder):
    """Beyond loopback a server without a key makes one, says so once, and keeps no more than what knows it again."""
    hub = Hub(folder, "beyond", "--host", "0.0.0.0")
    hub.start()
    until(lambda: "travel in the clear" in hub.said(), 3)
    keys = set(re.findall(r"tocsin_[a-z0-9]+_[\w-]{43}", hub.said()))
    check("one key is printed", len(keys) == 1, hub.said())
    check("and that credentials travel in the clear", hub.said().count("travel in the clear") == 1, hub.said())
    key = keys.pop()
    # It was shown on the terminal on purpose: it is looked for only where it must not be.
    check("its file is its owner's alone", stat.S_IMODE(hub.keys_file.stat().st_mode) == 0o600)
    check("its file does not hold it", key.split("_", 2)[2] not in hub.keys_file.read_text())
    check("it opens everything", request(hub.port, "GET", "/api/v1/stats", None, bearer(key)).json["insecure"] is False
          and publish(hub.port, event("front", 1), bearer(key)).status == 201)
    check("and nothing opens without", request(hub.port, "GET", "/api/v1/events").status == 401)
    hub.stop()
    before = len(hub.said())
    hub.start()
    check("the next start makes none", "tocsin_" not in hub.said()[before:], hub.said()[before:])
    check("and knows the first", request(hub.port, "GET", "/api/v1/catalog", None, bearer(key)).status == 200)
    hub.stop()
    access_client.hubs.remove(hub)


def open_on_loopback(folder):
    hub = Hub(folder, "open")
    hub.start()
    stats = request(hub.port, "GET", "/api/v1/stats")
    check("on loopback nobody is asked", stats.status == 200 and publish(hub.port, event("front", 1), {}).status == 201, stats)
    check("which is no warning's worth", "warning" not in hub.said(), hub.said())
    check("pages of others are shut out", request(hub.port, "GET", "/api/v1/stats", None, {"Origin": "http://evil.example"}).status == 403
          and request(hub.port, "GET", "/api/v1/stats", None, {"Host": "evil.example"}).status == 403)
    connection = Socket(hub.port)
    connection.send({"action": "authenticate", "token": secret("tocsin_aaaaaaaaaa_" + "B" * 43)})
    connection.send({"action": "ping"})
    check("who authenticates all the same goes on", connection.await_message(
        lambda message: message.get("type") == "pong", 0, 3), connection.messages)
    connection.close()
    hub.stop()


def insecure(folder):
    hub = Hub(folder, "insecure", "--host", "0.0.0.0", "--insecure")
    hub.start()
    check("--insecure is warned of", until(lambda: "--insecure" in hub.said(), 3), hub.said())
    stats = request(hub.port, "GET", "/api/v1/stats")
    check("and in the statistics", stats.status == 200 and stats.json["insecure"] is True, stats)
    check("no key is made", not hub.keys_file.exists() and "tocsin_" not in hub.said())
    hub.stop()


# The audit log ----------------------------------------------------------------------------------------------------


def audit(folder):
    """A line for each kind of thing, at most one a second for a principal, in a file that may be renamed."""
    hub = Hub(folder, "audit")
    root = hub.key("root")
    reader = hub.key("reader", grants("front"), [{"events": ["camera.*"], "where": {"camera_id": ["front"]}}])
    hub.write_keys()
    hub.start()
    made = hub.key_command("new", "guest", "--subscribe", "alert.*")
    guest = secret(made.stdout.strip())
    until(lambda: request(hub.port, "GET", "/api/v1/catalog", None, bearer(guest)).status == 200, 5)
    connection = Socket(hub.port, headers=bearer(guest))
    hub.key_command("revoke", guest.split("_")[1])
    check("the guest is out", connection.ended(3) == 4410, connection.code)
    connection = Socket(hub.port, headers=bearer(reader))
    connection.authenticate(reader)
    connection.ask({"action": "subscribe", "events": ["gpu.*"]})
    connection.ask({"action": "publish", "event": event("yard", 1)})
    publish_lines(hub.port, [event("yard", 1)] * 500, bearer(reader))
    request(hub.port, "GET", "/api/v1/events", None, bearer("letmein"))
    kinds = {"credential_accepted", "credential_refused", "credential_ended", "credential_renewed", "publish_denied",
             "subscription_denied", "key_made", "key_revoked"}
    check("a line for each kind of thing", until(lambda: kinds <= {line["event"] for line in hub.audit()}, 4),
          kinds - {line["event"] for line in hub.audit()})
    lines = hub.audit()
    for line in lines:
        check("time and what", re.fullmatch(r"20\d\d-\d\d-\d\dT[\d:.]+Z", line["time"]) and line["event"] in kinds, line)
        check("a name, where it is known", "name" in line or line["event"] == "credential_refused", line)
        check("an address, where there is one", line.get("address", "").startswith("127.0.0.1") or line["event"].startswith("key_"), line)

    def denied():
        return [line for line in hub.audit() if line["event"] == "publish_denied"]

    # One line a second at most: the last of them comes that much later.
    until(lambda: sum(line.get("count", 1) for line in denied()) >= 501, 5)
    known = denied()
    check("denials are counted", sum(line.get("count", 1) for line in known) == 501 and len(known) <= 4, known)
    begin = time.monotonic()
    types = [e["type"] for e in request(hub.port, "GET", "/api/v1/catalog", None, bearer(root)).json["event_types"]]
    for name in types:
        publish(hub.port, {"type": name, "payload": event("front", 3)["payload"]}, bearer(reader))
    time.sleep(2.2)
    several = denied()[len(known):]
    check("at most a line a second, whatever is denied", 0 < len(several) <= time.monotonic() - begin + 2, several)
    times = [datetime.fromisoformat(line["time"][:26].rstrip("Z") + "+00:00") for line in denied()]
    check("and a second between them", all((b - a).total_seconds() >= 1 for a, b in zip(times, times[1:])), denied())
    check("the file is the operator's", stat.S_IMODE(hub.audit_log.stat().st_mode) == 0o600)
    connection.close()
    renamed(hub, reader)
    hub.stop()


def renamed(hub, reader):
    """Renamed, renamed and made anew by whoever renames, deleted: each line stands in the file that had the name when it
    was written, once. Each is known by the address that it tells of."""

    def addresses(path):
        return [line.get("address") for line in map(json.loads, path.read_text().splitlines())] if path.exists() else []

    def come(source):
        request(hub.port, "GET", "/api/v1/events", None, bearer(reader), source)

    def wait_for(source, what):
        check(f"the audit log {what}: has the next line", until(lambda: source in addresses(hub.audit_log), 4), addresses(hub.audit_log)[-3:])

    def rename(n):
        os.rename(hub.audit_log, hub.audit_log.with_suffix(f".{n}"))

    def make_anew():
        rename(2)
        hub.audit_log.touch(0o600)
    for n, (what, change) in enumerate([("renamed", lambda: rename(1)), ("renamed and made anew", make_anew), ("deleted", hub.audit_log.unlink)]):
        before, after = f"127.0.9.{2 * n + 1}", f"127.0.9.{2 * n + 2}"
        come(before)
        wait_for(before, f"before it is {what}")
        change()
        check(f"the audit log {what}: is away", before not in addresses(hub.audit_log))
        come(after)
        wait_for(after, what)
        check(f"the audit log {what}: is the operator's", stat.S_IMODE(hub.audit_log.stat().st_mode) == 0o600)
    files = {path.name: addresses(path) for path in sorted(hub.folder.glob("audit*"))}
    for n, name in enumerate(["audit.1", "audit.2", "audit.log"]):
        own = [address for address in files[name] if address and address.startswith("127.0.9.")]
        expected = [["127.0.9.1"], ["127.0.9.2", "127.0.9.3"], ["127.0.9.6"]][n]
        check(f"{name} has its own lines, once", own == expected, files)


# Secrets ----------------------------------------------------------------------------------------------------------


def no_secrets(folder):
    """Nothing that any server wrote holds a credential, or anything of a payload."""
    for hub in access_client.hubs:
        written = {"log": hub.said(), "standard output": hub.process.stdout.read() if hub.process else "", "process and figures": hub.seen,
                   "keys.json": hub.keys_file.read_text() if hub.keys_file.exists() else ""}
        written |= {path.name: path.read_text() for path in hub.folder.glob("audit*")}
        check(f"{hub.folder.name}: there is something to look through", hub.seen and written["audit.log"] if hub.keys else hub.seen, written)
        for place, text in written.items():
            found = [each for each in access_client.SECRETS if len(each) > 6 and each in text]
            found += [each for each in access_client.SECRETS if each.startswith("tocsin_") and each.count("_") > 1
                      and len(each.split("_", 2)[2]) > 20 and each.split("_", 2)[2] in text]
            check(f"{hub.folder.name}: no secret in its {place}", not found, found[:3])
        check(f"{hub.folder.name}: no stack trace", not re.search(r"^\s+at |Exception", hub.said(), re.M), hub.said()[-600:])
    check("secrets were looked for", len(access_client.SECRETS) > 10 and len(access_client.hubs) > 0)
