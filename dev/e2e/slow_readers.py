"""Readers that stop reading while events pass, then read on: are they complete, and what did it cost?

slow_readers.py [READERS] [EVENTS]
"""
import json
import re
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

from server import Server

READERS = int(sys.argv[1]) if len(sys.argv) > 1 else 100
EVENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
SEQUENCE = re.compile(rb'"sequence":(\d+),"previous":(\d+)}')
server = Server(Path(tempfile.mkdtemp(prefix="tocsin-slow-")) / "data")


class Reader:
    """Looks for the positions in the raw bytes, so that a hundred of them are not what is measured."""

    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.socket.sendall((
            f"GET /ws/events?events=alert.* HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        self.rest = b""
        self.position = 0
        while b"connection.established" not in self.rest:
            self.rest += self.socket.recv(4096)

    def read(self):
        data = self.rest + self.socket.recv(1 << 18)
        end = 0
        for found in SEQUENCE.finditer(data):
            sequence, previous = int(found[1]), int(found[2])
            assert sequence == previous + 1 == self.position + 1, f"{sequence} ({previous}) after {self.position}"
            self.position = sequence
            end = found.end()
        self.rest = data[end:][-100_000:]


def publish(latest):
    line = {"type": "alert.deleted", "payload": {"id": "x", "reason": "y" * 200}}
    for begin in range(0, EVENTS, 200):
        body = "\n".join(json.dumps(line) for _ in range(min(200, EVENTS - begin)))
        latest.append(time.time())
        status, answer = server.request("POST", "/api/v1/events", body, {"Content-Type": "application/x-ndjson"})
        assert status == 200 and answer["rejected_count"] == 0, answer


server.start()
try:
    quick = Reader()
    slow = [Reader() for _ in range(READERS)]
    before = server.resident_mib()
    sent, latencies = [], []
    publisher = threading.Thread(target=publish, args=(sent,))
    begin = time.time()
    publisher.start()
    while quick.position < EVENTS:
        was = quick.position
        quick.read()
        latencies += [time.time() - sent[(quick.position - 1) // 200]] if quick.position > was else []
    publisher.join()
    passed = time.time() - begin
    during = server.resident_mib()
    begin = time.time()
    for reader in slow:
        while reader.position < EVENTS:
            reader.read()
    caught_up = time.time() - begin
    latencies.sort()
    print(f"{EVENTS} events passed in {passed:.1f} s while {READERS} readers read nothing; the live one: "
          f"p50 {latencies[len(latencies) // 2] * 1000:.1f} ms, p99 {latencies[int(len(latencies) * .99)] * 1000:.1f} ms "
          "from the request to the event, in pieces of 200")
    print(f"then all {READERS} read on and were complete after {caught_up:.1f} s "
          f"({READERS * EVENTS / caught_up:,.0f} events/s, one after another)")
    after = server.resident_mib()
    print(f"resident memory: {before:.0f} MiB before, {during:.0f} MiB while they lagged, {after:.0f} MiB after")
    assert max(during, after) - before < 256, "the server's memory has grown by more than 256 MiB"
finally:
    server.stop()
