"""Hostile hands: one client after another tries to end or stall the hub, while a witness publishes and listens.

hostile.py [--bars] [--transport TRANSPORT] [--program FOLDER] [ATTACK...]

Each attack has a server of its own. It holds when the server lives, still answers, and lets new clients in. With
--bars also the witness's latencies are judged, on a machine that does nothing else: p99 within 3 times of what it
was before the attack, none above 250 ms.
"""
import argparse
import json
import multiprocessing
import os
import re
import resource
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from pathlib import Path

from server import ROOT, Server

SEQUENCE = re.compile(rb'"sequence":(\d+),"previous":(\d+)}')
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
attacks = {}


def attack(*options, java="", seconds=6):
    def register(function):
        attacks[function.__name__] = (function, options, java, seconds)
        return function
    return register


def connect(port, seconds=10):
    return socket.create_connection(("127.0.0.1", port), timeout=seconds)


def web_socket(port, query="", seconds=10):
    s = connect(port, seconds)
    s.sendall(
        f"GET /ws/events{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n".encode())
    head = b""
    while b"connection.established" not in head:
        piece = s.recv(4096)
        if not piece:
            raise ConnectionError(head.decode(errors="replace"))
        head += piece
    return s


def frame(payload, opcode=1, fin=True, mask=b"\0\0\0\0"):
    first = bytes([(0x80 if fin else 0) | opcode])
    size = len(payload)
    if size < 126:
        return first + bytes([0x80 | size]) + mask + payload
    if size < 65536:
        return first + bytes([0x80 | 126]) + struct.pack(">H", size) + mask + payload
    return first + bytes([0x80 | 127]) + struct.pack(">Q", size) + mask + payload


def many(port, count, make):
    """As many as can be had of something; the machine's files are the other bound."""
    found = []
    for _ in range(count):
        try:
            found.append(make())
        except OSError:
            break
    return found


def hold(sockets, seconds):
    time.sleep(seconds)
    for s in sockets:
        s.close()


def pour(s, data, seconds):
    """Sends the same bytes again and again for a while, reading nothing; whatever becomes of the connection."""
    end = time.time() + seconds
    sent = 0
    s.settimeout(1)
    while time.time() < end:
        try:
            sent += s.send(data)
        except TimeoutError:
            continue
        except OSError:
            break
    return sent


# The attacks ------------------------------------------------------------------------------------------------------


@attack()
def empty_pings(port, seconds):
    pour(web_socket(port), frame(b"", opcode=9) * 10_000, seconds)


@attack()
def empty_pings_by_one_who_reads(port, seconds):
    s = web_socket(port)
    threading.Thread(target=lambda: [None for _ in iter(lambda: s.recv(1 << 16), b"")], daemon=True).start()
    pour(s, frame(b"", opcode=9) * 10_000, seconds)


@attack()
def short_pings_from_sixty(port, seconds):
    sockets = many(port, 60, lambda: web_socket(port))
    threads = [threading.Thread(target=pour, args=(s, frame(b"x", opcode=9) * 5_000, seconds)) for s in sockets]
    [t.start() for t in threads]
    [t.join() for t in threads]


@attack()
def pings_of_the_protocol(port, seconds):
    pour(web_socket(port), frame(b"ping") * 10_000, seconds)


@attack()
def answers_that_nobody_reads(port, seconds):
    """Six answers of 60 kB to each of thousands."""
    big = json.dumps({"action": "ping", "id": "x" * 60_000}).encode()
    sockets = many(port, 4_400, lambda: web_socket(port, "?events=alert.deleted"))
    for s in sockets:
        try:
            s.settimeout(0.2)
            s.sendall(frame(big) * 6)
        except OSError:
            pass
    hold(sockets, seconds)


@attack()
def different_subscriptions_that_stop_reading(port, seconds):
    from itertools import combinations
    types = ["alert.deleted", "alert.created", "job.progress", "job.started", "camera.offline", "camera.online",
             "detection.new", "detection.batch", "gpu.stats_updated", "system.status", "system.error", "event.created"]
    sets = [c for n in range(2, 9) for c in combinations(types, n) if "alert.deleted" in c][:3_000]
    iterator = iter(sets)
    sockets = many(port, len(sets), lambda: web_socket(port, "?events=" + ",".join(next(iterator))))
    line = json.dumps({"type": "alert.deleted", "payload": {"id": "x", "reason": "y" * 1_500}})
    body = ("\n".join([line] * 300)).encode()
    s = connect(port)
    end = time.time() + seconds
    while time.time() < end:
        s.sendall(f"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
                  f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        s.settimeout(30)
        s.recv(65536)
    hold(sockets, 1)


@attack()
def unfinished_messages(port, seconds):
    half = frame(b"x" * 65_000)[:64_000]
    sockets = many(port, 7_250, lambda: web_socket(port, "?events=alert.deleted"))
    for s in sockets:
        try:
            s.sendall(half)
        except OSError:
            pass
    hold(sockets, seconds)


@attack()
def unfinished_fragments(port, seconds):
    part = frame(b"x" * 64_000, fin=False)
    sockets = many(port, 7_250, lambda: web_socket(port, "?events=alert.deleted"))
    for s in sockets:
        try:
            s.sendall(part)
        except OSError:
            pass
    hold(sockets, seconds)


@attack()
def unfinished_bodies(port, seconds):
    def make():
        s = connect(port)
        s.sendall(b"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                  b"Content-Length: 65000\r\n\r\n" + b"x" * 64_000)
        return s
    hold(many(port, 7_250, make), seconds)


@attack()
def unfinished_lines(port, seconds):
    def make():
        s = connect(port)
        s.sendall(b"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
                  b"Content-Length: 65000\r\n\r\n" + b"x" * 64_000)
        return s
    hold(many(port, 7_250, make), seconds)


@attack()
def unfinished_heads(port, seconds):
    def make():
        s = connect(port)
        s.sendall(b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 15_000)
        return s
    hold(many(port, 9_000, make), seconds)


@attack()
def long_patterns(port, seconds):
    number = iter(range(10_000_000))

    def make():
        s = web_socket(port, "?events=alert.deleted")
        for _ in range(5):
            patterns = [f"{next(number):08d}" + "*a" * 100 for _ in range(50)]
            s.sendall(frame(json.dumps({"action": "subscribe", "events": patterns}).encode()))
        return s
    hold(many(port, 1_465, make), seconds)


@attack(java="-Xmx256m")
def wide_filters(port, seconds):
    """Filters of 4 KiB that come to 2 MB each: 256 values, for every event type."""
    number = iter(range(10_000_000))

    def make():
        s = web_socket(port, "?events=alert.deleted")
        values = [f"{next(number):08d}" for _ in range(256)]
        s.sendall(frame(json.dumps({"action": "subscribe", "events": ["*"], "where": {"$correlation_id": values}}).encode()))
        return s
    hold(many(port, 300, make), seconds)


def stream(port, line, seconds):
    s = connect(port)
    s.sendall(b"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
              b"Transfer-Encoding: chunked\r\n\r\n")
    block = line * (65_536 // len(line))
    pour(s, f"{len(block):x}\r\n".encode() + block + b"\r\n", seconds)


@attack()
def bad_lines(port, seconds):
    stream(port, b"x\n", seconds)


@attack()
def bad_lines_from_four(port, seconds):
    threads = [threading.Thread(target=stream, args=(port, b"x\n", seconds)) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]


@attack()
def empty_lines(port, seconds):
    stream(port, b"\n", seconds)


@attack()
def misspelt_types(port, seconds):
    stream(port, b'{"type":"alrt.createe","payload":{}}\n', seconds)


@attack()
def empty_detections(port, seconds):
    line = json.dumps({"type": "detection.batch", "payload": {"detections": [{}] * 20_000}}).encode()[:65_000]
    stream(port, json.dumps({"type": "detection.batch", "payload": {"detections": [{}] * 15_000}},
                            separators=(",", ":")).encode() + b"\n", seconds)


@attack()
def good_lines(port, seconds):
    stream(port, b'{"type":"job.started","payload":{"job_id":"j","job_type":"t","started_at":"2026-01-01T00:00:00Z"}}\n',
           seconds)


@attack()
def bad_actions(port, seconds):
    pour(web_socket(port), frame(b"x") * 10_000, seconds)


@attack()
def pipelined_catalogs(port, seconds):
    s = connect(port)
    pour(s, b"GET /api/v1/catalog HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 1_000, seconds)


@attack()
def large_filters(port, seconds):
    """Subscriptions to everything with as many values as there may be, each time others."""
    s = web_socket(port, "?events=ping")
    frames = b"".join(
        frame(json.dumps({"action": "subscribe", "events": ["*"],
                          "where": {"$correlation_id": {"not": [f"{n}-{i}" for i in range(256)]}}}).encode())
        for n in range(50))
    pour(s, frames, seconds)


@attack(seconds=10)
def large_histories(port, seconds):
    """Hundreds ask for a mebibyte of the log, again and again, and read nothing of it."""
    line = json.dumps({"type": "alert.updated", "payload": {"id": "x" * 50_000, "updated_at": "2026-01-01T00:00:00Z",
                                                            "severity": "low"}}).encode() + b"\n"
    body = line * 400
    s = connect(port)
    s.sendall(b"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
              b"Content-Length: %d\r\n\r\n" % len(body) + body)
    s.recv(65_536)
    request = b"GET /api/v1/events?limit=1000&order=%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    sockets = [connect(port) for _ in range(400)]
    for s in sockets:
        s.sendall((request % b"desc" + request % b"asc") * 2)
    time.sleep(seconds)
    [s.close() for s in sockets]


@attack("--memory", java="-Xmx128m", seconds=20)
def keys_without_end(port, seconds):
    s = web_socket(port, "?events=alert.created")
    threading.Thread(target=lambda: [None for _ in iter(lambda: s.recv(1 << 16), b"")], daemon=True).start()
    number = 0
    end = time.time() + seconds
    s.settimeout(5)
    while time.time() < end:
        batch = b""
        for _ in range(200):
            number += 1
            batch += frame(json.dumps({"action": "publish", "idempotency_key": f"{number:0200d}", "event": {
                "type": "alert.deleted", "payload": {"id": "k", "reason": "r"}}}).encode())
        try:
            s.sendall(batch)
        except OSError:
            break


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def check_resets(server):
    """Reset connections are gone: the server holds as many sockets as before."""
    def sockets():
        folder = f"/proc/{server.pid()}/fd"
        return sum(1 for f in os.listdir(folder) if "socket" in os.readlink(f"{folder}/{f}"))
    before = sockets()
    for text in (b"GET /healthz HT", b"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                 b"Content-Length: 1000\r\n\r\n{"):
        for _ in range(500):
            s = connect(server.port)
            s.sendall(text)
            reset(s)
    for _ in range(60):
        left = sockets() - before
        if left <= 5:
            return
        time.sleep(0.1)
    raise AssertionError(f"{left} of 1000 connections that were reset are still open after 6 s")


def check_freeze(server):
    """A server that was frozen longer than its patience throws nobody out."""
    s = web_socket(server.port)
    half = connect(server.port)
    half.sendall(b"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                 b"Content-Length: 10\r\n\r\n{")
    os.kill(server.pid(), signal.SIGSTOP)
    for _ in range(7):
        s.sendall(frame(b"ping"))
        time.sleep(10)
    os.kill(server.pid(), signal.SIGCONT)
    s.settimeout(3)
    seen = b""
    end = time.time() + 5
    while time.time() < end:
        try:
            piece = s.recv(65536)
        except TimeoutError:
            continue
        assert piece, f"the connection was closed: {seen[-300:]!r}"
        seen += piece
    assert b"HEARTBEAT" not in seen.upper().replace(b'"TYPE":"PING"', b"") and b"connection.error" not in seen, seen[-300:]
    half.settimeout(5)
    half.sendall(b"\"x\":1234}")
    answer = half.recv(100)
    assert b" 400 " in answer, answer


checks = {"resets": check_resets, "freeze": check_freeze}


# The witness ------------------------------------------------------------------------------------------------------


class Witness:
    """Publishes an event every 20 ms over a WebSocket and takes the time until it comes back."""

    def __init__(self, port):
        self.socket = web_socket(port, "?events=alert.updated", seconds=60)
        self.latencies = []

    def watch(self, seconds):
        rest = b""
        latencies = []
        end = time.time() + seconds
        while time.time() < end:
            message = json.dumps({"action": "publish", "event": {"type": "alert.updated", "payload": {
                "id": "w", "updated_at": "2026-01-01T00:00:00Z", "severity": "low"}}}).encode()
            begin = time.time()
            self.socket.sendall(frame(message))
            while b'"type":"alert.updated"' not in rest or b'"action":"published"' not in rest:
                if b'"type":"error"' in rest:
                    raise AssertionError(rest[-500:].decode(errors="replace"))
                piece = self.socket.recv(65536)
                if not piece:
                    raise AssertionError("the witness was closed: " + rest[-300:].decode(errors="replace"))
                rest += piece
            latencies.append(time.time() - begin)
            rest = b""
            time.sleep(max(0, begin + 0.02 - time.time()))
        latencies.sort()
        return latencies


def of(latencies, share):
    return latencies[min(len(latencies) - 1, int(len(latencies) * share))] * 1000


def pid_of(server):
    """The wrapper has become the server."""
    return server.process.pid


def run(name, function, options, java, seconds, wanted):
    folder = Path(tempfile.mkdtemp(prefix="tocsin-hostile-"))
    if java:
        os.environ["TOCSIN_JAVA_OPTS"] = java
    if wanted.transport:
        options = (*options, "--transport", wanted.transport)
    bars = wanted.bars
    server = Server(folder / "data", *options, root=wanted.program)
    server.pid = lambda: pid_of(server)
    server.start()
    os.environ.pop("TOCSIN_JAVA_OPTS", None)
    problems, told = [], ""
    try:
        if name in checks:
            checks[name](server)
        else:
            witness = Witness(server.port)
            witness.watch(1)
            before = witness.watch(3)
            attacker = multiprocessing.Process(target=function, args=(server.port, seconds), daemon=True)
            attacker.start()
            during = []
            while attacker.is_alive():
                during += witness.watch(1)
            during.sort()
            told = (f"p50 {of(before, .5):.1f} -> {of(during, .5):.1f} ms, p99 {of(before, .99):.1f} -> "
                    f"{of(during, .99):.1f}, most {during[-1] * 1000:.0f} ms, {server.resident_mib():.0f} MiB")
            if bars and of(during, .99) > 3 * max(1.0, of(before, .99)):
                problems.append("p99 above 3 times")
            if bars and during[-1] > 0.25:
                problems.append("one above 250 ms")
        assert server.process.poll() is None, f"the server has ended with {server.process.poll()}"
        Witness(server.port).watch(0.5)
        assert server.request("GET", "/healthz")[0] == 200
        log = Path(f"{folder / 'data'}.log").read_text(errors="replace")
        lines = log.count("\n")
        if lines > 60:
            problems.append(f"{lines} lines of log")
        if re.search(r"^\s+at ", log, re.M):
            problems.append("a stack trace in the log")
    except (AssertionError, OSError) as e:
        problems.append(str(e) or repr(e))
    finally:
        if server.process.poll() is None:
            code = server.stop() if not problems else (server.kill(), 0)[1]
            if code != 0:
                problems.append(f"SIGTERM ended it with {code}")
    print(f"{'FAIL' if problems else 'ok  '} {name}: {told} {'; '.join(problems)}" + (f" ({folder})" if problems else ""), flush=True)
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bars", action="store_true", help="judge the latencies too")
    parser.add_argument("--transport", help="epoll, io_uring or nio (default: what the server takes)")
    parser.add_argument("--program", type=Path, default=ROOT, help="where the tocsin to be attacked is")
    parser.add_argument("attack", nargs="*", help="default: all")
    wanted = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    names = wanted.attack or [*attacks, *checks]
    results = [run(name, *attacks.get(name, (None, (), "", 0)), wanted) for name in names]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
