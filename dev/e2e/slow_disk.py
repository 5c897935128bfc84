"""Makes the disk slow under a running server, then as good as dead, then well again.

slow_disk.py [SECONDS]

The log's thread is held up at each fsync by strace's fault injection, in the mode that promises the most
(`--durability power`). While the disk is slow every publish is acknowledged, only later, in larger groups;
while it is dead publishing is answered 503 within seconds; afterwards it recovers by itself. Everybody else
is answered at once all the while. In the end: what was acknowledged is in the log, once, under the sequence
that was told, and the live subscriber got each event once, in order. Ends with 77 when this machine lets
nobody trace a process.
"""
import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import websockets

from server import Server

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 3
PUBLISHERS = 20
server = Server(Path(tempfile.mkdtemp(prefix="tocsin-slow-disk-")) / "data", "--durability", "power")
stop = threading.Event()
lock = threading.Lock()
answers = []  # (when it was asked, seconds until the answer, status, id, sequence)
lively = []  # seconds until /healthz answered


class Trace:
    """Holds up each fsync of the log's thread."""

    def __init__(self, seconds):
        threads = Path(f"/proc/{server.process.pid}/task")
        writer = next(t.name for t in threads.iterdir() if (t / "comm").read_text().strip() == "tocsin-log")
        self.process = subprocess.Popen(
            ["strace", "-p", writer, "-e", "trace=fsync,fdatasync", "-e",
             f"inject=fsync,fdatasync:delay_enter={int(seconds * 1e6)}", "-o", "/dev/null"],
            stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        if "attached" not in line:
            print(f"the log's thread cannot be traced here: {line.strip()}")
            sys.exit(77)

    def end(self):
        self.process.terminate()
        self.process.wait()


def publisher(name):
    count = 0
    while not stop.is_set():
        count += 1
        key = f"{name}-{count}"
        asked = time.monotonic()
        status, answer = server.request(
            "POST", "/api/v1/events", json.dumps({"type": "alert.deleted", "payload": {"id": key}}),
            {"Content-Type": "application/json"})
        with lock:
            answers.append((asked, time.monotonic() - asked, status, key, answer.get("sequence")))
        if status != 201:
            time.sleep(0.05)


def prober():
    while not stop.is_set():
        asked = time.monotonic()
        status, _ = server.request("GET", "/healthz")
        assert status == 200
        lively.append(time.monotonic() - asked)
        time.sleep(0.02)


async def subscriber(got, connected):
    async with websockets.connect(server.socket, max_size=None, ping_interval=None) as socket:
        await socket.recv()
        connected.set()
        async for text in socket:
            message = json.loads(text)
            if "payload" in message and "sequence" in message:
                assert message["previous"] == (got[-1][0] if got else 0), f"after {got[-1:]} came {text}"
                got.append((message["sequence"], message["payload"]["id"]))


async def main():
    server.start()
    got = []
    connected = asyncio.Event()
    listening = asyncio.create_task(subscriber(got, connected))
    await connected.wait()
    threads = [threading.Thread(target=publisher, args=(f"p{i}",)) for i in range(PUBLISHERS)]
    threads.append(threading.Thread(target=prober))
    try:
        for thread in threads:
            thread.start()
        phases = []
        for name, delay, seconds in ("well", 0, 1), ("slow: 0.3 s a group", 0.3, SECONDS), \
                ("dead: 20 s a group", 20, 10), ("well again", 0, 2):
            trace = await asyncio.to_thread(Trace, delay) if delay else None
            phases.append((name, time.monotonic()))
            await asyncio.sleep(seconds / 8)
            # Somebody new, because the others may all be waiting for one and the same group.
            threads.append(threading.Thread(target=publisher, args=(f"late{len(threads)}",)))
            threads[-1].start()
            await asyncio.sleep(seconds * 7 / 8)
            ready = (await asyncio.to_thread(server.request, "GET", "/readyz"))[0]
            assert ready == (503 if delay > 5 else 200), f"/readyz says {ready}, although the disk is {name}"
            if trace:
                await asyncio.to_thread(trace.end)
        phases.append(("", time.monotonic()))
    finally:
        stop.set()
        for thread in threads:
            await asyncio.to_thread(thread.join)
    log = await asyncio.to_thread(server.history)
    for _ in range(200):
        if listening.done() or (got and got[-1][0] == log[-1]["sequence"]):
            break
        await asyncio.sleep(0.05)
    if listening.done():
        listening.result()
    listening.cancel()
    check(phases, log, got)


def check(phases, log, got):
    assert {a[2] for a in answers} <= {201, 503}, {a[2] for a in answers}
    # Those of the group that is being written know only when the disk has answered, however late.
    slowest = max((a[1] for a in answers if a[2] == 503), default=0)
    assert slowest < 8, f"somebody waited {slowest:.1f} s for a 503"
    for (name, begin), (_, end) in zip(phases, phases[1:]):
        of_phase = [a for a in answers if begin <= a[0] and a[0] + a[1] < end]
        count = sum(a[2] == 201 for a in of_phase)
        print(f"{name}: {count} published, {len(of_phase) - count} answered 503; "
              f"the slowest answer after {max(a[1] for a in of_phase):.2f} s")
        if name.startswith("dead"):
            assert count < len(of_phase), "nobody was told"
        else:
            assert count == len(of_phase) > 0, f"refused, although the disk is {name}"
    in_log = {e["payload"]["id"]: e["sequence"] for e in log}
    assert [e["sequence"] for e in log] == list(range(1, len(log) + 1)), "the sequences have holes"
    assert len(in_log) == len(log), "an event is there twice"
    wrong = [a for a in answers if a[2] == 201 and in_log.get(a[3]) != a[4]]
    assert not wrong, f"acknowledged, but not so in the log: {wrong[:3]}"
    assert got == [(e["sequence"], e["payload"]["id"]) for e in log], "the subscriber has something else than the log"
    lively.sort()
    print(f"all {sum(a[2] == 201 for a in answers)} acknowledged events are in the log of {len(log)}; /healthz meanwhile: "
          f"p50 {lively[len(lively) // 2] * 1000:.1f} ms, p99 {lively[int(len(lively) * .99)] * 1000:.1f} ms")


try:
    asyncio.run(main())
finally:
    stop.set()
    if server.process and server.process.poll() is None:
        assert server.stop() == 0, "SIGTERM did not end the server with 0"
