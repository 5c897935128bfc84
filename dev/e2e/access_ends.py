"""Credentials that end or are narrowed while they are in use: on every way in and out, live, lagging, catching up and
uploading."""
import datetime
import json
import re
import socket
import threading
import time

import access_ways
from access_client import Hub, Socket, basic, bearer, check, publish, publish_lines, request, secret, together, until
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


class SlowPage(threading.Thread):
    """A page of history that is read more slowly than the credential lives."""

    CLOSED = 7  # TCP_CLOSE: what has come can still be read, and nothing will come

    def __init__(self, hub, key):
        super().__init__(daemon=True)
        self.connection = socket.socket()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        self.connection.settimeout(1)
        self.connection.connect(("127.0.0.1", hub.port))
        self.connection.sendall(f"GET /api/v1/events?since=0&limit=1000 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        self.connection.settimeout(30)
        self.head = self.connection.recv(1_024)
        self.connection.settimeout(1)
        self.length = int(re.search(rb"(?i)content-length: (\d+)", self.head)[1])
        self.count, self.over_at = 0, None
        self.start()

    def run(self):
        try:
            while self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != self.CLOSED:
                piece = self.connection.recv(2_048)
                self.count += len(piece)
                if not piece:
                    break
                time.sleep(0.05)
        except OSError:
            pass
        self.over_at = time.monotonic()
        self.connection.close()

    def judge(self, title, changed):
        check(f"{title}: the page that is read slowly is more than all buffers hold", b" 200 " in self.head and self.length > 3_000_000, self.head)
        until(lambda: self.over_at, 3)
        check(f"{title}: it is cut in time", self.over_at and 0 < self.over_at - changed < PROMPT + PATIENCE, self.over_at and self.over_at - changed)
        check(f"{title}: and was not read to its end", self.count < self.length / 2, (self.count, self.length))


class QuietUpload:
    """A stream whose producer has nothing to say after the first line."""

    def __init__(self, hub, key, line):
        line = json.dumps(line).encode() + b"\n"
        self.connection = socket.create_connection(("127.0.0.1", hub.port), timeout=30)
        self.connection.sendall(b"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
                                b"Transfer-Encoding: chunked\r\nAuthorization: Bearer " + key.encode() + b"\r\n\r\n"
                                + b"%x\r\n%s\r\n" % (len(line), line))

    def judge(self, title):
        """When this is called the change has to count."""
        self.connection.settimeout(0.1)
        try:
            with self.connection:
                answer = self.connection.recv(65_536)
        except OSError as e:
            answer = str(e).encode()
        check(f"{title}: a stream from which nothing comes is over", answer.startswith(b"HTTP/1.1 401") and b'"next_line":2' in answer
              and b"www-authenticate: bearer" in answer.lower(), answer)


def ticket_of(hub, key):
    return secret(request(hub.port, "POST", "/api/v1/tickets", "", bearer(key)).json["ticket"])


def by_basic(hub, key):
    return Socket(hub.port, headers=basic(key))


def catching_up(hub, key):
    return halted(Socket(hub.port, "?since=0", bearer(key), buffer=65_536))


def lagging(hub, key):
    return halted(Socket(hub.port, headers=bearer(key), buffer=65_536))


def lagging_compressed(hub, key):
    return halted(Socket(hub.port, headers=bearer(key), buffer=65_536, deflate=True))


def dead_slow(hub, key):
    """Takes nothing at all until everything is over."""
    return lagging(hub, key)


def halted(connection):
    connection.halt()
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
        self.quiet = QuietUpload(hub, key, event("front", 1))
        self.page = SlowPage(hub, key)
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
    use.quiet.judge(title)
    use.page.judge(title, changed)
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
    # A page of them is as large as it can be.
    publish_lines(hub.port, [event("front", n, 6_000) for n in range(800)], bearer(root))
    producer = Producer(hub, root, 200)
    producer.start()
    together(lambda: narrow(hub, root, narrowed), lambda: revoke(hub, root, revoked), lambda: expire(hub, root))
    producer.stop()
    hub.stop()


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
    check("expired: not before its time", connection.closed_at and connection.closed_at >= end - 0.01,
          connection.closed_at and connection.closed_at - end)
    judge_ended("expired", use, end, use.after(end))


def narrow(hub, root, key):
    use = InUse(hub, root, key)
    access_ways.fall_behind(hub, root)
    fewer = [{"events": ["detection.*"], "where": {"camera_id": ["front"]}}]
    before = hub.newest(root)
    hub.write_keys(lambda keys: keys[key].update(grants={"subscribe": fewer, "publish": fewer, "manage": []}))
    changed = time.monotonic()
    newest = use.after(changed)
    use.page.judge("narrowed", changed)
    answer = request(hub.port, "GET", f"/api/v1/events?ticket={use.ticket}&limit=1000", None, {})
    check("narrowed: so is its ticket", answer.status == 200 and answer.json["events"]
          and all(each["type"].startswith("detection.") for each in answer.json["events"]), answer)
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
    answer = publish(hub.port, event("front", 1), bearer(key))
    check("narrowed: publishing is forbidden", answer.status == 403 and answer.json["error"] == "forbidden", answer)
