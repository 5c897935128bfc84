"""The outer contract, checked case by case against a running server.

contract.py URL                          all cases
contract.py --await-connections N URL    waits until N WebSockets are connected
"""
import asyncio
import http.client
import json
import sys
import time
from urllib.parse import urlsplit

import websockets

URL = sys.argv[-1]
HOST = urlsplit(URL).netloc
SOCKET = URL.replace("http", "ws", 1) + "/ws/events"
ALERT = {"id": "a", "event_id": 1, "severity": "low", "status": "pending", "dedup_key": "k",
         "created_at": "2026-01-09T12:00:00Z", "updated_at": "2026-01-09T12:00:00Z"}
failures = []


def check(name, condition, shown=None):
    if not condition:
        failures.append(name)
        print(f"     {name}: {shown!r}"[:600])


def request(method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(HOST, timeout=10)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, text


def post(body, content_type="application/json", path="/api/v1/events", **headers):
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    status, _, text = request("POST", path, body, {"Content-Type": content_type, **headers})
    return status, json.loads(text)


def event(name="alert.created", payload=None, **fields):
    return {"type": name, "payload": ALERT if payload is None else payload, **fields}


def refusals():
    def refused(name, body, status, error):
        got, answer = post(body)
        check(name, (got, answer.get("error")) == (status, error), (got, answer))
        return answer

    for name, body in {
        "syntax": '{"type":', "trailing text": '{"type":"ping"} x', "trailing comma": '{"a":1,}',
        "duplicate name": '{"type":"a","type":"b"}', "escaped duplicate": '{"type":"a","\\u0074ype":"b"}',
        "nested duplicate": '{"type":"job.failed","payload":{"x":{"a":1,"a":2}}}',
        "lone surrogate": '{"type":"\\ud800"}', "reversed pair": '{"type":"\\udc00\\ud800"}',
        "raw surrogate": b'{"type":"\xed\xa0\x80"}', "invalid UTF-8": b'{"type":"\xff"}',
        "overlong UTF-8": b'{"type":"\xc0\xaf"}', "UTF-16": '{"type":"ping"}'.encode("utf-16-le"),
        "empty": "", "white space": "  ", "NaN": '{"type":NaN}', "too deep": "[" * 65 + "]" * 65,
        "control character": '{"type":"a\nb"}', "leading zero": '{"type":01}', "comment": '{/**/}',
    }.items():
        refused(name, body, 400, "invalid_json")
    for name, body in {
        "array": "[]", "string": '"x"', "number": "1", "no type": "{}", "type null": '{"type":null}', "type number": '{"type":1}',
        "deep array": "[" * 64 + "]" * 64,
        "unknown field": event(extra=1), "bad timestamp": event(timestamp="yesterday"),
        "timestamp without offset": event(timestamp="2026-01-09T12:00:00"), "correlation number": event(correlation_id=1),
        "channel object": event(channel={}),
    }.items():
        refused(name, body, 400, "invalid_message")
    check("unknown field is named", "extra" in refused("named", event(extra=1), 400, "invalid_message")["detail"])
    for name in ["", "ALERT.CREATED", "alert.created ", "alert.*", "alert"]:
        refused(f"unknown type {name!r}", event(name), 422, "unknown_event_type")
    for name in ["ping", "pong", "error", "connection.established", "connection.error"]:
        refused(f"reserved {name}", event(name, {}), 422, "reserved_event_type")
        refused(f"reserved {name} without payload", {"type": name}, 422, "reserved_event_type")
    for name, body in {"missing": {"type": "alert.created"}, "null": {"type": "alert.created", "payload": None},
                       "array": {"type": "alert.created", "payload": []}}.items():
        answer = refused(f"payload {name}", body, 422, "invalid_payload")
        check(f"payload {name} path", [e["path"] for e in answer["details"]["errors"]] == [""], answer)
    answer = refused("all faults at once", event("detection.batch", {
        "batch_id": 7, "camera_id": None, "frame_timestamp": "2026-02-30T00:00:00Z",
        "detections": [{}, {"detection_id": "x", "label": "p", "confidence": 1.5, "camera_id": "c",
                            "timestamp": "2026-01-01T00:00:00Z", "bbox": {"x": "1", "y": 1, "width": 1, "height": 1}}],
        "frame_count": 1.5}), 422, "invalid_payload")
    check("their places and codes", {(e["path"], e["code"]) for e in answer["details"]["errors"]} == {
        ("/batch_id", "type"), ("/camera_id", "type"), ("/frame_timestamp", "format"), ("/frame_count", "type"),
        ("/detections/0/detection_id", "required"), ("/detections/0/label", "required"),
        ("/detections/0/confidence", "required"), ("/detections/0/camera_id", "required"),
        ("/detections/0/timestamp", "required"), ("/detections/1/confidence", "maximum"),
        ("/detections/1/bbox/x", "type")}, answer)
    answer = refused("enum", event(payload={**ALERT, "severity": "hihg"}), 422, "invalid_payload")
    check("enum sentence", "low, medium, high, critical" in answer["details"]["errors"][0]["message"], answer)


def http_routes():
    check("healthz", request("GET", "/healthz")[0] == 200)
    check("readyz", request("GET", "/readyz")[0] == 200)
    status, headers, text = request("HEAD", "/healthz")
    check("HEAD", (status, text) == (200, b"") and int(headers["content-length"]) > 0, headers)
    catalog = json.loads(request("GET", "/api/v1/catalog")[2])
    check("43 types", len(catalog["event_types"]) == 43, len(catalog["event_types"]))
    check("channels", catalog["channels"] == sorted(
        ["alerts", "cameras", "detections", "events", "jobs", "system", "workers"]), catalog["channels"])
    entry = json.loads(request("GET", "/api/v1/catalog/job.failed")[2])
    check("entry", (entry["channel"], entry["required"]) == (
        "jobs", ["job_id", "job_type", "failed_at", "error"]), entry)
    for one in catalog["event_types"]:
        status, _, text = request("GET", f"/api/v1/catalog/{one['type']}/schema")
        check(f"schema of {one['type']}", status == (200 if one["payload"] else 404), text)
        if status == 200:
            schema = json.loads(text)
            check(f"{one['type']} is 2020-12", schema["$schema"].endswith("2020-12/schema"), schema)
            for example in schema["examples"]:
                got, verdict = post(example, path=f"/api/v1/catalog/{one['type']}/validate")
                check(f"example of {one['type']}", (got, verdict) == (200, {"valid": True}), verdict)
    check("validate bad", post({}, path="/api/v1/catalog/alert.created/validate")[0] == 422)
    for path in ["/", "/nope", "/api/v1/catalog/", "/api/v1/catalog/nope", "/api/v1/catalog/alert.created/x"]:
        status, headers, text = request("GET", path)
        check(f"404 {path}", status == 404 and headers["content-type"] == "application/problem+json", (status, text))
    for method, path in [("DELETE", "/api/v1/events"), ("POST", "/healthz"), ("PUT", "/api/v1/catalog")]:
        status, headers, _ = request(method, path)
        check(f"405 {method} {path}", status == 405 and headers.get("allow"), (status, headers))
    check("415", post(event(), "text/plain")[0] == 415)
    check("no media type", request("POST", "/api/v1/events", b"{}")[0] == 415)
    check("426", request("GET", "/ws/events")[0] == 426)
    check("413", post(event(payload={"x": "y" * 70_000}))[0] == 413)
    check("64 KiB", post((json.dumps(event()) + " " * 65_536)[:65_536])[0] == 201)
    stats = json.loads(request("GET", "/api/v1/stats")[2])
    check("stats", {"total_connections", "explicit_subscriptions", "default_subscriptions", "total_patterns",
                    "epoch", "published", "delivered", "rejected"} <= stats.keys(), stats)


def history():
    first = post(event("job.cancelled", {"job_id": "h", "job_type": "t", "cancelled_at": "2026-01-01T00:00:00Z"}))[1]
    page = json.loads(request("GET", f"/api/v1/events?events=job.canc*&since={first['sequence'] - 1}&limit=5")[2])
    check("history", [e["sequence"] for e in page["events"]] == [first["sequence"]] and page["epoch"], page)
    check("history goes on", page["next_since"] >= first["sequence"], page)
    for query in ["limit=0", "limit=x", "since=-1", "events=[a"]:
        check(f"history {query}", request("GET", f"/api/v1/events?{query}")[0] == 400)


def idempotency():
    key = {"Idempotency-Key": f"contract-{time.time()}"}
    first, second = (post(event(), **key) for _ in range(2))
    check("repeated", first == second and first[0] == 201, (first, second))
    status, answer = post(event(correlation_id="other"), **key)
    check("conflict", (status, answer["error"]) == (409, "idempotency_conflict"), answer)


def ndjson():
    lines = [json.dumps(event(correlation_id=str(i))) for i in range(20)]
    lines[3] = "{"
    lines[5] = ""
    lines[7] = json.dumps(event("nope"))
    lines[9] = json.dumps(event(payload={**ALERT, "id": "x" * 70_000}))
    status, answer = post("\r\n".join(lines), "application/x-ndjson")
    check("ndjson", (status, answer["accepted"], answer["rejected_count"]) == (200, 16, 3), answer)
    check("ndjson lines", [(r["line"], r["error"]) for r in answer["rejected"]] == [
        (4, "invalid_json"), (8, "unknown_event_type"), (10, "message_too_large")], answer)
    check("ndjson sequences", answer["last_sequence"] - answer["first_sequence"] == 15, answer)
    status, answer = post("{\n[]\n", "application/x-ndjson")
    check("ndjson none good", status == 422 and answer["rejected_count"] == 2, answer)
    status, answer = post("x\n" * 3_000, "application/x-ndjson")
    check("ndjson many bad", (len(answer["rejected"]), answer["rejected_count"]) == (1_000, 3_000), status)


def browsers():
    for headers, status in [
        ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Host": "evil.example"}, 403),
        ({"Origin": f"http://{HOST}"}, 200), ({"Host": "localhost"}, 200), ({"Host": "[::1]:99"}, 200),
        ({"Origin": "http://localhost:1"}, 403), ({"Host": "localhost.evil.example"}, 403),
    ]:
        got, answer, _ = request("GET", "/healthz", headers=headers)
        check(f"browser rule {headers}", got == status and "access-control-allow-origin" not in answer, got)
    check("foreign page before 404", request("GET", "/nope", headers={"Origin": "http://evil.example"})[0] == 403)
    check("foreign page before the upgrade", request("GET", "/ws/events", headers={
        "Origin": "http://evil.example", "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})[0] == 403)


async def ask(socket, message):
    await socket.send(message if isinstance(message, str) else json.dumps(message))
    return json.loads(await asyncio.wait_for(socket.recv(), 5))


async def sockets():
    async with websockets.connect(SOCKET) as everything, websockets.connect(SOCKET + "?events=alert.*") as alerts:
        hello = json.loads(await everything.recv())
        await alerts.recv()
        position = hello["payload"]["sequence"]
        check("established", hello["type"] == "connection.established" and hello["payload"]["epoch"], hello)
        post(event("alert.deleted", {"id": "1", "X": [1.50, None]}, timestamp="2026-01-09T12:00:00+02:00"))
        got = json.loads(await everything.recv())
        check("default receives everything", got["sequence"] == position + 1 and got["previous"] <= position, got)
        check("delivered as it was", (got["timestamp"], got["payload"], got["channel"]) == (
            "2026-01-09T12:00:00+02:00", {"id": "1", "X": [1.5, None]}, "alerts"), got)
        check("from the first byte", json.loads(await alerts.recv())["sequence"] == position + 1)
        got = await ask(everything, {"action": "subscribe", "events": ["JOB.*", "jbo.*", "job.*"], "id": 1})
        check("subscribed", (got["action"], got["events"], got["id"]) == ("subscribed", ["job.*", "jbo.*"], 1), got)
        check("warning", [(w["pattern"], w["suggestion"]) for w in got["warnings"]] == [("jbo.*", "job.*")], got)
        for message, code in [
            ("{", "invalid_json"), ("[1]", "invalid_message"), ({"action": 1}, "invalid_message"), ({"action": "x"}, "unknown_action"),
            ({"action": "subscribe"}, "invalid_message"), ({"action": "subscribe", "events": [1]}, "invalid_message"),
            ({"action": "subscribe", "events": [""]}, "invalid_pattern"), ({"action": "subscribe", "events": ["[a"]}, "invalid_pattern"),
            ({"action": "subscribe", "events": ["a" * 257]}, "invalid_pattern"),
            ({"action": "subscribe", "events": [f"{i}*" for i in range(255)]}, "too_many_patterns"),
            ({"action": "publish", "event": event("nope")}, "unknown_event_type"), ({"action": "publish"}, "invalid_message"),
            ({"action": "ping", "id": []}, "invalid_message"), ({"type": "alert.created"}, "invalid_message"),
        ]:
            got = await ask(everything, message)
            check(f"error {str(message)[:60]}", got["type"] == "error" and got["payload"]["error"] == code, got)
        for message in ["ping", {"type": "ping"}, {"action": "ping"}]:
            check(f"pong {message}", (await ask(everything, message))["type"] == "pong")
        for i in range(50):
            await everything.send(json.dumps({"action": "publish", "id": f"p{i}", "event": event("camera.enabled", {
                "camera_id": str(i), "enabled_at": "2026-01-01T00:00:00Z"})}))
        await everything.send(json.dumps({"action": "unsubscribe", "id": "u"}))
        answers = [json.loads(await everything.recv()) for _ in range(51)]
        check("answers in order", [a["id"] for a in answers] == [f"p{i}" for i in range(50)] + ["u"], answers)
        sequences = [a["sequence"] for a in answers]
        check("one order", sequences[:50] == list(range(sequences[0], sequences[0] + 50)) and sequences[50] == sequences[49])
        check("removed in order", answers[50]["events"] == ["job.*", "jbo.*"], answers[50])
        post(event("job.progress", {"job_id": "j", "job_type": "t", "progress": 1, "status": "s"}))
        check("silent after unsubscribe", (await ask(everything, "ping"))["type"] == "pong")
        position = (await ask(everything, {"action": "subscribe", "events": ["alert.*"]}))["sequence"]
        first = post(event(correlation_id="missed"))[1]["sequence"]
        await everything.recv()
        got = await ask(everything, {"action": "resume", "since": position, "id": "r"})
        check("resumed", (got["action"], got["since"], got["complete"], got["id"]) == ("resumed", position, True, "r"), got)
        got = json.loads(await everything.recv())
        check("missed event", (got["sequence"], got["previous"]) == (first, position), got)
    for query, reason in [(f"since={position}&epoch=another", "epoch_changed"), ("since=999999999", "ahead")]:
        async with websockets.connect(f"{SOCKET}?{query}") as socket:
            await socket.recv()
            got = json.loads(await socket.recv())
            check(reason, (got["complete"], got["reason"], got["since"]) == (False, reason, got["sequence"]), got)
    for query in ["events=", "events=[a", "events=" + "a" * 257, "since=x"]:
        try:
            async with websockets.connect(f"{SOCKET}?{query}"):
                check(f"refused {query[:20]}", False)
        except websockets.InvalidHandshake as refused:
            # Since its version 14 the library tells the whole answer.
            status = refused.response.status_code if hasattr(refused, "response") else refused.status_code
            check(f"refused {query[:20]}", status == 400, status)
    for sent, code in [(b"binary", 1003), ("x" * 70_000, 1009)]:
        async with websockets.connect(SOCKET) as socket:
            await socket.recv()
            await socket.send(sent)
            try:
                check(f"close {code}", False, await asyncio.wait_for(socket.recv(), 5))
            except websockets.ConnectionClosed as end:
                check(f"close {code}", end.code == code, end.code)


def await_connections(count):
    for _ in range(200):
        if json.loads(request("GET", "/api/v1/stats")[2])["total_connections"] >= count:
            return
        time.sleep(0.1)
    sys.exit(f"{count} connections did not come")


if sys.argv[1] == "--await-connections":
    await_connections(int(sys.argv[2]))
else:
    refusals()
    http_routes()
    history()
    idempotency()
    ndjson()
    browsers()
    asyncio.run(sockets())
    if failures:
        sys.exit(f"{len(failures)} cases failed: {', '.join(failures)}")
