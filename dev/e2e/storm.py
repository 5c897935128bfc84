"""A server is stopped and started again, and everyone comes back in the same second.

storm.py [CLIENTS] [EVENTS]

All of CLIENTS resume from the beginning of a log of EVENTS events, while a live subscriber watches a slow
stream of its own: what does the storm cost it, and do all get everything?
"""
import json
import re
import selectors
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

from server import Server

CLIENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
EVENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 5_000
LAST = re.compile(rb'"sequence":(\d+),"previous":(\d+)}')
server = Server(Path(tempfile.mkdtemp(prefix="tocsin-storm-")) / "data")
stop = threading.Event()


def connect(query):
    opened = socket.create_connection(("127.0.0.1", server.port))
    opened.sendall((
        f"GET /ws/events?{query} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
    return opened


def publish(lines):
    status, answer = server.request(
        "POST", "/api/v1/events", "\n".join(lines), {"Content-Type": "application/x-ndjson"})
    assert status == 200 and answer["rejected_count"] == 0, answer


class Live(threading.Thread):
    """Publishes an event of its own every 20 ms, and measures how long it takes to come."""

    def __init__(self):
        super().__init__()
        self.latencies = []

    def run(self):
        subscriber = connect("events=camera.offline")
        subscriber.settimeout(30)
        data = b""
        while b"established" not in data:
            data += subscriber.recv(4096)
        count = 0
        while not stop.is_set():
            count += 1
            began = time.perf_counter()
            publish([json.dumps({"type": "camera.offline", "payload": {"camera_id": f"live-{count}", "camera_name": "c", "timestamp": "2026-01-01T00:00:00Z"}})])
            data = b""
            while f"live-{count}\"".encode() not in data:
                data += subscriber.recv(65536)
            self.latencies.append(time.perf_counter() - began)
            time.sleep(0.02)

    def take(self):
        taken, self.latencies = sorted(self.latencies), []
        return f"p50 {taken[len(taken) // 2] * 1000:.1f} ms, p99 {taken[int(len(taken) * .99)] * 1000:.1f} ms, " \
               f"the slowest {[round(t * 1000) for t in taken[-5:]]} ms of {len(taken)}"


server.start()
try:
    for begin in range(0, EVENTS, 500):
        publish([json.dumps({"type": "alert.deleted", "payload": {"id": str(i), "reason": "x" * 200}})
                 for i in range(begin, min(EVENTS, begin + 500))])
    assert server.stop() == 0
    server.start()
    live = Live()
    live.start()
    time.sleep(4)
    print(f"alone:     {live.take()}")
    selector = selectors.DefaultSelector()
    state = {}
    began = time.perf_counter()
    for _ in range(CLIENTS):
        client = connect("events=alert.*&since=0")
        client.setblocking(False)
        selector.register(client, selectors.EVENT_READ)
        state[client] = [b"", 0]
    done = 0
    while done < CLIENTS:
        ready = selector.select(30)
        assert ready, f"nothing comes any more; {done} of {CLIENTS} have everything"
        for key, _ in ready:
            client = key.fileobj
            one = state[client]
            data = one[0] + client.recv(1 << 17)
            end = 0
            for found in LAST.finditer(data):
                sequence, previous = int(found[1]), int(found[2])
                assert previous == one[1] and sequence == previous + 1, f"{sequence} ({previous}) after {one[1]}"
                one[1], end = sequence, found.end()
            one[0] = data[end:][-2_000:]
            if one[1] == EVENTS:
                selector.unregister(client)
                done += 1
    took = time.perf_counter() - began
    print(f"the storm: {live.take()}")
    print(f"{CLIENTS} clients had all {EVENTS} events after {took:.1f} s ({CLIENTS * EVENTS / took:,.0f} events/s); "
          f"resident memory {server.resident_mib():.0f} MiB")
    stop.set()
    live.join()
finally:
    stop.set()
    server.stop()
