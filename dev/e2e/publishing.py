"""What publishing costs the server: events stored for each second of its CPU, over one NDJSON request.

publishing.py [--lines N] [--rounds R] [--file F] [--keep] [--serve OPTION]... [CHECKOUT]...

Sends N lines of about 300 bytes (a mix of types, most of them detections; or the lines of F, over and over) with
curl, whose CPU is not counted, to a server on a new data directory, R times in a row, so that the first round
has the JIT compiler's work in it and the later ones have not. What counts is user and system time of all threads of
the server, from /proc. Several checkouts are measured in turn, one beside the other. What each server stored is
read back and counted.
"""
import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

from server import ROOT, Server

TICKS = os.sysconf("SC_CLK_TCK")


def envelope(i, rng):
    second = f"2026-03-14T21:{i // 60 % 60:02d}:{i % 60:02d}.{i % 1000:03d}Z"
    detection = {
        "detection_id": f"det-{i}", "event_id": str(i // 7), "label": rng.choice(["person", "car", "cat"]),
        "confidence": round(rng.random(), 6), "camera_id": f"camera_{i % 40}", "timestamp": second,
        "bbox": {"x": round(rng.random() * 1920, 3), "y": round(rng.random() * 1080, 4), "width": 87.662, "height": 244.25}}
    kind = i % 10
    if kind < 6:
        return {"type": "detection.new", "payload": detection, "timestamp": second}
    if kind == 6:
        return {"type": "alert.created", "timestamp": second, "correlation_id": f"c-{i}", "payload": {
            "id": f"a-{i}", "event_id": i, "severity": "HIGH", "status": "pending", "dedup_key": "front_door:person",
            "created_at": second, "updated_at": second}}
    if kind == 7:
        return {"type": "job.progress", "payload": {
            "job_id": f"job-{i}", "job_type": "export", "progress": i % 101, "status": "running",
            "message": "a sentence that says how far this has come, for whoever looks at it while it is running"}}
    if kind == 8:
        return {"type": "gpu.stats_updated", "timestamp": second, "payload": {
            "utilization": 99.5, "memory_used": 8123, "memory_total": 16384, "temperature": 61.5,
            "inference_fps": 29.97, "timestamp": second, "note": "what this catalog does not know passes untouched"}}
    return {"type": "camera.status_changed", "timestamp": second, "payload": {
        "camera_id": f"camera_{i % 40}", "camera_name": "Caf\u00e9 \"north\"", "status": "online",
        "previous_status": "offline", "timestamp": second, "details": {"a": [1, 2.50, {"b": None}]}}}


def write_lines(path, options):
    given = Path(options.file).read_text().splitlines() if options.file else None
    rng = random.Random(20260109)
    with open(path, "w") as out:
        for i in range(options.lines):
            out.write(given[i % len(given)] if given else json.dumps(envelope(i, rng), separators=(",", ":"), ensure_ascii=False))
            out.write("\n")
    return path.stat().st_size


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS, int(fields[12]) / TICKS


def publish(server, lines):
    cpu, system = cpu_seconds(server.process.pid)
    began = time.perf_counter()
    answer = json.loads(subprocess.run(
        ["curl", "-sS", "-X", "POST", "-H", "Content-Type: application/x-ndjson", "-H", "Expect:", "-T", str(lines),
         f"{server.url}/api/v1/events"], check=True, capture_output=True, text=True).stdout)
    wall = time.perf_counter() - began
    assert answer["rejected_count"] == 0, answer
    cpu_after, system_after = cpu_seconds(server.process.pid)
    return answer["accepted"], cpu_after - cpu, system_after - system, wall


def measure(checkout, lines, options, folder):
    data = folder / f"data-{checkout.name}"
    server = Server(data, *options.serve, root=checkout)
    server.start()
    total = 0
    try:
        for number in range(options.rounds):
            accepted, cpu, system, wall = publish(server, lines)
            total += accepted
            print(f"{checkout.name:>20}  round {number + 1}: {accepted / cpu:>9,.0f} events per CPU second"
                  f"  ({cpu:.2f} s, {system:.2f} s of it system; {wall:.2f} s by the clock, {accepted / wall:,.0f} a second)", flush=True)
    finally:
        server.stop()
    if "--memory" not in options.serve:
        with sqlite3.connect(data / "events.db") as database:
            stored, last = database.execute("SELECT count(*), max(sequence) FROM events").fetchone()
        assert stored == last == total, (stored, last, total)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--file")
    parser.add_argument("--serve", action="append", default=[])
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("checkouts", nargs="*", type=Path, default=[ROOT])
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tocsin-publishing-"))
    try:
        size = write_lines(folder / "lines.ndjson", options)
        print(f"{options.lines:,} lines of {size / options.lines:.0f} bytes on average")
        for checkout in options.checkouts:
            measure(checkout.resolve(), folder / "lines.ndjson", options, folder)
    finally:
        if options.keep:
            print(folder)
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
