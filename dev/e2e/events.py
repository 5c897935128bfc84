"""Prints N believable events as NDJSON, one a line, every kind of domain, deterministic."""
import json
import random
import sys

rng = random.Random(20260109)
CAMERAS = ["front_door", "driveway", "garden", "garage"]


def stamp(i):
    return f"2026-03-14T21:{i // 60 % 60:02d}:{i % 60:02d}.{i % 1000:03d}Z"


def detection(i, n):
    return {
        "detection_id": f"d-{i}-{n}",
        "label": rng.choice(["person", "car", "cat", "Stra\u00dfenbahn", "\U0001F98A"]),
        "confidence": round(rng.random(), 6),
        "bbox": {"x": rng.random() * 1920, "y": rng.random() * 1080, "width": 44.417, "height": 86.13},
        "camera_id": rng.choice(CAMERAS),
        "timestamp": stamp(i),
    }


def event(i):
    kind = i % 10
    if kind < 4:
        n = rng.randrange(1, 6)
        return "detection.batch", {
            "batch_id": f"b-{i}", "detections": [detection(i, k) for k in range(n)],
            "frame_timestamp": stamp(i), "camera_id": rng.choice(CAMERAS), "frame_count": 1}
    if kind == 4:
        return "detection.new", detection(i, 0)
    if kind == 5:
        return "camera.status_changed", {
            "camera_id": rng.choice(CAMERAS), "camera_name": "Caf\u00e9 \"north\"\n", "status": rng.choice(["ONLINE", "Offline", "error"]),
            "previous_status": None, "timestamp": stamp(i), "details": {"a": [1, 2.50, {"b": None}]}, "unknown": True}
    if kind == 6:
        return "alert.created", {
            "id": f"a-{i}", "event_id": i, "severity": rng.choice(["low", "HIGH", "Critical"]), "status": "pending",
            "dedup_key": "front_door:person", "created_at": stamp(i), "updated_at": stamp(i)}
    if kind == 7:
        return "job.progress", {"job_id": "j", "job_type": "export", "progress": i % 101, "status": "running"}
    if kind == 8:
        return "gpu.stats_updated", {"utilization": 99.5, "memory_used": 1e3, "timestamp": stamp(i)}
    return "alert.deleted", {"id": f"a-{i}", "reason": "x" * rng.randrange(0, 2000)}


for i in range(int(sys.argv[1])):
    name, payload = event(i)
    envelope = {"type": name, "payload": payload}
    if i % 3:
        envelope["timestamp"] = stamp(i)
    if i % 5 == 0:
        envelope["correlation_id"] = f"c-{i}"
    if i % 7 == 0:
        envelope["channel"] = "mine"
    print(json.dumps(envelope, ensure_ascii=i % 2 == 0))
