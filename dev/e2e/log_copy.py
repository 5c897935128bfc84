"""A log that moves: from the disk into NATS JetStream and back, with the packaged program and real NATS servers.

log_copy.py [--nodes N] [--events N]

Published on disk, copied (the copy is killed, NATS is killed), served from NATS, published there, copied back, served from the
disk. Whatever it is, it has the same sequences, bytes, times, gaps and keys.
"""
import argparse
import datetime
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

import access_client
from access_client import check, until
from nats_servers import Client, NatsServers, Proxy, program
from server import ROOT, Server

TOCSIN = str(ROOT / "tocsin")
STREAM = "moved"
LOST = (1700, 1712)

# How many bytes of a log go through before the copy is killed.
PART = 300_000


def tocsin(*arguments):
    """Runs a command: exit code, stdout, stderr."""
    done = subprocess.run([TOCSIN, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    check("no stack trace is shown", "\tat " not in done.stderr and "Exception" not in done.stderr, done.stderr)
    return done.returncode, done.stdout, done.stderr


def publish(server, event, key=None):
    headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
    return server.request("POST", "/api/v1/events", json.dumps(event), headers)


def alert(name, reason="x"):
    return {"type": "alert.deleted", "payload": {"id": name, "reason": reason}, "correlation_id": f"c-{name}"}


def job(name):
    return {"type": "job.progress", "payload": {"job_id": name, "job_type": "t", "progress": 1, "status": "running"}}


def told(server):
    """All that the history says: events with their sequences, and gaps."""
    events, gaps, since = [], [], 0
    while True:
        status, page = server.request("GET", f"/api/v1/events?since={since}&limit=1000")
        assert status == 200, page
        events += page["events"]
        gaps += [(gap["from"], gap["to"]) for gap in page.get("gaps", [])]
        if page["next_since"] == since:
            return events, gaps
        since = page["next_since"]


def joined(gaps):
    """Those next to each other as one."""
    all = []
    for begin, end in sorted(gaps):
        if all and begin <= all[-1][1] + 1:
            all[-1] = (all[-1][0], max(end, all[-1][1]))
        else:
            all.append((begin, end))
    return all


def state(server):
    stats = server.request("GET", "/api/v1/stats")[1]
    return stats["epoch"], stats["newest_sequence"]


def first_from(server, moment):
    status, page = server.request("GET", f"/api/v1/events?from={moment}&limit=1")
    assert status == 200, page
    return [event["sequence"] for event in page["events"]]


def fill(data, events):
    """A log on disk: trimmed, with a hole, keys and two kinds of events."""
    disk = Server(data, "--retain-bytes", "2m")
    disk.start()
    lines = data.parent / "events.ndjson"
    with open(lines, "w") as file:
        for i in range(events):
            print(json.dumps(job(f"j-{i}") if i % 7 == 0 else alert(f"a-{i}", "ünï © " + "y" * (i % 200))), file=file)
    code, out, err = tocsin("publish", "--file", lines, "--url", disk.url)
    check("events are published", code == 0, out + err)
    oldest = lambda: disk.request("GET", "/api/v1/events?since=0&limit=1")[1]["events"][0]["sequence"]
    check("the oldest are thrown away", until(lambda: oldest() > 100, 60), oldest())
    keyed = {name: publish(disk, alert(name), name)[1]["sequence"] for name in ("k-1", "k-2")}
    refused_while_served(disk, data)
    check("the server ends in order", disk.stop() == 0)
    database = sqlite3.connect(data / "events.db")
    newest = database.execute("SELECT max(sequence) FROM events").fetchone()[0]
    first, last = newest - LOST[1], newest - LOST[0]
    database.execute("DELETE FROM events WHERE sequence BETWEEN ? AND ?", (first, last))
    moments = [database.execute("SELECT accepted_at FROM events WHERE sequence = ?", (newest - back,)).fetchone()[0]
               for back in (0, 1, 500, 2000)]
    database.commit()
    database.close()
    # With more room, so that nothing more goes.
    disk.options = ("--data", str(data))
    disk.start()
    return disk, keyed, (first, last), [iso(moment) for moment in moments]


def iso(millis):
    return datetime.datetime.fromtimestamp(millis / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def refused_while_served(disk, data):
    code, out, err = tocsin("log", "copy", "--from", f"sqlite:{data}", "--to", "jetstream:nats://127.0.0.1:1")
    check("a log that is served is not copied", code == 1 and "stop it first" in err and not out, (code, out, err))


def copy(data, url, replicas, back=False, *more):
    logs = (f"jetstream:{url}", f"sqlite:{data}") if back else (f"sqlite:{data}", f"jetstream:{url}")
    return ["log", "copy", "--from", logs[0], "--to", logs[1], "--jetstream-prefix", STREAM,
            "--jetstream-replicas", str(replicas), *more]


class Valve(Proxy):
    """A proxy that holds everything up once so many bytes have gone into NATS, or out of it."""

    def __init__(self, target, limit, out=False):
        self.limit, self.out, self.count = limit, out, 0
        self.full = threading.Event()
        super().__init__(target)

    def passed(self, count, answered):
        if answered == self.out:
            self.count += count
            if self.count > self.limit and not self.full.is_set():
                self.hold()
                self.full.set()


def begin(command):
    return subprocess.Popen([TOCSIN, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def messages(nats):
    with Client(nats.all[0].port) as client:
        return client.api(f"STREAM.INFO.{STREAM}").get("state", {}).get("messages", 0)


def kill_the_copy(data, nats, replicas):
    """The copy is killed on its way; nobody can serve what is there."""
    with Valve(nats.all[0].port, PART) as valve:
        process = begin(copy(data, valve.url, replicas))
        check("a copy begins", valve.full.wait(60))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    check("some of it is there", until(lambda: messages(nats) > 100, 10), messages(nats))
    code, out, err = tocsin("serve", "--port", "0", "--data", f"{data}-keys", "--jetstream", nats.urls,
                            "--jetstream-prefix", STREAM, "--jetstream-replicas", replicas)
    check("half a copy is not served", code == 1 and "unfinished copy" in err, (code, out, err))


def kill_nats(data, nats, replicas):
    """NATS is killed under the copy, which goes on when it is back."""
    before = messages(nats)
    with Valve(nats.all[0].port, PART) as valve:
        process = begin(copy(data, valve.url, replicas))
        check("the copy goes on", valve.full.wait(60))
        check("further than before", until(lambda: messages(nats) > before, 10), (before, messages(nats)))
        (nats.leader(STREAM) if len(nats.all) > 1 else nats.all[0]).kill()
        nats.start()
        valve.release()
        valve.cut()
        out, err = process.communicate(timeout=200)
        check("it comes to its end", process.returncode == 0, (process.returncode, out, err))
        check("it says what it did", out.startswith("copied and compared "), out)
        return out


def kill_the_way_back(data, nats, replicas):
    """The copy to the disk is killed on its way; nobody can serve what is there."""
    with Valve(nats.all[0].port, PART, out=True) as valve:
        process = begin(copy(data, valve.url, replicas, True))
        check("the way back begins", valve.full.wait(60))
        time.sleep(1)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    code, out, err = tocsin("serve", "--port", "0", "--data", data)
    check("half a copy is not served from the disk", code == 1 and "unfinished copy" in err, (code, out, err))


def same(name, server, events, gaps):
    found, missing = told(server)
    texts = [json.dumps(event) for event in events]
    check(f"{name}: the same events at the same sequences", [json.dumps(event) for event in found] == texts,
          (len(found), len(texts), next((pair for pair in zip(found, events) if pair[0] != pair[1]), None)))
    check(f"{name}: the same gaps", joined(missing) == joined(gaps), (joined(missing)[:5], joined(gaps)[:5]))


def repeated(name, server, keyed):
    for key, sequence in keyed.items():
        status, answer = publish(server, alert(key), key)
        check(f"{name}: a repetition is answered as before", (status, answer.get("sequence")) == (201, sequence), (status, answer))
        status, answer = publish(server, alert("something else"), key)
        check(f"{name}: another body is a conflict", (status, answer["error"]) == (409, "idempotency_conflict"), answer)


def moves(folder, nodes, count):
    data, back = folder / "disk", folder / "back"
    disk, keyed, lost, moments = fill(data, count)
    events, gaps = told(disk)
    check("the hole is a gap", lost in joined(gaps), joined(gaps))
    epoch, newest = state(disk)
    froms = {moment: first_from(disk, moment) for moment in moments}
    disk.stop()

    nats = NatsServers(nodes, folder / "nats")
    try:
        nats.start()
        kill_the_copy(data, nats, nodes)
        print("     " + kill_nats(data, nats, nodes).strip(), flush=True)
        code, out, err = tocsin(*copy(data, nats.urls, nodes))
        check("a log that is there is not copied over", code == 1 and "holds another log" in err, (code, out, err))

        shared = Server(folder / "keys", "--jetstream", nats.urls, "--jetstream-prefix", STREAM, "--jetstream-replicas", str(nodes))
        shared.start()
        check("the epoch is a new one", state(shared)[0] != epoch and state(shared)[1] == newest, (state(shared), newest))
        same("in NATS", shared, events, gaps)
        check("a time leads to the same event", all(first_from(shared, moment) == froms[moment] for moment in moments),
              [(first_from(shared, moment), froms[moment]) for moment in moments])
        repeated("in NATS", shared, keyed)
        answers = [publish(shared, alert(f"n-{i}"))[1] for i in range(20)]
        added = [answer.get("sequence") for answer in answers]
        keyed["k-3"] = publish(shared, alert("k-3"), "k-3")[1]["sequence"]
        check("sequences go on", added == list(range(newest + 1, newest + 21)), answers)
        until(lambda: state(shared)[1] == keyed["k-3"], 10)
        events, gaps = told(shared)
        froms = {moment: first_from(shared, moment) for moment in moments}
        epoch, newest = state(shared)
        shared.stop()

        code, out, err = tocsin(*copy(back, nats.urls, nodes, True, "--retain", "1d"))
        check("an option that does nothing is refused", code == 2 and "--retain" in err, (code, out, err))
        kill_the_way_back(back, nats, nodes)
        code, out, err = tocsin(*copy(back, nats.urls, nodes, True))
        check("it goes on after its end", code == 0 and out.startswith("copied and compared "), (code, out, err))
        print("     " + out.strip(), flush=True)
    finally:
        nats.kill()

    again = Server(back)
    again.start()
    try:
        check("the epoch is a new one again", state(again)[0] != epoch and state(again)[1] == newest, (state(again), newest))
        same("on disk again", again, events, gaps)
        check("times are kept there", all(first_from(again, moment) == froms[moment] for moment in moments))
        repeated("on disk again", again, keyed)
        status, answer = publish(again, alert("last"))
        check("sequences go on there", answer.get("sequence") == newest + 1, answer)
    finally:
        again.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=1, help="NATS servers: 1 or 3 (default: 1)")
    parser.add_argument("--events", type=int, default=12_000, help="default: 12000")
    wanted = parser.parse_args()
    if program() is None:
        print("skip log_copy: there is no nats-server")
        sys.exit(77)
    folder = Path(tempfile.mkdtemp(prefix="tocsin-log-copy-"))
    begin = time.monotonic()
    try:
        moves(folder, wanted.nodes, wanted.events)
    except Exception:
        check("it comes to its end", False)
        traceback.print_exc()
    if access_client.failures:
        print(f"     log copy: what the servers wrote is in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'FAIL' if access_client.failures else 'ok  '} log copy: {access_client.done} checks, {len(access_client.failures)} failed,"
          f" {time.monotonic() - begin:.0f} s")
    sys.exit(1 if access_client.failures else 0)


if __name__ == "__main__":
    main()
