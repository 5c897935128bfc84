"""What many gateways on one log cost, beside NATS alone and beside the log on disk. For an idle machine.
Usage: cluster_speed.py [publish] [gateway] [latency] [start] [two] [silence] [--nodes 1] [--seconds 10] [--rounds 3]
       [--leads stream,bucket,cluster]

publish   events published with acknowledgement: the bare client of NATS, that client with all that the log sends and takes out
          again, the log (dev/benchmarks StreamBenchmark)
gateway   500,000 lines in one request to a gateway on JetStream, and to one on disk, in turn
latency   from the moment an event is due until a subscriber has it, 1,000 a second: on disk, on JetStream, in turn
start     a gateway that starts on a log of a million events: until it is ready
two       CPU for each delivery: one gateway with 1,000 sockets, two of them with 1,000 each
silence   with --nodes 3: the server is killed that leads what --leads says (stream, bucket, cluster), in each round the next of
          them; for how long the bare protocol of NATS has no acknowledgement of an event, and for how long a subscriber of a
          gateway has no event
"""
import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import websockets

import nats_servers
from publishing import cpu_seconds, publish, write_lines
from server import ROOT, Server

options = argparse.ArgumentParser()
options.add_argument("parts", nargs="*", default=["publish", "gateway", "latency", "start", "two"])
options.add_argument("--nodes", type=int, default=1)
options.add_argument("--seconds", type=int, default=10)
options.add_argument("--rounds", type=int, default=3)
options.add_argument("--leads", type=lambda text: text.split(","), default=["stream", "bucket", "cluster"])
options.add_argument("--lines", type=int, default=500_000)
options.add_argument("--file")
options = options.parse_args()


def cpu(*servers):
    return sum(cpu_seconds(each.process.pid)[0] for each in servers)


class Bed:
    """NATS servers in a folder, and what was started on them; gone at the end."""

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)
        self.nats = nats_servers.NatsServers(options.nodes, self.folder)
        self.nats.start()
        self.started = []
        return self

    def __exit__(self, *_):
        for server in self.started:
            server.stop()
        self.nats.kill()
        self.temporary.cleanup()

    def gateway(self, name):
        return self.start(name, "--jetstream", self.nats.urls, "--jetstream-replicas", str(options.nodes))

    def start(self, name, *serve):
        server = Server(self.folder / name, *serve)
        began = time.perf_counter()
        server.start()
        server.await_ready()
        server.took = time.perf_counter() - began
        self.started.append(server)
        return server

    def stop(self, server):
        server.stop()
        self.started.remove(server)


def measure_publish(bed):
    report = bed.folder / "report.json"
    run = subprocess.run(
        [str(ROOT / "dev/benchmarks"), "StreamBenchmark", "-p", f"servers={bed.nats.urls}", "-p", f"replicas={options.nodes}",
         "-rf", "json", "-rff", str(report)], capture_output=True, text=True)
    if run.returncode != 0 or not report.exists():
        sys.exit(f"the benchmark failed:\n{run.stdout[-3000:]}{run.stderr[-3000:]}")
    rates = {each["benchmark"].rsplit(".", 1)[1]: each["primaryMetric"] for each in json.loads(report.read_text())}
    for name, metric in rates.items():
        print(f"publish  {name:5} {metric['score']:>9,.0f} events/s (+- {metric['scoreError']:,.0f})")
    log, bare, following = (rates[name]["score"] for name in ("log", "bare", "following"))
    print(f"publish  the log has {log / bare:.2f} of the bare client's, and {log / following:.2f} of what that has with all that the log sends")


def measure_gateway(bed):
    lines = bed.folder / "lines.ndjson"
    write_lines(lines, options)
    disk, shared = bed.start("disk"), bed.gateway("shared")
    rates = {"disk": [], "shared": []}
    for number in range(options.rounds + 1):
        for name, server in (("disk", disk), ("shared", shared)):
            before = cpu(*bed.nats.all)
            accepted, spent, _, wall = publish(server, lines)
            print(f"gateway  {name:6} {accepted / wall:>9,.0f} events/s by the clock, {1e6 * spent / accepted:5.2f} us of the gateway,"
                  f" {1e6 * (cpu(*bed.nats.all) - before) / accepted:5.2f} us of NATS"
                  + (" (the compiler is still at it)" if number == 0 else ""), flush=True)
            if number:
                rates[name].append(accepted / wall)
    print(f"gateway  medians: on disk {statistics.median(rates['disk']):,.0f}, on JetStream {statistics.median(rates['shared']):,.0f}")


class Watched:
    """A server with a producer and one subscriber, which notes when what was due came."""

    def __init__(self, server):
        self.server, self.due, self.times, self.count = server, {}, [], 0

    async def open(self):
        connect = lambda: websockets.connect(self.server.socket, max_size=None, ping_interval=None, compression=None)
        self.producer, self.subscriber = await connect(), await connect()
        await self.producer.send('{"action":"subscribe","events":["none"]}')
        self.tasks = [asyncio.create_task(self.drain()), asyncio.create_task(self.listen())]

    async def drain(self):
        async for _ in self.producer:
            pass

    async def listen(self):
        async for text in self.subscriber:
            now = time.perf_counter()
            message = json.loads(text)
            if message.get("type") == "alert.deleted":
                self.times.append(now - self.due.pop(message["payload"]["id"]))

    async def turn(self, rate):
        begin = time.perf_counter() + 0.05
        for i in range(options.seconds * rate):
            due = begin + i / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            self.count += 1
            self.due[str(self.count)] = due
            event = {"type": "alert.deleted", "payload": {"id": str(self.count), "reason": "x" * 200}}
            await self.producer.send(json.dumps({"action": "publish", "event": event}))
        await asyncio.sleep(0.5)

    async def close(self):
        for task in self.tasks:
            task.cancel()
        await self.producer.close()
        await self.subscriber.close()


async def measure_latency(bed):
    watched = {"disk": Watched(bed.start("disk")), "shared": Watched(bed.gateway("shared"))}
    for each in watched.values():
        await each.open()
        await each.turn(1_000)
        each.times.clear()
    for _ in range(options.rounds):
        for each in watched.values():
            await each.turn(1_000)
    medians = {}
    for name, each in watched.items():
        assert len(each.times) == options.rounds * options.seconds * 1_000 and not each.due, f"{name}: {len(each.times)} came"
        of = sorted(each.times)
        medians[name] = of[len(of) // 2] * 1000
        print(f"latency  {name:6} p50 {medians[name]:6.2f} ms, p99 {of[len(of) * 99 // 100] * 1000:6.2f} ms, {len(of):,} events")
        await each.close()
    print(f"latency  on JetStream {medians['shared'] - medians['disk']:.2f} ms later (p50)")


def measure_start(bed):
    lines = bed.folder / "lines.ndjson"
    write_lines(lines, options)
    first = bed.gateway("first")
    count = 0
    while count < 1_000_000:
        count += publish(first, lines)[0]
    for name in ("second", "third", "fourth"):
        server = bed.gateway(name)
        print(f"start    ready {server.took:.2f} s after the process began, on {count:,} events")
        began = time.perf_counter()
        status, latest = server.request("GET", "/api/v1/latest?events=camera.*")
        print(f"start    the first answer to what is latest after {time.perf_counter() - began:.2f} s more ({status}, {len(latest.get('events', []))} events)")
        bed.stop(server)
    empty = bed.start("empty", "--memory")
    print(f"start    with an empty log in memory {empty.took:.2f} s")


def deliveries(servers):
    return sum(server.request("GET", "/api/v1/stats")[1]["delivered"] for server in servers)


def measure_two(bed):
    """The gateways deliver what one producer publishes at a fixed rate; what counts is their CPU for each delivery."""
    one = bed.gateway("one")
    costs = {1: [], 2: []}
    two = bed.gateway("two")
    for number in range(options.rounds + 1):
        for count in (1, 2):
            servers = [one, two][:count]
            run = [str(ROOT / "tocsin"), "bench", "--connections", "1000", "--warm-up", "3s", "--json"]
            idle = subprocess.Popen(
                [*run, "--url", two.url, "--idle", "--warm-connections", "1", "--duration", f"{2 * options.seconds + 30}s"],
                stdout=subprocess.DEVNULL) if count == 2 else None
            while idle and two.request("GET", "/api/v1/stats")[1]["total_connections"] < 1_000:
                time.sleep(0.1)
            before, delivered = cpu(*servers), deliveries(servers)
            report = json.loads(subprocess.run([*run, "--url", one.url, "--rate", "100", "--duration", f"{options.seconds}s"],
                                               stdout=subprocess.PIPE, text=True, check=True).stdout)
            delivered = deliveries(servers) - delivered
            cost = 1e6 * (cpu(*servers) - before) / delivered
            if idle:
                idle.terminate()
                idle.wait()
            print(f"two      {count}: {delivered:,} deliveries, {cost:.3f} us of the gateways' CPU each,"
                  f" p99 {report['latency_ms']['p99']:.2f} ms", flush=True)
            if number:
                costs[count].append(cost)
    ratio = statistics.median(costs[1]) / statistics.median(costs[2])
    print(f"two      a delivery of two costs {1 / ratio:.3f} of one's: two with cores of their own deliver {2 * ratio:.2f} times what one does")


class Acknowledged:
    """Publishes an event fifty times a second to one server, as bare NATS does, and notes when each was acknowledged."""

    def __init__(self, nats, subject, body):
        self.nats, self.subject, self.body, self.times = nats, subject, body, []

    async def run(self):
        while True:
            try:
                await self.publish(*await asyncio.open_connection("127.0.0.1", self.nats.port))
            except OSError:
                await asyncio.sleep(0.05)

    async def publish(self, reader, writer):
        hello = {"verbose": False, "headers": True, "no_responders": True}
        writer.write(f"CONNECT {json.dumps(hello)}\r\nSUB _INBOX.bare{self.nats.port} 1\r\n".encode())
        listening = asyncio.create_task(self.listen(reader, writer))
        while not listening.done():
            writer.write(f"PUB {self.subject} _INBOX.bare{self.nats.port} {len(self.body)}\r\n".encode() + self.body + b"\r\n")
            await asyncio.sleep(0.02)
        writer.close()

    async def listen(self, reader, writer):
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                if line.startswith(b"PING"):
                    writer.write(b"PONG\r\n")
                elif line.startswith(b'{"stream"') and b'"seq"' in line:
                    self.times.append(time.monotonic())


def longest_pause(times, begin, end):
    moments = [begin] + sorted(each for each in times if begin < each < end) + [end]
    return max(after - before for before, after in zip(moments, moments[1:]))


async def measure_silence(bed):
    """Events come from outside, so that only the gateway's follower is measured, not its sender."""
    gateway = bed.gateway("one")
    event = {"type": "alert.deleted", "payload": {"id": "1", "reason": "x"}}
    status, answer = gateway.request("POST", "/api/v1/events", json.dumps(event), {"Content-Type": "application/json"})
    assert status == 201, answer
    with nats_servers.Client(bed.nats.all[0].port) as client:
        subject, body, _ = client.message("tocsin", seq=1)
    producers = [Acknowledged(each, subject, body) for each in bed.nats.all]
    heard = []

    async def listen():
        async with websockets.connect(gateway.socket, max_size=None, compression=None) as subscriber:
            async for text in subscriber:
                if '"alert.deleted"' in text:
                    heard.append(time.monotonic())

    tasks = [asyncio.create_task(each) for each in [*(producer.run() for producer in producers), listen()]]
    later = []
    for number in range(options.rounds):
        await asyncio.sleep(5)
        leaders = {"stream": bed.nats.leader("tocsin"), "bucket": bed.nats.leader("KV_tocsin"), "cluster": bed.nats.cluster_leader()}
        killed = leaders[options.leads[number % len(options.leads)]]
        begin = time.monotonic()
        killed.kill()
        await asyncio.sleep(20)
        end = time.monotonic()
        acknowledged = longest_pause([moment for each in producers for moment in each.times], begin, end)
        followed = longest_pause(heard, begin, end)
        assert followed < 19, "the gateway did not follow again within twenty seconds"
        later.append(followed - acknowledged)
        print(f"silence  {number + 1}: NATS {acknowledged:.2f} s, the gateway's subscriber {followed:.2f} s (killed: the leader of "
              + ", ".join(what for what, leader in leaders.items() if leader is killed) + ")", flush=True)
        await asyncio.to_thread(bed.nats.start)
    for task in tasks:
        task.cancel()
    print(f"silence  the subscriber's is {statistics.median(later):.2f} s longer ({min(later):.2f} to {max(later):.2f})")


def main():
    for part in options.parts:
        with Bed() as bed:
            result = globals()[f"measure_{part}"](bed)
            if asyncio.iscoroutine(result):
                asyncio.run(result)


main()
