"""Kills the server at random moments, and holds the log against what was acknowledged.

crash.py ROUNDS [SEED]

Publishers send events, each with an idempotency key, and repeat each until it is acknowledged. Subscribers
come back after each kill with the position they had. In the end: no acknowledged event is lost, none has
another sequence than was told, none is there twice, and every subscriber got each event once, in order.
"""
import asyncio
import json
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

import websockets

from server import Server

ROUNDS = int(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
rng = random.Random(SEED)
folder = Path(tempfile.mkdtemp(prefix="tocsin-crash-"))
server = Server(folder / "data")
stop = threading.Event()
acknowledged = {}
lock = threading.Lock()


def publisher(name):
    count = 0
    while not stop.is_set():
        count += 1
        key = f"{name}-{count}"
        body = json.dumps({"type": "alert.deleted", "payload": {"id": key, "reason": "x" * 200}})
        while True:
            try:
                status, answer = server.request(
                    "POST", "/api/v1/events", body, {"Content-Type": "application/json", "Idempotency-Key": key})
                if status == 201:
                    with lock:
                        acknowledged[key] = answer["sequence"]
                    break
                if status != 503:
                    sys.exit(f"publish: {status} {answer}")
            except (OSError, ValueError):
                pass
            time.sleep(0.05)


class Subscriber:
    def __init__(self):
        self.position = 0
        self.epoch = None
        self.keys = []

    async def run(self):
        while not stop.is_set():
            query = f"?events=alert.*&since={self.position}" + (f"&epoch={self.epoch}" if self.epoch else "")
            try:
                async with websockets.connect(server.socket + query, max_size=None, ping_interval=None) as socket:
                    self.epoch = json.loads(await socket.recv())["payload"]["epoch"]
                    resumed = json.loads(await socket.recv())
                    if not resumed["complete"]:
                        sys.exit(f"resume from {self.position} is not complete: {resumed}")
                    async for text in socket:
                        self.take(json.loads(text))
            except (OSError, websockets.WebSocketException, asyncio.IncompleteReadError):
                await asyncio.sleep(0.05)

    def take(self, message):
        if "payload" in message and "sequence" in message:
            if message["sequence"] <= self.position or message["previous"] > self.position:
                sys.exit(f"after {self.position} came {message['sequence']} with previous {message['previous']}")
            self.position = message["sequence"]
            self.keys.append((message["sequence"], message["payload"]["id"]))


async def main():
    server.start()
    threads = [threading.Thread(target=publisher, args=(f"p{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    subscribers = [Subscriber() for _ in range(3)]
    tasks = [asyncio.create_task(s.run()) for s in subscribers]
    for _ in range(ROUNDS):
        await asyncio.sleep(rng.uniform(0.3, 1.5))
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
    await asyncio.sleep(0.5)
    stop.set()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    log = await asyncio.to_thread(server.history)
    for _ in range(200):
        if all(s.position == log[-1]["sequence"] for s in subscribers):
            break
        await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    check(log, subscribers)


def check(log, subscribers):
    in_log = {e["payload"]["id"]: e["sequence"] for e in log}
    assert [e["sequence"] for e in log] == list(range(1, len(log) + 1)), "the sequences have holes"
    assert len(in_log) == len(log), "an event is there twice"
    lost = [k for k in acknowledged if k not in in_log]
    moved = [k for k, s in acknowledged.items() if in_log.get(k, s) != s]
    assert not lost, f"lost: {lost[:5]}"
    assert not moved, f"renumbered: {moved[:5]}"
    for subscriber in subscribers:
        wanted = [(e["sequence"], e["payload"]["id"]) for e in log]
        differ = [(w, g) for w, g in zip(wanted, subscriber.keys) if w != g]
        assert subscriber.keys == wanted, (
            f"a subscriber at {subscriber.position} got {len(subscriber.keys)} of {len(wanted)} events; differ: {differ[:3]}")
    print(f"{ROUNDS} kills, {len(acknowledged)} acknowledged events of {len(log)}: none lost, none renumbered, none "
          f"double; {len(subscribers)} subscribers complete (seed {SEED})")


try:
    asyncio.run(main())
finally:
    stop.set()
    if server.process.poll() is None:
        assert server.stop() == 0, "SIGTERM did not end the server with 0"
