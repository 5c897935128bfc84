"""What an abuser costs his neighbours: live events to many dashboards, with and without one client that floods the hub.

neighbours.py [--bars] [--rounds N] [--seconds N] [--dashboards N] [--rate N] [--program FOLDER] [FLOOD...]

A hub with keys. One producer publishes RATE events a second, open loop, to DASHBOARDS WebSockets; a latency counts from
the moment at which an event was due to the one at which the kernel had it for its receiver. Stretches without and with
a flood take turns, a warm-up of each flood before them. The abuser has an address and keys of his own.

The server has the first core to itself; producer, dashboards and abuser share the others. The abuser is scheduled only
when they have nothing to do (SCHED_IDLE): he takes all the time that they leave him, and none of theirs or of the
server's, so that what is measured is what the server lets him take. With --bars: a p99 over 1.25 of what it was
without the flood, over all rounds, is a failure.
"""
import argparse
import json
import multiprocessing
import os
import re
import resource
import select
import socket
import statistics
import struct
import sys
import tempfile
import threading
import time
from pathlib import Path

import access_client
from access_client import Hub, bearer, publish_lines, request
from hostile import frame

BAR = 1.25
ABUSER = "127.0.9.1"
LOGGED = 60_000
SETTLE = 1.0
DUE = re.compile(rb'"id": ?"due-(\d+)"')
SCM_TIMESTAMPNS = socket.SO_TIMESTAMPNS = 35
floods = {}


def flood(function):
    floods[function.__name__] = function
    return function


# The abuser -------------------------------------------------------------------------------------------------------


class Abuser:
    """Has keys and an address, and counts what it is answered."""

    def __init__(self, port, keys, done, address=ABUSER):
        self.port, self.keys, self.done, self.address = port, keys, done, address

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), 30, (self.address, 0))

    def upgrade(self, key, query=""):
        s = self.connect()
        shown = f"Authorization: Bearer {key}\r\n" if key else ""
        s.sendall(f"GET /ws/events{query} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\n"
                  f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  f"{shown}\r\n".encode())
        return s

    def count(self, number=1):
        self.done.value += number

    def exchange(self, s, data, marker):
        """Sends the same again and again, and reads what comes; counts markers in it."""
        s.setblocking(False)
        poll = select.poll()
        poll.register(s, select.POLLIN | select.POLLOUT)
        at, rest = 0, b""
        while True:
            for _, events in poll.poll():
                if events & (select.POLLERR | select.POLLHUP):
                    return
                if events & select.POLLIN:
                    piece = s.recv(1 << 18)
                    if not piece:
                        return
                    rest += piece
                    self.count(rest.count(marker))
                    rest = rest[-len(marker) + 1:] if marker not in rest[-len(marker):] else b""
                if events & select.POLLOUT:
                    at = (at + s.send(memoryview(data)[at:at + 65_536])) % len(data)

    def again(self, number, work):
        """On so many threads, for ever, whatever becomes of it."""
        def one():
            while True:
                try:
                    work()
                except OSError:
                    time.sleep(0.01)
        threads = [threading.Thread(target=one, daemon=True) for _ in range(number)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]

    def actions(self, key, messages, marker=b'"id":"a"'):
        data = b"".join(frame(json.dumps({**message, "id": "a"}).encode()) for message in messages)
        self.again(4, lambda: self.exchange(self.upgrade(key, "?events=job.completed"), data, marker))

    def requests(self, text, number=8):
        """One request after the other on each of some connections."""
        def one():
            s = self.connect()
            while True:
                s.sendall(text)
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = s.recv(1 << 18)
                    if not piece:
                        return
                    head += piece
                head, body = head.split(b"\r\n\r\n", 1)
                missing = int(re.search(rb"(?i)content-length: (\d+)", head)[1]) - len(body)
                while missing > 0:
                    missing -= len(s.recv(1 << 18))
                self.count()
                if b"onnection: close" in head:
                    return
        self.again(number, one)

    def get(self, target, key, number=8):
        self.requests(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {key}\r\n\r\n".encode(), number)

    def lines(self, key, line):
        def one():
            s = self.connect()
            s.sendall(f"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {key}\r\n"
                      "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            block = (json.dumps(line).encode() + b"\n") * (65_536 // (len(json.dumps(line)) + 1))
            chunk = f"{len(block):x}\r\n".encode() + block + b"\r\n"
            while True:
                s.sendall(chunk)
                self.count(block.count(b"\n"))
        self.again(2, one)


def event(type, **payload):
    return {"type": type, "payload": payload}


STARTED = event("job.started", job_id="j", job_type="t", started_at="2026-01-01T00:00:00Z")
FORBIDDEN = event("camera.offline", camera_id="c", camera_name="n", timestamp="2026-01-01T00:00:00Z")


@flood
def subscriptions(abuser):
    """Filters of 200 values, taken and given back."""
    messages = []
    for n in range(20):
        where = {"$correlation_id": [f"{n}-{i}" for i in range(200)]}
        messages += [{"action": "subscribe", "events": ["alert.*"], "where": where}, {"action": "unsubscribe", "events": ["alert.*"]}]
    abuser.actions(abuser.keys["free"], messages)


@flood
def pings(abuser):
    abuser.actions(abuser.keys["free"], [{"action": "ping"}] * 1_000)


@flood
def control_pings(abuser):
    data = frame(b"", opcode=9) * 10_000
    abuser.again(4, lambda: abuser.exchange(abuser.upgrade(abuser.keys["free"]), data, b"\x8a\x00"))


@flood
def publishes_over_the_limit(abuser):
    abuser.actions(abuser.keys["limited"], [{"action": "publish", "event": STARTED}] * 500)


@flood
def refused_publishes(abuser):
    abuser.actions(abuser.keys["free"], [{"action": "publish", "event": each} for each in
                                         (FORBIDDEN, event("job.started", job_id=7), event("jb.strted"))] * 200)


@flood
def connections(abuser):
    """Opened with a good key, answered, closed."""
    def one():
        s = abuser.upgrade(abuser.keys["free"])
        s.recv(4096)
        s.close()
        abuser.count()
    abuser.again(4, one)


@flood
def bare_connections(abuser):
    """Opened and reset at once, without a word."""
    def one():
        s = abuser.connect()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
        abuser.count()
    abuser.again(4, one)


@flood
def bad_headers(abuser):
    abuser.get("/api/v1/events", "tocsin_abcdefghjk_" + "A" * 43)


@flood
def bad_authenticates(abuser):
    message = frame(json.dumps({"action": "authenticate", "token": "tocsin_abcdefghjk_" + "A" * 43}).encode())

    def one():
        s = abuser.upgrade(None)
        s.sendall(message)
        while s.recv(4096):
            pass
        abuser.count()
    abuser.again(16, one)


@flood
def bad_tickets(abuser):
    abuser.requests(f"GET /api/v1/events?ticket={'A' * 22} HTTP/1.1\r\nHost: 127.0.0.1:{abuser.port}\r\n\r\n".encode())


@flood
def resumes(abuser):
    """From the first event, again as soon as anything has come."""
    message = frame(b'{"action":"resume","since":0}')

    def one():
        s = abuser.upgrade(abuser.keys["free"], "?events=detection.*,job.*")
        while True:
            s.sendall(message)
            for _ in range(20):
                piece = s.recv(1 << 18)
                if not piece:
                    return
                abuser.count(piece.count(b'"previous":'))
    abuser.again(8, one)


for name, query in {
    "history": "limit=1000",
    "history_backwards": "limit=1000&order=desc",
    "history_by_time": "limit=1&from=2026-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&order=desc",
    "history_of_a_rare_type": "limit=1000&events=gpu.*",
    "history_that_nothing_fulfils": "limit=1000&events=job.*&where=%7B%22job_id%22%3A%22none%22%7D",
}.items():
    floods[name] = lambda abuser, query=query: abuser.get("/api/v1/events?" + query, abuser.keys["free"])

for name, key, line in [("lines", "free", STARTED), ("refused_lines", "free", FORBIDDEN), ("limited_lines", "limited", STARTED)]:
    floods[name] = lambda abuser, key=key, line=line: abuser.lines(abuser.keys[key], line)


def abuse(name, port, keys, done):
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    floods[name](Abuser(port, keys, done))


# The honest ones --------------------------------------------------------------------------------------------------


def produce(port, key, rate, stretches):
    """Publishes what is due in each stretch, over a WebSocket, and reads the answers."""
    s = Abuser(port, {}, None, "127.0.0.1").upgrade(key, "?events=job.completed")
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=lambda: [None for _ in iter(lambda: s.recv(1 << 16), b"")], daemon=True).start()
    while True:
        begin, seconds = stretches.recv()
        for number in range(int(seconds * rate)):
            due = begin + int(number * 1e9 / rate)
            time.sleep(max(0, (due - time.time_ns()) / 1e9))
            payload = {"id": f"due-{due}", "updated_at": "2026-01-01T00:00:00Z", "severity": "low"}
            s.sendall(frame(json.dumps({"action": "publish", "event": {"type": "alert.updated", "payload": payload}}).encode()))
        stretches.send(None)


class Dashboards:
    """Note when the kernel had each event, on all their sockets."""

    def __init__(self, port, key, number):
        self.poll = select.epoll()
        self.sockets, self.rest = {}, {}
        for _ in range(number):
            s = socket.create_connection(("127.0.0.1", port), 30)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_TIMESTAMPNS, 1)
            s.sendall(f"GET /ws/events?events=alert.* HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      f"Authorization: Bearer {key}\r\n\r\n".encode())
            s.setblocking(False)
            self.sockets[s.fileno()], self.rest[s.fileno()] = s, b""
            self.poll.register(s, select.EPOLLIN)
        waiting = set(self.sockets)
        while waiting:
            for each, _ in self.poll.poll(30):
                if b"connection.established" in self.sockets[each].recv(1 << 17):
                    waiting.discard(each)

    def listen(self, wanted, end):
        """The latencies of what comes, in ms, by when it was due."""
        latencies = []
        for each in self.sockets.values():
            each.send(frame(b"", opcode=10))  # who says nothing for a minute is closed
        while len(latencies) < wanted and time.time_ns() < end:
            for number, _ in self.poll.poll(0.2):
                piece, tags, _, _ = self.sockets[number].recvmsg(1 << 17, 64)
                if not piece:
                    raise AssertionError("a dashboard was closed")
                seconds, nanos = next(struct.unpack("qq", tag[2]) for tag in tags if tag[1] == SCM_TIMESTAMPNS)
                data, used = self.rest[number] + piece, 0
                for found in DUE.finditer(data):
                    latencies.append(((seconds * 10**9 + nanos) - int(found[1])) / 1e6)
                    used = found.end()
                self.rest[number] = data[used:][-64:]
        return latencies


def of(latencies, share):
    return sorted(latencies)[min(len(latencies) - 1, int(len(latencies) * share))]


class Neighbourhood:
    def __init__(self, folder, wanted):
        self.wanted = wanted
        self.hub = Hub(folder, "hub", "--host", "0.0.0.0")
        self.hub.root = wanted.program
        root, dashboards, producer = (self.hub.key(name) for name in ("root", "dashboards", "producer"))
        everything, some = [{"events": ["*"]}], [{"events": ["job.*", "detection.*"]}]
        self.keys = {"free": self.hub.key("abuser", everything, some),
                     "limited": self.hub.key("limited", everything, some, limits={"publishes_per_second": 20})}
        self.hub.write_keys()
        self.honest = root, dashboards, producer

    def open(self):
        root, dashboards, producer = self.honest
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[:1])
        self.hub.start()
        os.sched_setaffinity(0, cores[1:] or cores)
        self.fill(root)
        self.dashboards = Dashboards(self.hub.port, dashboards, self.wanted.dashboards)
        self.stretches, other = multiprocessing.Pipe()
        multiprocessing.Process(target=produce, args=(self.hub.port, producer, self.wanted.rate, other), daemon=True).start()

    def fill(self, root):
        for begin in range(0, LOGGED, 1_000):
            lines = [event("job.started", job_id=f"j{n}", job_type="t" * 150, started_at="2026-01-01T00:00:00Z")
                     for n in range(begin, begin + 999)]
            lines.append(event("gpu.stats_updated", utilization=1.0,
                               timestamp="2026-01-01T00:00:00Z"))
            answer = publish_lines(self.hub.port, lines, bearer(root))
            assert answer.status == 200 and answer.json["rejected_count"] == 0, answer

    def stretch(self, seconds):
        """The latencies of so many seconds."""
        begin = time.time_ns() + 50_000_000
        self.stretches.send((begin, seconds))
        wanted = int(seconds * self.wanted.rate) * self.wanted.dashboards
        latencies = self.dashboards.listen(wanted, begin + int((seconds + 20) * 1e9))
        self.stretches.recv()
        assert len(latencies) == wanted, f"{len(latencies)} of {wanted} deliveries"
        return latencies

    def flooded(self, name, seconds):
        """The same while somebody floods, and how often a second that was answered."""
        done = multiprocessing.Value("q", 0, lock=False)
        abuser = multiprocessing.Process(target=abuse, args=(name, self.hub.port, self.keys, done), daemon=True)
        abuser.start()
        try:
            self.stretch(SETTLE)
            before, begin = done.value, time.time()
            latencies = self.stretch(seconds)
            return latencies, (done.value - before) / (time.time() - begin)
        finally:
            abuser.kill()
            abuser.join()

    def compare(self, name):
        """Whether the neighbours of this abuser hardly notice."""
        self.flooded(name, self.wanted.warmup)
        alone, beside, ratios, rates = [], [], [], []
        for _ in range(self.wanted.rounds):
            self.stretch(SETTLE)
            a = self.stretch(self.wanted.seconds)
            b, rate = self.flooded(name, self.wanted.seconds)
            alone += a
            beside += b
            rates.append(rate)
            ratios.append(of(b, 0.99) / of(a, 0.99))
        ratio = of(beside, 0.99) / of(alone, 0.99)
        good = ratio <= BAR
        print(f"{'ok  ' if good else 'OVER'} {name:30} p50 {of(alone, .5):5.2f} -> {of(beside, .5):5.2f} ms   "
              f"p99 {of(alone, .99):6.2f} -> {of(beside, .99):6.2f} ms, {ratio:.2f} times (rounds "
              f"{', '.join(f'{each:.2f}' for each in ratios)})   most {max(alone):.0f} -> {max(beside):.0f} ms   "
              f"{statistics.median(rates):,.0f} answers/s", flush=True)
        return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bars", action="store_true", help="fail when a p99 is over the bar")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4, help="of each stretch")
    parser.add_argument("--warmup", type=float, default=3, help="of each flood, in seconds")
    parser.add_argument("--dashboards", type=int, default=100)
    parser.add_argument("--rate", type=int, default=50, help="events a second")
    parser.add_argument("--program", type=Path, default=access_client.ROOT, help="where the tocsin to be measured is")
    parser.add_argument("flood", nargs="*", help="default: all of " + ", ".join(floods))
    wanted = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="tocsin-neighbours-") as folder:
        here = Neighbourhood(folder, wanted)
        try:
            here.open()
            here.stretch(3)
            results = [here.compare(name) for name in wanted.flood or floods]
        finally:
            here.hub.kill()
    sys.exit(0 if all(results) or not wanted.bars else 1)


if __name__ == "__main__":
    main()
