"""Credentials that are bad from the start, and credentials that end or are narrowed while they are in use: on every way
in and out, live, lagging, catching up and uploading."""
import concurrent.futures
import datetime
import json
import re
import socket
import statistics
import threading
import time

import access_ways
from access_client import (Hub, Socket, basic, bearer, check, publish, publish_lines, request, secret, until)
from access_ways import Producer, Truth, event, grants

# How soon a change counts (the contract's two seconds), and what this machine may add to it.
PROMPT, PATIENCE = 2.0, 1.0


class Upload(threading.Thread):
    """Lines of a stream, one every few milliseconds, until the server answers or the end is asked for."""

    def __init__(self, hub, key, line):
        super().__init__(daemon=True)
        self.port, self.key, self.line = hub.port, key, json.dumps(line).encode() + b"\n"
        self.finish = threading.Event()
        self.status = self.body = self.answered_at = None
        self.start()

    def run(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(b"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
                               b"Connection: close\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer "
                               + self.key.encode() + b"\r\n\r\n")
            answer = b""
            connection.settimeout(0.05)
            while not answer:
                try:
                    connection.sendall(b"" if self.finish.is_set() else b"%x\r\n%s\r\n" % (len(self.line), self.line))
                    if self.finish.is_set():
                        connection.sendall(b"0\r\n\r\n")
                        connection.settimeout(10)
                    answer = connection.recv(65_536)
                    break
                except TimeoutError:
                    continue
                except OSError:
                    return
            self.answered_at = time.monotonic()
            connection.settimeout(5)
            try:
                while piece := connection.recv(65_536):
                    answer += piece
            except OSError:
                pass
            self.status, self.body = int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2]


class SlowPublish:
    """A single event whose head goes out with a credential that is good, and whose body comes later."""

    def __init__(self, hub, key, line, path="/api/v1/events"):
        self.body = json.dumps(line).encode()
        self.connection = socket.create_connection(("127.0.0.1", hub.port), timeout=30)
        self.connection.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                                f"Content-Length: {len(self.body)}\r\nAuthorization: Bearer {key}\r\n\r\n".encode())

    def complete(self):
        with self.connection:
            self.connection.sendall(self.body)
            answer = self.connection.recv(65_536)
        return int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2]


def ticket_of(hub, key):
    return secret(request(hub.port, "POST", "/api/v1/tickets", "", bearer(key)).json["ticket"])


def by_basic(hub, key):
    return Socket(hub.port, headers=basic(key))


def catching_up(hub, key):
    connection = Socket(hub.port, "?since=0", bearer(key), buffer=65_536)
    connection.reading.clear()
    return connection


def dead_slow(hub, key):
    """Takes nothing at all until everything is over."""
    connection = Socket(hub.port, headers=bearer(key), buffer=4096)
    connection.reading.clear()
    return connection


def lagging(hub, key):
    connection = Socket(hub.port, headers=bearer(key), buffer=65_536)
    connection.reading.clear()
    return connection


def lagging_compressed(hub, key):
    connection = Socket(hub.port, headers=bearer(key), buffer=65_536, deflate=True)
    connection.reading.clear()
    return connection


LIVE = [access_ways.live, access_ways.compressed, access_ways.subscribed, access_ways.by_ticket, access_ways.by_message, by_basic]
LAGGING = [lagging, lagging_compressed, catching_up, dead_slow]


class InUse:
    """A credential on every way at once."""

    def __init__(self, hub, root, key):
        self.hub, self.root, self.key = hub, root, key
        self.live = {way.__name__: way(hub, key) for way in LIVE}
        self.lagging = {way.__name__: way(hub, key) for way in LAGGING}
        self.upload = Upload(hub, key, event("front", 1))
        self.slow = SlowPublish(hub, key, event("front", 1))
        self.slow_ticket = SlowPublish(hub, key, {}, "/api/v1/tickets")
        self.ticket = ticket_of(hub, key)

    def after(self, changed):
        """Waits until a change that was made at this time has to count, while those who lag begin to read; the newest
        event then."""
        for name, connection in self.lagging.items():
            if name != "dead_slow":
                connection.reading.set()
        time.sleep(max(0, changed + PROMPT + PATIENCE - time.monotonic()))
        return self.hub.newest(self.root)


def judge_ended(title, use, changed, newest):
    for name, connection in use.live.items():
        code = connection.ended(0.1)
        late = connection.closed_at and connection.closed_at - changed
        check(f"{title} {name}: 4410 in time", code == 4410 and late < PROMPT + PATIENCE, (code, late))
        last = connection.messages[-1]
        check(f"{title} {name}: it is said why", last.get("type") == "connection.error", last)
    check(f"{title}: the upload is over", until(lambda: use.upload.status, 3) == 401
          and use.upload.answered_at - changed < PROMPT + PATIENCE, (use.upload.status, use.upload.body))
    for name, connection in use.lagging.items():
        connection.reading.set()
        code = connection.ended(15)
        # One that takes nothing of what waits for it may be cut off without a word.
        check(f"{title} {name}: 4410", code == 4410 or name == "dead_slow" and connection.over, (code, connection.messages[-1:]))
        check(f"{title} {name}: it was far behind", not connection.events() or connection.events()[-1]["sequence"] < newest, newest)
        late = [each["sequence"] for each in connection.events() if each["sequence"] > newest]
        check(f"{title} {name}: nothing after the end", not late, late[:3])
    status, body = use.slow.complete()
    check(f"{title}: a body that comes after the end is not published", status == 401, (status, body))
    status, body = use.slow_ticket.complete()
    check(f"{title}: nor is a ticket made", status == 401, (status, body))
    refused_everywhere(title, use.hub, use.key, use.ticket)


def refused_everywhere(title, hub, key, ticket):
    """Every way in refuses it. The failures come from an address of their own."""
    source = "127.0.3." + str(["revoked", "expired"].index(title) + 1)
    for path in ["/api/v1/events", "/api/v1/catalog"]:
        answer = request(hub.port, "GET", path, None, bearer(key), source)
        check(f"{title} {path}: 401", answer.status == 401, answer)
    answer = publish(hub.port, event("front", 1), basic(key), source=source)
    check(f"{title} Basic: 401", answer.status == 401, answer)
    answer = request(hub.port, "GET", f"/api/v1/events?ticket={ticket}", None, {}, source)
    check(f"{title} its ticket: 401", answer.status == 401, answer)
    check(f"{title} upgrade: 401", Socket(hub.port, headers=bearer(key), source=source).status == 401)
    connection = Socket(hub.port, source=source)
    connection.send({"action": "authenticate", "token": key})
    check(f"{title} message: 4401", connection.ended(3) == 4401, connection.code)


def ends(folder):
    """Revoked, expired, narrowed: it counts within two seconds."""
    hub = Hub(folder, "ends")
    root = hub.key("root")
    revoked, narrowed = (hub.key(name, grants("front"), [{"events": ["*"]}]) for name in ("to revoke", "to narrow"))
    hub.write_keys()
    hub.start()
    producer = Producer(hub, root, 200)
    producer.start()
    together(lambda: narrow(hub, root, narrowed), lambda: revoke(hub, root, revoked), lambda: expire(hub, root))
    producer.stop()
    hub.stop()


def together(*parts):
    """Runs all at once; the first exception is raised here."""
    with concurrent.futures.ThreadPoolExecutor(len(parts)) as pool:
        for result in [pool.submit(part) for part in parts]:
            result.result()


def revoke(hub, root, key):
    use = InUse(hub, root, key)
    access_ways.fall_behind(hub, root)
    done = hub.key_command("revoke", hub.keys[key]["id"])
    changed = time.monotonic()
    check("a key is revoked", done.returncode == 0, done)
    judge_ended("revoked", use, changed, use.after(changed))


def expire(hub, root):
    done = hub.key_command("new", "to expire", "--subscribe", "detection.*", "--subscribe", "camera.*", "--publish", "camera.*",
                           "--where", json.dumps({"camera_id": ["front"]}), "--expires", "6s")
    made = time.monotonic()
    key = secret(done.stdout.strip())
    check("the key alone is on standard output", done.returncode == 0 and done.stdout == key + "\n" and key.startswith("tocsin_"), done)
    known = until(lambda: request(hub.port, "GET", "/api/v1/catalog", None, bearer(key), "127.0.2.1").status == 200, 3)
    check("a new key counts within two seconds", known and time.monotonic() - made < PROMPT, time.monotonic() - made)
    use = InUse(hub, root, key)
    connection = use.live["live"]
    notice = connection.await_message(lambda message: message.get("action") == "expiring", 0, 6)
    check("it is said before the end", notice and "at" in notice and connection.code is None, notice)
    stored = json.loads(hub.keys_file.read_text())["keys"]
    expires = datetime.datetime.fromisoformat(next(each["expires"] for each in stored if each["name"] == "to expire")[:-1] + "+00:00")
    end = time.monotonic() + expires.timestamp() - time.time()
    connection.ended(8)
    check("expired: not before its time", connection.closed_at and connection.closed_at >= end - 0.01, connection.closed_at and connection.closed_at - end)
    judge_ended("expired", use, end, use.after(end))


def narrow(hub, root, key):
    use = InUse(hub, root, key)
    access_ways.fall_behind(hub, root)
    fewer = [{"events": ["detection.*"], "where": {"camera_id": ["front"]}}]
    before = hub.newest(root)
    hub.write_keys(lambda keys: keys[key].update(grants={"subscribe": fewer, "publish": fewer, "manage": []}))
    newest = use.after(time.monotonic())
    time.sleep(1)
    late = Socket(hub.port, "?since=0", bearer(key))
    use.upload.finish.set()
    use.upload.join(10)
    report = json.loads(use.upload.body or b"{}")
    codes = {each["error"] for each in report.get("rejected", [])}
    check("narrowed: later lines of the upload are refused", use.upload.status == 200 and report["accepted"] > 5
          and codes == {"forbidden"}, report)
    status, body = use.slow.complete()
    check("narrowed: a body that comes late is refused", status == 403, (status, body))
    for connection in use.lagging.values():
        connection.reading.set()
    truth = Truth(hub, root)
    for name, connection in [*use.live.items(), *use.lagging.items(), ("afterwards", late)]:
        connection.await_message(lambda message: message.get("sequence", 0) > truth.newest, 0, 15)
        check(f"narrowed {name}: it stays", connection.code is None, connection.code)
        told = connection.events()
        others = [each["sequence"] for each in told if not each["type"].startswith("detection.")]
        bound = 0 if name == "afterwards" else before if name == "dead_slow" else newest
        check(f"narrowed {name}: what is not granted any more ends", not [s for s in others if s > bound], (others[-3:], bound))
        first = next((each["sequence"] for each in told), 0)
        kept = truth.granted({"front"}, lambda each: each["type"].startswith("detection."))
        received = [each["sequence"] for each in told if each["type"].startswith("detection.") and each["sequence"] <= truth.newest]
        check(f"narrowed {name}: the rest goes on whole", received == [s for s in kept if first <= s <= truth.newest],
              (len(received), first))
        connection.close()
    answer = request(hub.port, "GET", f"/api/v1/events?ticket={use.ticket}&limit=1000", None, {})
    check("narrowed: so is its ticket", answer.status == 200 and answer.json["events"]
          and all(each["type"].startswith("detection.") for each in answer.json["events"]), answer)
    answer = publish(hub.port, event("front", 1), bearer(key))
    check("narrowed: publishing is forbidden", answer.status == 403 and answer.json["error"] == "forbidden", answer)


# Bad from the start -----------------------------------------------------------------------------------------------


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
    # In rounds, so that whatever else the machine does falls on all alike; fewer from an address than are too many.
    for _ in range(8):
        together(*(lambda kind=kind, n=n: answers[kind].append(timed(hub, kinds[kind], f"127.0.1.{n + 1}"))
                   for n, kind in enumerate(kinds)))
    nothing = request(hub.port, "GET", "/api/v1/events", None, {})
    check("nothing presented: 401", nothing.status == 401 and nothing.json["error"] == "unauthenticated", nothing)
    for kind, several in answers.items():
        for seconds, answer in several:
            check(f"{kind}: the same answer as to all", (answer.status, answer.body) == (401, nothing.body), answer)
            check(f"{kind}: WWW-Authenticate", answer.headers.get("www-authenticate") == "Bearer", answer)
    times = {kind: sorted(seconds for seconds, _ in several) for kind, several in answers.items()}
    shortest = [each[0] for each in times.values()]
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
    """Nothing but the probes is open to somebody who shows nothing, or nothing good."""
    for n, path in enumerate(paths):
        real = path.replace("{type}", "detection.new")
        for method in ["GET", "POST"]:
            for headers in [{}, bearer("letmein")]:
                answer = request(hub.port, method, real, "{}" if method == "POST" else None,
                                 {**headers, "Content-Type": "application/json"}, f"127.0.5.{n + 1}")
                good = {200, 405} if path in ("/healthz", "/readyz") else {401, 405, 426} if path == "/ws/events" else {401, 405}
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
