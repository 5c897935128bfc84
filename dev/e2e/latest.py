"""What is the case now, through kill -9 at random moments; and how quickly it is known again.

latest.py ROUNDS [SEED]        publishers, kills and restarts: after each, /api/v1/latest has to be what a look at the whole
                               history says; in some rounds the note beside the log is cut, spoilt or taken away
latest.py --measure [EVENTS KEYS]  by default 1,000,000 events and 100,000 keys: time from the start of the process to the
                               socket and to the first answer, with the note and without, its size, the server's memory
"""
import json
import random
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from server import Server


def latest(server):
    """All of it, or None while the server does not know it yet."""
    events, query = [], ""
    while True:
        status, answer = server.request("GET", "/api/v1/latest" + query)
        if status == 503:
            return None
        if status != 200:
            sys.exit(f"latest: {status} {answer}")
        events += answer["events"]
        if "next_since" not in answer:
            return [event["sequence"] for event in events], answer["sequence"]
        query = f"?since={answer['next_since']}"


def awaited(server):
    while True:
        known = latest(server)
        if known is not None:
            return known


def expected(server, keys):
    """What a look at every event says."""
    newest = {}
    for event in server.history():
        key = keys.get(event["type"])
        newest[event["type"], event["payload"].get(key) if key else None] = event["sequence"]
    return sorted(newest.values())


def catalog_keys(server):
    _, catalog = server.request("GET", "/api/v1/catalog")
    return {entry["type"]: entry["key"] for entry in catalog["event_types"] if "key" in entry}


def event(rng):
    kind = rng.randrange(4)
    if kind == 0:
        return {"type": "alert.deleted", "payload": {"id": f"a{rng.randrange(200)}"}}
    if kind == 1:
        return {"type": "event.deleted", "payload": {"id": rng.randrange(200)}}
    if kind == 2:
        return {"type": "gpu.stats_updated", "payload": {"timestamp": "2026-01-09T12:00:00Z"}}
    return {"type": "job.progress", "payload": {"job_id": f"j{rng.randrange(50)}", "job_type": "t", "progress": 1, "status": "running"}}


def post(server, lines):
    status, answer = server.request(
        "POST", "/api/v1/events", "\n".join(lines).encode(), {"Content-Type": "application/x-ndjson"})
    return status == 200


def crash(rounds, seed):
    rng = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="tocsin-latest-"))
    server = Server(folder / "data", "--retain-bytes", "8m")
    note = folder / "data" / "latest"
    stop = threading.Event()

    def publisher(number):
        own = random.Random(seed + number)
        while not stop.is_set():
            try:
                post(server, [json.dumps(event(own)) for _ in range(own.randrange(1, 300))])
            except (OSError, ValueError):
                time.sleep(0.05)

    server.start()
    keys = catalog_keys(server)
    threads = [threading.Thread(target=publisher, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(rounds):
            time.sleep(rng.uniform(0.1, 3.0))
            if rng.random() < 0.8:
                server.kill()
            else:
                server.stop()
            chance = rng.random()
            if note.exists() and chance < 0.1:
                note.unlink()
            elif note.exists() and chance < 0.3:
                spoilt = bytearray(note.read_bytes())
                if spoilt:
                    spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
                note.write_bytes(spoilt if chance < 0.2 else spoilt[: rng.randrange(len(spoilt) + 1)])
            server.start()
            awaited(server)
        stop.set()
        for thread in threads:
            thread.join()
        found, position = awaited(server)
        wanted = expected(server, keys)
        if found != wanted:
            sys.exit(f"seed {seed}: latest says {len(found)} events, the history {len(wanted)}: "
                     f"{sorted(set(found) ^ set(wanted))[:20]}")
        for _ in range(2):
            server.kill()
            server.start()
            if awaited(server)[0] != wanted:
                sys.exit(f"seed {seed}: another answer after a kill without changes")
        print(f"{rounds} kills, {position} events, {len(found)} types and keys: right each time (seed {seed})")
    finally:
        stop.set()
        server.kill()


def measure(events, keys):
    folder = Path(tempfile.mkdtemp(prefix="tocsin-latest-"))
    server = Server(folder / "data")
    server.start()
    began = time.monotonic()
    batch = 20_000
    for first in range(0, events, batch):
        lines = [
            json.dumps({"type": "camera.enabled", "payload": {
                "camera_id": f"camera-{(i * 7919) % keys}", "enabled_at": "2026-01-09T12:00:00Z"}})
            for i in range(first, min(first + batch, events))]
        if not post(server, lines):
            sys.exit("publishing failed")
    print(f"published {events:,} events of {keys:,} keys in {time.monotonic() - began:.1f} s")
    server.stop()
    note = folder / "data" / "latest"
    print(f"note: {note.stat().st_size / keys:.1f} bytes a key, {note.stat().st_size / 1e6:.2f} MB")

    def start(what):
        begun = time.monotonic()
        server.start()
        open_after = time.monotonic() - begun
        while True:
            status, answer = server.request("GET", "/api/v1/latest?limit=100")
            if status == 200:
                break
        known_after = time.monotonic() - begun
        _, stats = server.request("GET", "/api/v1/stats")
        print(f"{what}: socket after {open_after * 1000:.0f} ms, first answer after {known_after * 1000:.0f} ms; "
              f"{stats['latest']['keys']:,} keys, resident {stats['process']['resident_bytes'] / 2**20:.0f} MiB")

    for _ in range(3):
        start("with the note")
        begun = time.monotonic()
        with urllib.request.urlopen(f"{server.url}/api/v1/latest") as answer:
            size = len(answer.read())
        print(f"  10,000 events: {(time.monotonic() - begun) * 1000:.0f} ms, {size / 1e6:.1f} MB")
        server.stop()
    start("with the note, again")
    server.kill()
    start("after kill -9")
    server.kill()
    for _ in range(2):
        note.unlink()
        start("without a note")
        server.kill()


if sys.argv[1] == "--measure":
    measure(*(int(text) for text in sys.argv[2:4] or ("1000000", "100000")))
else:
    crash(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time()))
