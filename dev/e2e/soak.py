"""A long run: clients that join, leave, read slowly, resume and change their patterns while the server is
stopped and killed, each held against the log.

soak.py [--cluster] [--minutes] MINUTES [--seed SEED]

--cluster: three gateways on a log that three NATS servers keep, see cluster_soak.py.
"""
import argparse
import asyncio
import fnmatch
import json
import random
import tempfile
import time
from pathlib import Path

import websockets

import cluster_soak
from server import Server


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minutes", nargs="?", type=float, default=30)
    parser.add_argument("--minutes", dest="minutes_too", type=float, metavar="MINUTES")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--cluster", action="store_true", help="three gateways on a log that three NATS servers keep")
    wanted = parser.parse_args()
    return wanted.cluster, wanted.minutes_too or wanted.minutes, wanted.seed


CLUSTER, MINUTES, SEED = arguments()
if CLUSTER:
    cluster_soak.run(MINUTES, SEED)
CLIENTS = 40
rng = random.Random(SEED)
folder = Path(tempfile.mkdtemp(prefix="tocsin-soak-"))
server = Server(folder / "data")
figures = dict.fromkeys(
    ["published", "delivered", "sessions", "resumes", "slow", "kills", "stops", "latency_samples"], 0)
latencies = []
running = True
PATTERNS = ["*", "alert.*", "job.*", "*.created", "camera.*", "detection.new", "alert.deleted", "nothing.at_all"]


def event(i):
    kind = i % 4
    if kind == 0:
        return {"type": "alert.deleted", "payload": {"id": str(i), "reason": "x" * rng.randrange(800), "at": time.time()}}
    if kind == 1:
        return {"type": "job.progress", "payload": {
            "job_id": str(i), "job_type": "soak", "progress": i % 101, "status": "r", "at": time.time()}}
    if kind == 2:
        return {"type": "camera.enabled", "payload": {
            "camera_id": str(i), "enabled_at": "2026-01-01T00:00:00Z", "at": time.time()}}
    return {"type": "detection.new", "payload": {
        "detection_id": str(i), "label": "person", "confidence": 0.5, "camera_id": "c",
        "timestamp": "2026-01-01T00:00:00Z", "at": time.time()}}


async def publish():
    i = 0
    while running:
        lines = "\n".join(json.dumps(event(i + k)) for k in range(rng.randrange(1, 60)))
        i += 60
        try:
            status, answer = await asyncio.to_thread(
                server.request, "POST", "/api/v1/events", lines, {"Content-Type": "application/x-ndjson"})
            if status == 200:
                figures["published"] += answer["accepted"]
        except (OSError, ValueError):
            await asyncio.sleep(0.1)
        await asyncio.sleep(rng.uniform(0, 0.05))


class Client:
    """Keeps what it got as (sequence, type), and the stretches (from, to, patterns) it should have covered."""

    def __init__(self):
        self.got = []
        self.spans = []
        self.position = None
        self.epoch = None

    async def run(self):
        while running:
            patterns = rng.sample(PATTERNS, rng.randrange(1, 4))
            try:
                await self.session(patterns, slow=rng.random() < 0.2)
            except (OSError, websockets.WebSocketException, asyncio.IncompleteReadError):
                await asyncio.sleep(rng.uniform(0, 0.5))

    async def session(self, patterns, slow):
        resume = self.position is not None and rng.random() < 0.8
        query = "?events=" + ",".join(patterns) + (f"&since={self.position}&epoch={self.epoch}" if resume else "")
        async with websockets.connect(
                server.socket + query, max_size=None, max_queue=2, ping_interval=None) as socket:
            figures["sessions"] += 1
            hello = json.loads(await socket.recv())["payload"]
            start = hello["sequence"]
            self.epoch = hello["epoch"]
            if resume:
                figures["resumes"] += 1
                resumed = json.loads(await socket.recv())
                assert resumed["action"] == "resumed" and resumed["complete"], resumed
                start = resumed["since"]
            self.position = start
            span = [start, start, patterns]
            self.spans.append(span)
            end = time.time() + rng.expovariate(1 / 20)
            figures["slow"] += slow
            while running and time.time() < end:
                if slow and rng.random() < 0.02:
                    await asyncio.sleep(rng.uniform(0.5, 6))
                try:
                    message = json.loads(await asyncio.wait_for(socket.recv(), 1))
                except asyncio.TimeoutError:
                    continue
                self.take(message, span, slow or resume)

    def take(self, message, span, lagging):
        assert message.get("action") != "gap", message
        if "sequence" not in message:
            return
        sequence = message["sequence"]
        if "payload" in message:
            assert sequence > self.position, f"{sequence} after {self.position}"
            assert message["previous"] <= self.position, f"{message['previous']} missed after {self.position}"
            self.got.append((len(self.spans) - 1, sequence, message["type"]))
            figures["delivered"] += 1
            if not lagging:
                latencies.append(time.time() - message["payload"]["at"])
        assert sequence >= self.position, f"position {sequence} after {self.position}"
        self.position = span[1] = sequence


async def disturb():
    while running:
        await asyncio.sleep(rng.uniform(20, 60))
        if not running:
            return
        if rng.random() < 0.5:
            figures["kills"] += 1
            await asyncio.to_thread(server.kill)
        else:
            figures["stops"] += 1
            assert await asyncio.to_thread(server.stop) == 0, "SIGTERM did not end the server with 0"
        await asyncio.to_thread(server.start)


async def main():
    global running
    server.start()
    clients = [Client() for _ in range(CLIENTS)]
    tasks = [asyncio.create_task(t) for t in [publish(), disturb(), *(c.run() for c in clients)]]
    begin = time.time()
    first_rss = None
    while time.time() - begin < MINUTES * 60:
        await asyncio.sleep(min(30, MINUTES * 30))
        for task in tasks:
            if task.done() and task.exception():
                raise task.exception()
        rss = server.resident_mib()
        first_rss = first_rss or rss
        print(f"{(time.time() - begin) / 60:5.1f} min  {figures}  server {rss:.0f} MiB", flush=True)
    running = False
    await asyncio.gather(*tasks)
    log = [(e["sequence"], e["type"]) for e in await asyncio.to_thread(server.history)]
    assert [s for s, _ in log] == list(range(1, len(log) + 1)), "the sequences have holes"
    checked = 0
    for client in clients:
        by_span = {}
        for span, sequence, kind in client.got:
            by_span.setdefault(span, []).append((sequence, kind))
        for number, (start, end, patterns) in enumerate(client.spans):
            want = [(s, t) for s, t in log[start:end] if any(fnmatch.fnmatchcase(t, p) for p in patterns)]
            assert by_span.get(number, []) == want, f"span {start}..{end} of {patterns}: not what the log has"
            checked += 1
    latencies.sort()
    share = {p: f"{latencies[int(len(latencies) * p)] * 1000:.1f} ms" for p in (0.5, 0.99, 0.999)} if latencies else {}
    print(f"{MINUTES:g} minutes, seed {SEED}: {len(log)} events, {checked} stretches of {CLIENTS} clients agree with the log")
    print(f"{figures}; latency of the live ones {share}")


try:
    asyncio.run(main())
finally:
    if server.process and server.process.poll() is None:
        server.stop()
