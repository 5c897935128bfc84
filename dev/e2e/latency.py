"""From the moment an event is due until a subscriber has it, for each kind of log, one beside the other.

latency.py [SECONDS] [RATE] [SUBSCRIBERS]

One producer over a WebSocket, open loop: events are due at fixed times, and are counted from then, whether or
not the one before has been answered. The kinds take turns of ten seconds, so that what else the machine does
meets all of them. Server and clients share the machine; what Python takes is part of every figure.
"""
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import websockets

from server import Server

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 60
RATE = int(sys.argv[2]) if len(sys.argv) > 2 else 200
SUBSCRIBERS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
TURN = 10
KINDS = {"memory": ["--memory"], "process": ["--durability", "process"], "power": ["--durability", "power"]}


class Bench:
    def __init__(self, kind):
        folder = Path(tempfile.mkdtemp(prefix=f"tocsin-latency-{kind}-"))
        self.server = Server(folder / "data", *KINDS[kind])
        self.kind = kind
        self.due = {}
        self.latencies = []
        self.published = 0

    async def open(self):
        self.server.start()
        connect = lambda: websockets.connect(self.server.socket, max_size=None, ping_interval=None, compression=None)
        self.producer = await connect()
        self.subscribers = [await connect() for _ in range(SUBSCRIBERS)]
        await self.producer.send('{"action":"subscribe","events":["none"]}')
        self.tasks = [asyncio.create_task(self.listen(s)) for s in self.subscribers]
        self.tasks.append(asyncio.create_task(self.drain()))

    async def drain(self):
        async for _ in self.producer:
            pass

    async def listen(self, socket):
        async for text in socket:
            now = time.perf_counter()
            message = json.loads(text)
            if message.get("type") == "alert.deleted":
                self.latencies.append(now - self.due[message["payload"]["id"]])

    async def turn(self):
        begin = time.perf_counter() + 0.05
        for i in range(TURN * RATE):
            due = begin + i / RATE
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            self.published += 1
            key = str(self.published)
            self.due[key] = due
            event = {"type": "alert.deleted", "payload": {"id": key, "reason": "x" * 200}}
            await self.producer.send(json.dumps({"action": "publish", "event": event}))
        await asyncio.sleep(0.3)

    async def close(self):
        for task in self.tasks:
            task.cancel()
        for socket in [self.producer, *self.subscribers]:
            await socket.close()
        self.server.stop()

    def print(self):
        wanted = self.published * SUBSCRIBERS
        assert len(self.latencies) == wanted, f"{self.kind}: {len(self.latencies)} of {wanted} deliveries"
        of = sorted(self.latencies)
        p = [of[min(len(of) - 1, int(len(of) * q))] * 1000 for q in (0.5, 0.99, 0.999)]
        print(f"{self.kind:8} {self.published:7} events  p50 {p[0]:6.2f} ms  p99 {p[1]:6.2f} ms  p99.9 {p[2]:6.2f} ms")


async def main():
    benches = [Bench(kind) for kind in KINDS]
    try:
        for bench in benches:
            await bench.open()
            await bench.turn()  # warm
            bench.latencies.clear()
            bench.published, bench.due = 0, {}
        for _ in range(max(1, SECONDS // TURN)):
            for bench in benches:
                await bench.turn()
        print(f"{RATE} events a second to {SUBSCRIBERS} subscribers")
        for bench in benches:
            bench.print()
    finally:
        for bench in benches:
            await bench.close()


asyncio.run(main())
