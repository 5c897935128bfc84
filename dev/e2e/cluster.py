"""Many gateways, one log: the packaged program on real NATS servers, from outside.

cluster.py [--long] [PART...]

Parts: same (what two gateways tell is the same), keys (idempotency across them), ahead (positions that one of them has not come
to), away (NATS is gone, and comes back), unknown (nobody knows what became of an event), other (the stream is another one, and
its bucket), start (what a gateway does not start with), one (failures of one server), three (failures in a cluster of three).
They run in two lanes; --long takes each failure several times, and more of them.
"""
import argparse
import functools
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
from pathlib import Path

import access_client
from access_client import bearer, check, together, until
from cluster_load import Account, Gateway, alert, job, name_of
from nats_servers import Client, NatsServers, Proxy, program
from ports import free_port
from server import ROOT

PREFIX = "tocsin"
started = []
LONG = False


class Setting:
    """NATS servers, and gateways on them."""

    def __init__(self, folder, count, gateways=2, *options, urls=None, nats=None):
        folder.mkdir(parents=True)
        self.folder, self.count, self.options = folder, count, options
        self.nats = nats or NatsServers(count, folder)
        started.append(self.nats)
        self.nats.start()
        self.gateways = []
        for i in range(gateways):
            self.add(f"g{i + 1}")

    def add(self, name, urls=None, *options):
        gateway = Gateway(self.folder, name, urls or self.nats.urls, self.count, *self.options, *options,
                          like=self.gateways[0] if self.gateways else None)
        self.gateways.append(gateway)
        gateway.start()
        return gateway

    @property
    def stream(self):
        """The stream of events."""
        return self.stream_like("")

    @property
    def bucket(self):
        return self.stream_like("KV_")

    def stream_like(self, begin):
        with Client(self.port) as client:
            names = [name for name in client.streams() if name.startswith("KV_") == bool(begin)]
        assert len(names) == 1, names
        return names[0]

    @property
    def port(self):
        """Of a NATS server that runs."""
        return next(each for each in self.nats.all if each.runs()).port

    def stop(self):
        for gateway in self.gateways:
            if gateway.process and gateway.process.poll() is None:
                gateway.stop()
        self.nats.kill()


def published(gateway, event, key=None):
    """Its sequence, once it is acknowledged."""
    status, answer = gateway.publish(event, key) or (None, None)
    check("an event is acknowledged", status == 201, answer)
    return answer["sequence"] if status == 201 else 0


def reaches(gateway, sequence, seconds=10):
    return until(lambda: gateway.stats()["newest_sequence"] >= sequence, seconds)


def same(folder, count):
    """What two gateways tell is the same."""
    setting = Setting(folder, count)
    a, b = setting.gateways
    try:
        check("both have the epoch", a.epoch == b.epoch, (a.epoch, b.epoch))
        check("each has a name of its own", a.stats()["gateway"] != b.stats()["gateway"])
        live = b.socket_at("?events=alert.*")
        narrow = b.socket_at("?" + urllib.parse.urlencode({"events": "job.*", "where": json.dumps({"job_id": "j-3"})}))
        rightless = b.socket_at("?events=*", b.alerts)
        sequences = [published(a, alert(f"a-{i}")) for i in range(5)] + [published(a, job(f"j-{i}")) for i in range(5)]
        check("sequences ascend", sequences == sorted(set(sequences)), sequences)
        check("an event of one comes at the other",
              live.await_message(lambda m: m.get("sequence") == sequences[4] and "previous" in m), live.messages)
        check("a filter is the same there", narrow.await_message(lambda m: "previous" in m), narrow.messages)
        last = published(b, alert("last"))
        check("with rights too", rightless.await_message(lambda m: m.get("sequence") == last and "previous" in m))
        check("nothing but what is granted comes",
              [name_of(e) for e in rightless.events()] == [f"a-{i}" for i in range(5)] + ["last"], rightless.events())
        check("nothing but what fulfils the filter comes", [name_of(e) for e in narrow.events()] == ["j-3"], narrow.events())
        reaches(a, last)
        for path in ["/api/v1/events?since=0", "/api/v1/events?order=desc&limit=3&events=alert.*",
                     f"/api/v1/events?since={sequences[3]}&limit=4", "/api/v1/latest?events=*",
                     "/api/v1/events?last=2&events=job.*"]:
            check(f"{path} is the same", a.ask(path).json == b.ask(path).json, (a.ask(path), b.ask(path)))
        check("rights are the same for history",
              a.ask("/api/v1/events?since=0", a.alerts).json == b.ask("/api/v1/events?since=0", b.alerts).json)
        resumed = a.socket_at(f"?events=*&since={sequences[2]}&epoch={b.epoch}")
        check("what one has told is resumed at the other", resumed.await_message(lambda m: m.get("sequence") == last
                                                                                 and "previous" in m), resumed.messages)
        check("each once and in order", [e["sequence"] for e in resumed.events()] == sequences[3:] + [last], resumed.events())
        reads_with_other_tools(setting, a, sequences[0])
        figures(setting, a)
        c = setting.add("g3")
        check("one that starts later tells the same", c.events() == a.events() and c.epoch == a.epoch)
    finally:
        setting.stop()


def reads_with_other_tools(setting, gateway, sequence):
    with Client(setting.port) as client:
        subject, body, _ = client.message(setting.stream, seq=sequence)
    told = next(e for e in gateway.events() if e["sequence"] == sequence)
    check("the subject is the type's", subject == f"{PREFIX}.e.{told['type']}", subject)
    plain = {name: value for name, value in told.items() if name not in ("sequence", "previous")}
    check("the body is the envelope without its sequence", json.loads(body) == plain, (body, told))


def figures(setting, gateway):
    stats = gateway.stats()
    log = stats["log"]
    check("stats name the log", log["kind"] == "jetstream" and log["replicas"] == setting.count
          and log["durability"] == "process" and log["healthy"], log)
    check("stats name the leader", until(lambda: gateway.stats()["log"].get("leader") in [n.name for n in setting.nats.all], 10), log)
    lines = gateway.ask("/metrics").body.decode()
    for family in ["lag_events", "lag_seconds", "publish_seconds_count", "in_flight", "reconnects_total", "uncertain_total", "healthy"]:
        check(f"there is tocsin_jetstream_{family}", f"\ntocsin_jetstream_{family} " in lines, lines[-2000:])
    told = subprocess.run([str(ROOT / "tocsin"), "stats", "--url", gateway.url, "--once"], capture_output=True, text=True,
                          env={"PATH": "/usr/bin:/bin", "TOCSIN_KEY": gateway.owner})
    check("tocsin stats shows it", "jetstream" in told.stdout and stats["gateway"] in told.stdout, told.stdout + told.stderr)


def keys(folder, count):
    """Idempotency keys mean the same at both."""
    setting = Setting(folder, count)
    a, b = setting.gateways
    try:
        first = published(a, alert("once"), "key-1")
        check("a repetition at the other has the first sequence", published(b, alert("once"), "key-1") == first)
        status, answer = b.publish(alert("something else"), "key-1")
        check("another body is a conflict", (status, answer["error"]) == (409, "idempotency_conflict"), answer)
        answers = []
        barrier = threading.Barrier(8)

        def race(i, key, name):
            gateway = setting.gateways[i % 2]
            barrier.wait()
            for _ in range(200):
                answer = gateway.publish(alert(name), key)
                if answer and answer[0] != 503:
                    break
                time.sleep(0.05)
            answers.append((name, answer))

        for round in range(20 if LONG else 5):
            answers.clear()
            together(*(functools.partial(race, i, f"race-{round}", "racer") for i in range(8)))
            check("all who race with one event have one sequence",
                  {status for _, (status, _) in answers} == {201} and len({a["sequence"] for _, (_, a) in answers}) == 1, answers)
            answers.clear()
            together(*(functools.partial(race, i, f"fight-{round}", f"fighter-{i // 4}") for i in range(8)))
            won = {name for name, (status, _) in answers if status == 201}
            lost = {name for name, (status, _) in answers if status == 409}
            check("of two events that race with one key one wins", len(won) == len(lost) == 1 and won != lost, answers)
        newest = published(b, alert("end"))
        reaches(a, newest)
        names = [name_of(e) for e in a.events()]
        rounds = 20 if LONG else 5
        check("each is there once", names.count("once") == 1 and names.count("racer") == rounds
              and names.count("fighter-0") + names.count("fighter-1") == rounds, names)
    finally:
        setting.stop()


def ahead(folder, count):
    """A position that one gateway has told is resumed at another that has not come so far."""
    setting = Setting(folder, 1, gateways=1)
    a = setting.gateways[0]
    proxy = Proxy(setting.nats.all[0].port)
    try:
        b = setting.add("behind", proxy.url)
        at = published(a, alert("before"))
        reaches(b, at)
        staying = b.socket_at("?events=alert.*")
        check("it is connected", staying.await_message(lambda m: m["type"] == "connection.established"))
        proxy.hold()
        sequences = [published(a, alert(f"after-{i}")) for i in range(3)]
        check("the other has not come so far", b.stats()["newest_sequence"] == at, b.stats())
        resuming = b.socket_at(f"?events=alert.*&since={sequences[1]}&epoch={a.epoch}")
        check("it waits", resuming.await_message(lambda m: m.get("action") == "resumed", seconds=1.5) is None, resuming.messages)
        check("meanwhile it is not ready", until(lambda: b.ready()[0] == 503, 10), b.ready())
        check("and says why", len(b.ready()[1]["detail"]) > 20, b.ready())
        check("it lives", b.ask("/healthz").status == 200)
        proxy.release()
        resumed = resuming.await_message(lambda m: m.get("action") == "resumed", seconds=12)
        check("it goes on from there", resumed and resumed["complete"] and resumed["since"] == sequences[1], resumed)
        check("with what follows", resuming.await_message(lambda m: m.get("sequence") == sequences[2] and "previous" in m))
        check("and nothing else", [e["sequence"] for e in resuming.events()] == sequences[2:], resuming.events())
        check("who stayed gets all of it", staying.await_message(lambda m: m.get("sequence") == sequences[2] and "previous" in m)
              and [e["sequence"] for e in staying.events()] == sequences, staying.messages)
        check("it is ready again", until(lambda: b.ready()[0] == 200, 15), b.ready())
        never = b.socket_at(f"?events=alert.*&since={sequences[2] + 1000}&epoch={a.epoch}")
        told = never.await_message(lambda m: m.get("action") == "resumed", seconds=20)
        check("a position that nobody was given is told as such", told and told.get("reason") == "ahead", told)
        for _ in range(3):
            proxy.cut()
            time.sleep(0.3)
        last = published(a, alert("after a cut"))
        check("connections that break are made again", reaches(b, last, 15), b.stats())
        check("and counted", b.stats()["log"]["reconnects"] > 0, b.stats()["log"])
    finally:
        proxy.close()
        setting.stop()


def away(folder, count):
    """NATS is gone: nobody is thrown out, publishing says so, and all goes on by itself."""
    setting = Setting(folder, count)
    a, b = setting.gateways
    try:
        sequences = [published(a, alert(f"n-{i}")) for i in range(10)]
        reaches(b, sequences[-1])
        live = b.socket_at("?events=alert.*")
        check("it is connected", live.await_message(lambda m: m["type"] == "connection.established"))
        setting.nats.kill()
        for gateway in (a, b):
            check("it is not ready", until(lambda: gateway.ready()[0] == 503, 10), gateway.ready())
            check("it says that it is NATS", "NATS" in gateway.ready()[1]["detail"], gateway.ready())
            check("it lives", gateway.ask("/healthz").status == 200)
        check("history still comes, from memory", [e["sequence"] for e in b.events()] == sequences)
        resumed = b.socket_at(f"?events=alert.*&since={sequences[4]}&epoch={a.epoch}")
        check("so does what is resumed", resumed.await_message(lambda m: m.get("sequence") == sequences[-1] and "previous" in m))
        begin = time.monotonic()
        status, answer = a.publish(alert("lost"), "while-away")
        took = time.monotonic() - begin
        check("publishing waits, and then says so", status == 503 and answer["error"] == "unavailable" and 8 < took < 15,
              (took, answer))
        if LONG:
            check("heartbeats go on", live.await_message(lambda m: m["type"] == "ping", len(live.messages), 30), live.messages)
        begin = time.monotonic()
        setting.nats.start()
        check("it is ready again", until(lambda: a.ready()[0] == b.ready()[0] == 200, 30), (a.ready(), b.ready()))
        print(f"     cluster: ready {time.monotonic() - begin:.1f} s after all of {count} NATS servers came back", flush=True)
        again = published(a, alert("lost"), "while-away")
        check("its repetition is settled", published(b, alert("lost"), "while-away") == again)
        check("who stayed gets what is new", live.await_message(lambda m: m.get("sequence") == again and "previous" in m), live.messages)
        check("each once", [name_of(e) for e in live.events()] == ["lost"], live.events())
        check("nobody was thrown out", live.code is None and not live.over)
    finally:
        setting.stop()


def unknown(folder, count):
    """Nobody knows what became of an event: that is said, and a repetition with its key is settled for good."""
    setting = Setting(folder, 1)
    a, b = setting.gateways
    nats = setting.nats.all[0]
    try:
        for round in range(3 if LONG else 1):
            before = published(a, alert(f"before-{round}"))
            reaches(b, before)
            told = {}
            nats.freeze()

            def without_key():
                told["without"] = a.publish(alert(f"without-{round}"))

            def with_key():
                told["with"] = a.publish(alert(f"with-{round}"), f"frozen-{round}")

            together(without_key, with_key)
            nats.thaw()
            status, answer = told["without"]
            check("the event may be there, which is said", status == 503 and answer["details"] == {"uncertain": True}, answer)
            check("in words", "key" in answer["detail"], answer)
            check("the one with a key is not acknowledged either", told["with"][0] == 503, told)
            check("it is counted", a.stats()["log"]["uncertain"] >= 1, a.stats()["log"])
            check("it is ready again", until(lambda: a.ready()[0] == b.ready()[0] == 200, 30), (a.ready(), b.ready()))
            settled = published(b, alert(f"with-{round}"), f"frozen-{round}")
            check("the repetition is settled, wherever", published(a, alert(f"with-{round}"), f"frozen-{round}") == settled)
            reaches(a, settled)
            reaches(b, settled)
            names = [name_of(e) for e in a.events(since=before)]
            check("each is there once at most", names.count(f"with-{round}") == 1 and names.count(f"without-{round}") <= 1, names)
            check("both tell the same", a.events() == b.events())
    finally:
        setting.stop()


def other(folder, count):
    """The stream is emptied, made anew or restored; the bucket is lost; strangers write into it."""
    setting = Setting(folder, 1)
    a, b = setting.gateways
    nats = setting.nats.all[0]
    try:
        epoch = a.epoch
        published(a, alert("first"))
        with Client(nats.port) as client:
            check("the bucket is emptied", client.api("STREAM.PURGE." + setting.bucket)["success"])
        published(b, alert("second"))
        time.sleep(1.5)
        check("the epoch goes on", a.epoch == b.epoch == epoch, (a.epoch, b.epoch, epoch))
        c = setting.add("late")
        check("for one that starts then as well", c.epoch == epoch, (c.epoch, epoch))

        with Client(nats.port) as client:
            client.request(f"{PREFIX}.e.alert.deleted", b"this is no event")
        last = published(a, alert("after a stranger"))
        resumed = b.socket_at(f"?events=alert.*&since=0&epoch={epoch}")
        check("a foreign message is a gap", resumed.await_message(lambda m: m.get("action") == "gap"
                                                                  and m["from"] == m["to"] == last - 1), resumed.messages)
        check("and what follows comes", resumed.await_message(lambda m: m.get("sequence") == last and "previous" in m), resumed.messages)

        with Client(nats.port) as client:
            stream = setting.stream
            refused = client.api("STREAM.PURGE." + stream)
            check("nobody can empty the stream by mistake", "error" in refused, refused)
            refused = client.api("STREAM.MSG.DELETE." + stream, {"seq": 1})
            check("nor delete an event", "error" in refused, refused)

        live = a.socket_at("?events=alert.*")
        live.await_message(lambda m: m["type"] == "connection.established")
        with Client(nats.port) as client:
            config = client.api("STREAM.INFO." + stream)["config"]
            client.api("STREAM.DELETE." + stream)
            made = client.api("STREAM.CREATE." + stream, config)
            check("the stream is made anew", "error" not in made, made)
        check("clients are told of a new epoch", live.ended(20) == 4510, (live.code, live.messages[-2:]))
        epochs = until(lambda: len({g.epoch for g in setting.gateways} - {epoch}) == 1
                       and all(g.epoch != epoch for g in setting.gateways), 20)
        check("all agree on it", epochs, [g.epoch for g in setting.gateways])
        again = until(lambda: (b.publish(alert("in the new stream")) or (0, None))[0] == 201, 20)
        check("publishing goes on", again)
        check("history is the new stream's", until(lambda: [name_of(e) for e in a.events()] == ["in the new stream"], 10))
        late = a.socket_at(f"?events=alert.*&since={last}&epoch={epoch}")
        told = late.await_message(lambda m: m.get("action") == "resumed", seconds=12)
        check("the old positions mean nothing", told and told["reason"] == "epoch_changed", told)

        restored(setting, a, nats)
    finally:
        setting.stop()


def restored(setting, a, nats):
    """An older copy of the store is put in its place."""
    epoch = a.epoch
    kept = published(a, alert("kept"))
    nats.terminate()
    shutil.copytree(nats.folder / "store", nats.folder / "copy")
    setting.nats.start()
    until(lambda: a.ready()[0] == 200, 20)
    check("the epoch survives a stop", a.epoch == epoch)
    for i in range(5):
        published(a, alert(f"after the copy {i}"))
    nats.kill()
    shutil.rmtree(nats.folder / "store")
    (nats.folder / "copy").rename(nats.folder / "store")
    setting.nats.start()
    check("a restored copy is a new epoch", until(lambda: a.epoch != epoch, 20), a.epoch)
    check("for all", until(lambda: len({g.epoch for g in setting.gateways}) == 1, 20), [g.epoch for g in setting.gateways])
    check("its sequences go on from the copy", published(a, alert("again")) == kept + 1, kept)


def start(folder, count):
    """What a gateway does not start with, in a sentence each."""
    setting = Setting(folder, 1, gateways=1)
    nats = setting.nats.all[0]
    try:
        refuses("a stream of other settings", ["--retain", "1d"], nats.url, "max_age")
        refuses("no server there", [], f"nats://127.0.0.1:{free_port()}", "NATS")
        refuses("no such credentials", ["--jetstream-creds", "/nowhere/at.creds"], nats.url, "/nowhere/at.creds")
        refuses("a word of power that NATS does not keep", ["--durability", "power"], nats.url, "sync_interval")
        refuses("a stream that is to be there", ["--jetstream-create=false", "--jetstream-prefix", "absent"], nats.url, "absent")
        refuses("two places for one log", ["--memory"], nats.url, "--memory", code=2)
        refuses("too many replicas", ["--jetstream-replicas", "3", "--jetstream-prefix", "three"], nats.url, "replicas")
        with Client(nats.port) as client:
            made = client.api("STREAM.CREATE.open", {"name": "open", "subjects": ["open.e.>"], "retention": "limits",
                                                     "storage": "file", "num_replicas": 1})
            assert "error" not in made, made
        refuses("a stream that belongs to somebody else", ["--jetstream-prefix", "open"], nats.url, "deny_delete", "deny_purge")
        old = program("--of", "bookworm")
        if old:
            ancient = NatsServers(1, folder / "old", old)
            started.append(ancient)
            ancient.start()
            refuses("an old NATS", [], ancient.urls, "2.11", "2.9")
            ancient.kill()
        else:
            print("     cluster: skip an old NATS: Debian bookworm's is not to be had", flush=True)
        synced = NatsServers(1, folder / "synced")
        synced.all[0].more = ""
        conf = synced.all[0]
        started.append(synced)
        synced_start(conf)
        synced.await_work()
        gateway = Gateway(folder, "powerful", synced.urls, 1, "--durability", "power", "--jetstream-synced")
        gateway.start()
        check("power is named", gateway.stats()["log"]["durability"] == "power", gateway.stats()["log"])
        live = gateway.socket_at("?events=alert.*")
        told = live.await_message(lambda m: m["type"] == "connection.established")
        check("clients are told", told["payload"]["durability"] == "power", told)
        gateway.stop()
        synced.kill()
    finally:
        setting.stop()


def synced_start(nats):
    """Starts a server that flushes every message."""
    nats.start()
    nats.kill()
    conf = nats.folder / "nats.conf"
    text = conf.read_text().replace("jetstream {", "jetstream { sync_interval: always,")
    conf.write_text(text)
    nats.process = subprocess.Popen([nats.program, "-c", str(conf)], stdout=subprocess.DEVNULL,
                                    stderr=open(nats.folder / "nats.log", "a"))


def refuses(name, options, urls, *words, code=1):
    with tempfile.TemporaryDirectory() as data:
        place = [] if "--memory" in options else ["--data", data]
        place += [] if "--jetstream-replicas" in options else ["--jetstream-replicas", "1"]
        done = subprocess.run(
            [str(ROOT / "tocsin"), "serve", "--port", "0", "--jetstream", urls, *place, *options],
            capture_output=True, text=True, timeout=60)
    good = done.returncode == code and all(word in done.stderr for word in words) and "Exception" not in done.stderr
    check(f"{name} is refused in words", good, (done.returncode, done.stdout, done.stderr))
    if good and LONG:
        print("     cluster: " + done.stderr.strip().splitlines()[-1], flush=True)


def failures_of(setting, *happenings):
    """Something fails while everybody publishes and follows; then the account is drawn."""
    account = Account(setting.gateways)
    account.await_progress(100)
    for name, happen in happenings:
        begin = time.monotonic()
        happen(account)
        took = account.await_progress(50)
        print(f"     cluster: {name}: events again {time.monotonic() - begin:.1f} s after it, {took:.1f} s after its end", flush=True)
    faults = account.settle()
    check(f"the account of {', '.join(name for name, _ in happenings)}", not faults, faults[:5])
    print(f"     cluster: {account}", flush=True)


def one(folder, count):
    """Failures of a single NATS server, and of gateways."""
    setting = Setting(folder, 1)
    nats = setting.nats.all[0]

    def killed(account):
        nats.kill()
        time.sleep(0.5)
        setting.nats.start()

    def stopped(account):
        nats.terminate()
        setting.nats.start()

    def frozen(account):
        nats.freeze()
        time.sleep(4)
        nats.thaw()

    def gateway_killed(account):
        victim = setting.gateways[1]
        victim.kill()
        account.without(victim)
        victim.start()
        account.with_again(victim)

    try:
        happenings = [("NATS killed", killed), ("a gateway killed", gateway_killed)]
        if LONG:
            happenings = (happenings + [("NATS stopped", stopped), ("NATS frozen", frozen)]) * 3
        failures_of(setting, *happenings)
    finally:
        setting.stop()


def three(folder, count):
    """Failures in a cluster of three."""
    setting = Setting(folder, 3)
    stream = setting.stream

    def leader_killed(account):
        leader = setting.nats.leader(stream)
        leader.kill()
        account.await_progress(20)
        setting.nats.start()

    def leader_stopped(account):
        leader = setting.nats.leader(stream)
        leader.terminate()
        account.await_progress(20)
        setting.nats.start()

    def leader_frozen(account):
        leader = setting.nats.leader(stream)
        leader.freeze()
        account.await_progress(20)
        leader.thaw()
        setting.nats.await_work()

    def all_killed(account):
        setting.nats.kill()
        setting.nats.start()

    def follower_killed(account):
        leader = setting.nats.leader(stream)
        random.choice([each for each in setting.nats.all if each is not leader]).kill()
        account.await_progress(50)
        setting.nats.start()

    def gateway_killed(account):
        victim = setting.gateways[0]
        victim.kill()
        account.without(victim)
        victim.start()
        account.with_again(victim)

    try:
        happenings = [("leader killed", leader_killed), ("all three killed", all_killed)]
        if LONG:
            happenings = (happenings + [("leader stopped", leader_stopped), ("leader frozen", leader_frozen),
                                        ("another killed", follower_killed), ("a gateway killed", gateway_killed)]) * 3
        failures_of(setting, *happenings)
    finally:
        setting.stop()


def run(name, part, folder):
    begin = time.monotonic()
    try:
        part(folder)
    except Exception:
        check(f"{name} comes to its end", False)
        traceback.print_exc()
    print(f"     cluster: {name}, {time.monotonic() - begin:.0f} s", flush=True)


def main():
    global LONG
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true", help="each failure several times, and more of them")
    parser.add_argument("--keep", action="store_true", help="leave what the servers wrote")
    parser.add_argument("part", nargs="*", help="default: all")
    wanted = parser.parse_args()
    LONG = wanted.long
    if program() is None:
        print("skip cluster: there is no nats-server")
        sys.exit(77)
    lanes = [
        {"three": (three, 3), "same on three": (same, 3), "other": (other, 1), "unknown": (unknown, 1)},
        {"same": (same, 1), "keys": (keys, 1), "ahead": (ahead, 1), "one": (one, 1), "away": (away, 1), "start": (start, 1)},
    ]
    if LONG:
        lanes[0]["keys on three"] = (keys, 3)
        lanes[1]["away from three"] = (away, 3)
    folder = Path(tempfile.mkdtemp(prefix="tocsin-cluster-"))
    try:
        def work_off(lane):
            for name, (part, count) in lane.items():
                if name in wanted.part or not wanted.part:
                    run(name, functools.partial(part, count=count), folder / name.replace(" ", "-"))
        together(*(functools.partial(work_off, lane) for lane in lanes))
    finally:
        # A part that breaks off leaves its servers behind.
        for hub in access_client.hubs:
            if hub.process and hub.process.poll() is None:
                hub.kill()
        for nats in started:
            nats.kill()
        if wanted.keep or access_client.failures:
            print(f"     cluster: what the servers wrote is in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{'FAIL' if access_client.failures else 'ok  '} cluster: {access_client.done} checks, {len(access_client.failures)} failed")
    sys.exit(1 if access_client.failures else 0)


if __name__ == "__main__":
    main()
