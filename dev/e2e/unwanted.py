"""What a publish that nobody wants costs the server: it must not depend on who is connected.

unwanted.py [--connections N] [--publishes P] [--rounds R]

Four servers run side by side: one with 10 connections and one with N, all of which want something else; and two
with 500 connections each, which hold 1 of 10 and 2 of 1,000 different patterns that do not match either. P events
are published to each in turn, one by one over HTTP, R times after a warm-up; what counts is user and system time of
all threads of the server, from /proc, without what it does in the same time when nothing is published.
"""
import argparse
import http.client
import itertools
import json
import os
import resource
import shutil
import socket
import statistics
import tempfile
import time
from pathlib import Path

from server import Server

TICKS = os.sysconf("SC_CLK_TCK")
EVENT = json.dumps({
    "type": "detection.new",
    "payload": {"detection_id": "det-88123", "event_id": "4217", "label": "person", "confidence": 0.93,
                "camera_id": "high_street", "timestamp": "2026-03-14T21:00:00.000Z",
                "bbox": {"x": 340.829, "y": 79.4999, "width": 87.662, "height": 244.25}},
    "timestamp": "2026-03-14T21:00:00.123Z"})


def patterns(count):
    """Different patterns, none of which matches a detection."""
    domains = ["alert", "camera", "job", "worker", "gpu", "event", "system"]
    stems = (f"{domain}.{'?' * width}{letter}*" for width in itertools.count() for domain in domains
             for letter in "abcdefghijklmnopqrstuvwxyz")
    return list(itertools.islice(stems, count))


class Crowd:
    """A server and its connections, which only listen."""

    def __init__(self, name, folder):
        self.name = name
        self.server = Server(folder / name.replace(" ", "-").replace(",", ""))
        self.sockets = []
        self.server.start()

    def join(self, connections, held):
        self.sockets = [self.connect(held[i % len(held)::connections]) for i in range(connections)]
        self.publisher = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)

    def connect(self, held):
        opened = socket.create_connection(("127.0.0.1", self.server.port))
        wanted = ",".join(held).replace("?", "%3F")
        opened.sendall((
            f"GET /ws/events?events={wanted} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        answer = b""
        while b"connection.established" not in answer:
            piece = opened.recv(4096)
            assert piece, f"{self.name}: the server closed a connection: {answer}"
            answer += piece
        return opened

    def cpu(self):
        fields = open(f"/proc/{self.server.process.pid}/stat").read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def publish(self, count):
        for _ in range(count):
            self.publisher.request("POST", "/api/v1/events", EVENT, {"Content-Type": "application/json"})
            answer = self.publisher.getresponse()
            body = answer.read()
            assert answer.status == 201, body

    def measure(self, count):
        """Microseconds of CPU for a publish, and the share of a core when there is none."""
        before, began = self.cpu(), time.perf_counter()
        time.sleep(2)
        idle = (self.cpu() - before) / (time.perf_counter() - began)
        before, began = self.cpu(), time.perf_counter()
        self.publish(count)
        busy, took = self.cpu() - before, time.perf_counter() - began
        return (busy - idle * took) / count * 1e6, idle

    def delivered(self):
        return self.server.request("GET", "/api/v1/stats")[1]["delivered"]

    def stop(self):
        for opened in self.sockets:
            opened.close()
        self.server.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=18_000)
    parser.add_argument("--publishes", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    files = options.connections + 1_900
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    folder = Path(tempfile.mkdtemp(prefix="tocsin-unwanted-"))
    crowds = []
    try:
        for name, connections, held in (
                ("10 connections", 10, patterns(1)),
                (f"{options.connections:,} connections", options.connections, patterns(1)),
                ("10 patterns", 500, patterns(10)),
                ("1,000 patterns", 500, patterns(1_000))):
            crowds.append(Crowd(name, folder))
            crowds[-1].join(connections, held)
        for crowd in crowds:
            crowd.publish(2 * options.publishes)
        results = {crowd.name: [] for crowd in crowds}
        for _ in range(options.rounds):
            for crowd in crowds:
                results[crowd.name].append(crowd.measure(options.publishes))
        for crowd in crowds:
            assert crowd.delivered() == 0, f"{crowd.name}: somebody wanted it"
        for name, measured in results.items():
            costs = [cost for cost, _ in measured]
            print(f"{name:>20}: {statistics.median(costs):6.1f} µs of CPU a publish ({min(costs):.1f} to {max(costs):.1f}),"
                  f" {statistics.median(idle for _, idle in measured):.2%} of a core when there is none")
    finally:
        for crowd in crowds:
            crowd.stop()
        shutil.rmtree(folder)


main()
