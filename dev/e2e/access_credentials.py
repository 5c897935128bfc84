"""Credentials that are bad from the start, or good and not enough: the same answer to all, on every way in."""
import json
import re
import socket
import statistics
import time

import access_ways
from access_client import Hub, Socket, basic, bearer, check, publish, publish_lines, request, secret, together, until
from access_ends import Upload
from access_ways import event, grants


def bad_headers(good, expired):
    """Every kind of bad credential in a header."""
    head, id, rest = good.split("_", 2)
    return {
        "the id with another secret": bearer(f"{head}_{id}_" + secret(rest[::-1])),
        "the secret with another id": bearer(f"{head}_aaaaaaaaaa_{rest}"),
        "one character less": bearer(good[:-1]),
        "one character more": bearer(good + "A"),
        "the prefix alone": bearer("tocsin_"),
        "expired": bearer(expired),
        "no key at all": bearer("letmein"),
        "three parts of nothing": bearer("a.b.c"),
        "too long": bearer("x" * 9_000),
        "Basic with a bad one": basic(good[:-1]),
        "Basic with the key as the user": {"Authorization": "Basic " + secret(basic("")["Authorization"].split()[1])},
        "Basic that is not base64": {"Authorization": "Basic !!!"},
        "another scheme": {"Authorization": "Digest " + good},
        "nothing after Bearer": {"Authorization": "Bearer"},
    }


def bad(folder):
    """The answer to every kind of bad credential is the same, after the same time."""
    hub = Hub(folder, "bad")
    root, reader = hub.key("root"), hub.key("reader", grants("front"), [{"events": ["camera.*"], "where": {"camera_id": "front"}}])
    scraper, expired = hub.key("scraper", manage=["metrics"]), hub.key("gone", grants("front"))
    hub.keys[expired]["expires"] = "2026-01-01T00:00:01Z"
    hub.write_keys()
    hub.start()
    silent = Socket(hub.port, source="127.0.4.1")
    opened = time.monotonic()
    kinds = bad_headers(reader, expired)
    answers = {kind: [] for kind in kinds}
    # In rounds, so that whatever else the machine does falls on all alike, and more of them where it does much; fewer from an
    # address than are too many.
    for n in range(40):
        together(*(lambda kind=kind, k=k: answers[kind].append(timed(hub, kinds[kind], f"127.0.{n // 8 + 40}.{k + 1}"))
                   for k, kind in enumerate(kinds)))
        shortest = [min(seconds for seconds, _ in several) for several in answers.values()]
        if n >= 7 and max(shortest) - min(shortest) < 0.05:
            break
    nothing = request(hub.port, "GET", "/api/v1/events", None, {})
    check("nothing presented: 401", nothing.status == 401 and nothing.json["error"] == "unauthenticated", nothing)
    for kind, several in answers.items():
        for seconds, answer in several:
            check(f"{kind}: the same answer as to all", (answer.status, answer.body) == (401, nothing.body), answer)
            check(f"{kind}: WWW-Authenticate", answer.headers.get("www-authenticate") == "Bearer", answer)
    times = {kind: sorted(seconds for seconds, _ in several) for kind, several in answers.items()}
    check("the shortest times are alike", max(shortest) - min(shortest) < 0.05, times)
    medians = [statistics.median(each) for each in times.values()]
    noise = max(0.05, *(each[-1] - each[0] for each in times.values()))
    check("so are the usual ones", max(medians) - min(medians) < noise, times)
    paths_without(hub, access_ways.routes(hub, root))
    pipelined(hub, reader)
    sockets(hub, root, reader, scraper, expired)
    forbidden(hub, root, reader, scraper)
    code = silent.ended(13)
    check("silence: 4401 after 10 s", code == 4401 and 9.5 < silent.closed_at - opened < 12.5, code)
    check("and nothing before", [each["type"] for each in silent.messages] == ["connection.error"], silent.messages)
    hub.stop()


def timed(hub, headers, source):
    begin = time.monotonic()
    answer = request(hub.port, "GET", "/api/v1/events", None, headers, source)
    return time.monotonic() - begin, answer


def paths_without(hub, paths):
    """Nothing but the probes and the console's files is open to somebody who shows nothing, or nothing good."""
    for n, path in enumerate(paths):
        real = path.replace("{type}", "detection.new")
        for method in ["GET", "POST"]:
            for headers in [{}, bearer("letmein")]:
                answer = request(hub.port, method, real, "{}" if method == "POST" else None,
                                 {**headers, "Content-Type": "application/json"}, f"127.0.5.{n + 1}")
                good = {200, 405} if path in ("/healthz", "/readyz", "/console/") else {401, 405, 426} if path == "/ws/events" else {401, 405}
                check(f"{method} {path} without a credential", answer.status in good, answer)


def pipelined(hub, reader):
    """Several requests at once on one connection: each is judged by what it shows itself. And a large body with a bad one."""
    shown = [bearer("letmein"), bearer(reader), {}, bearer(reader), bearer("letmein")]
    requests = "".join("GET /api/v1/catalog/alert.created HTTP/1.1\r\nHost: localhost\r\n"
                       + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n" for headers in shown)
    with socket.create_connection(("127.0.0.1", hub.port), timeout=3, source_address=("127.0.4.9", 0)) as connection:
        connection.sendall(requests.encode())
        answers = b""
        try:
            while answers.count(b"HTTP/1.1 ") < len(shown):
                answers += connection.recv(65_536)
        except OSError:
            pass
    statuses = re.findall(rb"HTTP/1.1 (\d+)", answers)
    check("pipelined: each by its own", statuses == [b"401", b"200", b"401", b"200", b"401"], statuses)
    line = json.dumps(event("front", 1))
    answer = publish(hub.port, line + " " * 60_000, bearer("letmein"), source="127.0.4.9")
    check("a body with a bad credential: 401", answer.status == 401, answer)
    upload = Upload(hub, "letmein", event("front", 1))
    check("a stream with a bad credential: 401 at once", until(lambda: upload.status, 3) == 401, upload.status)


def sockets(hub, root, reader, scraper, expired):
    """What a WebSocket does with bad ones."""
    source = "127.0.4.2"
    check("a bad header: no upgrade", Socket(hub.port, headers=bearer(expired), source=source).status == 401)
    check("a ticket that is none", Socket(hub.port, "?ticket=abc", source=source).ended(3) == 4401)
    publish(hub.port, event("front", 1), bearer(root))
    for first in [{"action": "subscribe", "events": ["*"]}, {"action": "resume", "since": 0}, {"action": "ping"},
                  {"action": "publish", "event": event("front", 1)}, {"action": "authenticate", "token": expired}]:
        connection = Socket(hub.port, "?events=*&since=0", source=source)
        connection.send(first)
        connection.send({"action": "authenticate", "token": reader})
        code = connection.ended(3)
        check(f"{first['action']} first: 4401", code == 4401 and len(connection.messages) == 1, (code, connection.messages))
    connection = Socket(hub.port, headers=bearer(reader))
    swapped = connection.authenticate(root)
    check("another's credential: forbidden", swapped["payload"]["error"] == "forbidden", swapped)
    worse = connection.authenticate(expired)
    check("a bad one later: an error", worse["payload"]["error"] == "unauthenticated", worse)
    publish_lines(hub.port, [event(owner, 3) for owner in access_ways.OWNERS] + [event("both", 4)], bearer(root))
    connection.await_message(lambda message: message.get("payload", {}).get("progress") == 4)
    owners = [access_ways.OWNER_OF[each["channel"]] for each in connection.events()]
    check("and all stays as it was", connection.code is None and owners == ["front", "both", "both"], owners)
    good = connection.authenticate(reader)
    check("a renewal has its position", good.get("action") == "authenticated" and good["name"] == "reader" and good["sequence"] > 0, good)
    connection.close()
    answer = Socket(hub.port, headers=bearer(scraper), source=source)
    check("whoever may do nothing there: 403", answer.status == 403, answer.status)
    connection = Socket(hub.port, source=source)
    connection.send({"action": "authenticate", "token": scraper})
    check("or 4403", connection.ended(3) == 4403, connection.code)


def forbidden(hub, root, reader, scraper):
    """A publish that is not granted: by type, by field, by every way in."""
    granted, other_field, other_type = event("front", 1), event("yard", 1), event("front", 3)
    for each in (access_ways.disguised(other_field), access_ways.disguised(other_type)):
        answer = publish(hub.port, each, bearer(reader))
        check("not granted, and disguised: forbidden", answer.status == 403 and answer.json["error"] == "forbidden", answer)
    check("granted, and disguised: published", publish(hub.port, access_ways.disguised(granted), bearer(reader)).status == 201)
    check("granted: published", publish(hub.port, granted, bearer(reader)).status == 201)
    answers = [publish(hub.port, refused, bearer(reader)) for refused in (other_field, other_type)]
    for answer in answers:
        check("not granted: forbidden", answer.status == 403 and answer.json["error"] == "forbidden", answer)
    first = publish(hub.port, other_field, {**bearer(root), "Idempotency-Key": "k1"})
    again = publish(hub.port, other_field, {**bearer(reader), "Idempotency-Key": "k1"})
    check("nor by another's idempotency key", first.status == 201 and again.status == 403, again)
    report = publish_lines(hub.port, [granted, other_field, other_type, granted], bearer(reader)).json
    check("lines: the others count", report["accepted"] == 2 and [(each["line"], each["error"]) for each in report["rejected"]]
          == [(2, "forbidden"), (3, "forbidden")], report)
    connection = Socket(hub.port, headers=bearer(reader))
    said = [connection.ask({"action": "publish", "event": each}) for each in (granted, other_field, other_type)]
    check("actions: forbidden", [each.get("action") or each["payload"]["error"] for each in said] ==
          ["published", "forbidden", "forbidden"], said)
    answer = connection.ask({"action": "subscribe", "events": ["gpu.*", "nonsense.*", "detection.*"], "explain": True})
    codes = {each["pattern"]: each["code"] for each in answer.get("warnings", [])}
    check("denied and unknown are told apart", codes == {"gpu.*": "denied", "nonsense.*": "unknown"}, answer)
    check("explained", answer["matched"] == ["detection.batch", "detection.new"]
          and answer["denied"] and all(each.startswith("gpu.") for each in answer["denied"]), answer)
    connection.close()
    check("stats with the right", request(hub.port, "GET", "/api/v1/stats", None, bearer(scraper)).status == 200)
    answer = request(hub.port, "GET", "/api/v1/stats", None, bearer(reader))
    check("stats without", answer.status == 403 and answer.json["error"] == "forbidden", answer)
    answer = request(hub.port, "GET", "/api/v1/events", None, bearer(scraper))
    check("nothing to read: nothing read", answer.status in (200, 403) and not answer.json.get("events"), answer)
