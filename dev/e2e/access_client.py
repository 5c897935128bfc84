"""What the attack on the access rules is made of: a hub with keys, requests from any loopback address, a WebSocket
by hand (so that it can stop reading, and shows every byte it got), and the list of secrets that must not turn up."""
import base64
import concurrent.futures
import hashlib
import http.client
import json
import os
import secrets
import socket
import struct
import subprocess
import threading
import time
import zlib
from pathlib import Path

from server import ROOT, Server

# Every key, token and ticket, and every marker in a payload: none may occur in what the server writes.
SECRETS = set()
failures = []
done = 0


def check(name, good, seen=""):
    """Notes what holds; says at once what does not."""
    global done
    done += 1
    if not good:
        failures.append(name)
        print(f"  FAIL {name}: {str(seen)[:600]}", flush=True)
    return good


def secret(text):
    SECRETS.add(text)
    return text


def until(condition, seconds):
    """Waits for something to hold; what it says at last."""
    end = time.monotonic() + seconds
    while not (held := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return held


def together(*parts):
    """Runs all at once; the first exception is raised here."""
    with concurrent.futures.ThreadPoolExecutor(len(parts)) as pool:
        for result in [pool.submit(part) for part in parts]:
            result.result()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, {name.lower(): value for name, value in headers}, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:400]!r}"


def bearer(credential):
    """The headers that show a key or token; those of somebody who is known otherwise are given as they are."""
    return credential if isinstance(credential, dict) else {"Authorization": "Bearer " + credential}


def basic(key):
    return {"Authorization": "Basic " + secret(base64.b64encode(b"anyone:" + key.encode()).decode())}


def request(port, method, path, body=None, headers=None, source="127.0.0.1"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))
    try:
        connection.request(method, path, json.dumps(body) if isinstance(body, dict) else body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


def publish(port, event, headers, **more):
    return request(port, "POST", "/api/v1/events", event, {**headers, "Content-Type": "application/json"}, **more)


def publish_lines(port, events, headers):
    lines = "".join((event if isinstance(event, str) else json.dumps(event)) + "\n" for event in events)
    return request(port, "POST", "/api/v1/events", lines, {**headers, "Content-Type": "application/x-ndjson"})


def tocsin(*words):
    return subprocess.run([str(ROOT / "tocsin"), *words], capture_output=True, text=True, timeout=120)


class Hub(Server):
    """A server of its own, with an audit log, and a file of keys that is written here."""

    def __init__(self, folder, name, *options):
        self.folder = self.folder_of(folder, name)
        self.folder.mkdir(parents=True)
        self.audit_log = self.folder / "audit.log"
        self.keys_file = self.folder / "data" / "keys.json"
        super().__init__(self.folder / "data", "--audit-log", str(self.audit_log), *options)
        self.keys = {}
        self.seen = ""
        self.editing = threading.Lock()
        hubs.append(self)

    def start(self):
        # The port of before may be another's by now: many servers and clients run beside this one.
        self.port = 0
        super().start()

    @staticmethod
    def folder_of(folder, name):
        """Where everything of a hub is."""
        return Path(folder) / name

    @property
    def plain_port(self):
        """Where it can be asked without TLS."""
        return self.port

    def key_command(self, *words):
        """`tocsin key …` on the file of keys."""
        with self.editing:
            done = tocsin("key", *words, "--keys", str(self.keys_file))
            known = {key["id"]: text for text, key in self.keys.items()}
            stored = json.loads(self.keys_file.read_text())["keys"]
            self.keys = {known.get(key["id"], key["id"]): key for key in stored}
            return done

    def key(self, name, subscribe=None, publish=None, manage=(), limits=None):
        """A new key; without grants it opens everything. To be followed by `write_keys`."""
        everything = subscribe is None and publish is None and not manage
        all_of_it = [{"events": ["*"]}]
        raw = secrets.token_bytes(32)
        id = "".join(secrets.choice("abcdefghjkmnpqrstvwxyz23456789") for _ in range(10))
        text = secret(f"tocsin_{id}_" + base64.urlsafe_b64encode(raw).decode().rstrip("="))
        self.keys[text] = {
            "id": id, "name": name, "sha256": hashlib.sha256(raw).hexdigest(), "created": "2026-01-01T00:00:00Z",
            "grants": {"subscribe": all_of_it if everything else subscribe or [],
                       "publish": all_of_it if everything else publish or [],
                       "manage": ["metrics", "console", "keys"] if everything else list(manage)},
            **({"limits": limits} if limits else {})}
        return text

    def stop(self):
        """Stops it, after a look at what others see of it."""
        self.seen += self.outside()
        code = super().stop()
        check(f"{self.folder.name}: it stops in good order", code == 0, code)

    def outside(self):
        """What `ps` shows, and the figures."""
        process = Path(f"/proc/{self.process.pid}")
        seen = (process / "cmdline").read_text() + "".join(name.read_text() for name in process.glob("task/*/comm"))
        root = next((text for text, key in self.keys.items() if "keys" in key["grants"]["manage"] and "_" in text), None)
        for path in ["/api/v1/stats", "/metrics"]:
            answer = request(self.plain_port, "GET", path, None, bearer(root) if root else {})
            seen += answer.body.decode() if answer.status == 200 else ""
        return seen

    def write_keys(self, change=lambda keys: None):
        """Replaces the file of keys at once, after a change; a running server has it within two seconds."""
        with self.editing:
            change(self.keys)
            self.keys_file.parent.mkdir(exist_ok=True)
            fresh = self.keys_file.with_suffix(".new")
            fresh.write_text(json.dumps({"keys": list(self.keys.values())}))
            fresh.chmod(0o600)
            os.replace(fresh, self.keys_file)

    def newest(self, key):
        page = request(self.plain_port, "GET", "/api/v1/events?order=desc&limit=1", None, bearer(key)).json
        return page["events"][0]["sequence"] if page["events"] else 0

    def audit(self):
        lines = self.audit_log.read_text().splitlines() if self.audit_log.exists() else []
        return [json.loads(line) for line in lines]

    def said(self):
        """All that it has written on its terminal."""
        return Path(f"{self.data}.log").read_text(errors="replace")


hubs = []


class Socket:
    """A WebSocket that keeps all that it got, with the time, and whose reader can be halted."""

    def __init__(self, port, query="", headers=None, source="127.0.0.1", deflate=False, buffer=None):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(60)
        self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", port))
        offer = {"Sec-WebSocket-Extensions": "permessage-deflate"} if deflate else {}
        head = {"Host": f"127.0.0.1:{port}", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **offer, **(headers or {})}
        self.socket.sendall((f"GET /ws/events{query} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in head.items())
                             + "\r\n").encode("latin-1"))
        self.stream = self.socket.makefile("rb")
        self.messages, self.times, self.raw = [], [], bytearray()
        self.code = self.closed_at = None
        self.over = False
        self.changed = threading.Condition()
        self.reading = threading.Event()
        self.reading.set()
        self.inflate = zlib.decompressobj(-15)
        self.status = int(self.stream.readline().split()[1])
        self.headers = dict(line.decode("latin-1").strip().split(": ", 1) for line in iter(self.stream.readline, b"\r\n"))
        if self.status != 101:
            length = next((value for name, value in self.headers.items() if name.lower() == "content-length"), 0)
            self.refusal = Answer(self.status, self.headers.items(), self.stream.read(int(length)))
            self.socket.close()
            return
        check("deflate is agreed on", not deflate or "deflate" in str(self.headers), self.headers)
        threading.Thread(target=self.read, daemon=True).start()

    def halt(self):
        """Reads nothing until `reading` is set. It says that it is there meanwhile: a connection that is silent for 60 s is closed,
        and a slow machine may take as long for the others."""
        self.reading.clear()
        threading.Thread(target=self.show_life, daemon=True).start()

    def show_life(self):
        while not self.over and not self.reading.wait(20):
            try:
                self.send_frame(10, b"")
            except OSError:
                return

    def frame(self):
        first, second = self.stream.read(2)
        length = second & 127
        if length >= 126:
            length = int.from_bytes(self.stream.read(2 if length == 126 else 8), "big")
        payload = self.stream.read(length)
        if first & 0x40:
            payload = self.inflate.decompress(payload + b"\0\0\xff\xff")
        return first & 15, payload

    def read(self):
        try:
            while True:
                self.reading.wait()
                opcode, payload = self.frame()
                now = time.monotonic()
                with self.changed:
                    if opcode == 1:
                        self.raw += payload
                        self.messages.append(json.loads(payload))
                        self.times.append(now)
                    elif opcode == 8:
                        self.code, self.closed_at = struct.unpack(">H", payload[:2])[0], now
                        break
                    elif opcode == 9:
                        self.send_frame(10, payload)
                    self.changed.notify_all()
        except (OSError, ValueError):
            pass
        with self.changed:
            self.over = True
            self.changed.notify_all()
        self.socket.close()

    def send_frame(self, opcode, payload):
        size = struct.pack(">BH", 0xfe, len(payload)) if len(payload) >= 126 else bytes([0x80 | len(payload)])
        self.socket.sendall(bytes([0x80 | opcode]) + size + b"\0\0\0\0" + payload)

    def send(self, message):
        try:
            self.send_frame(1, json.dumps(message).encode())
        except OSError:
            pass  # what became of the connection is seen by its code

    def await_message(self, wanted, begin=0, seconds=10):
        """The first message from an index on that is wanted, else None."""
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                while begin < len(self.messages):
                    if wanted(self.messages[begin]):
                        return self.messages[begin]
                    begin += 1
                if self.over or not self.changed.wait(max(0, end - time.monotonic())):
                    return None

    def ask(self, message, seconds=10):
        """The answer to an action."""
        begin = len(self.messages)
        id = secrets.token_hex(4)
        self.send({**message, "id": id})
        return self.await_message(lambda answer: answer.get("id") == id, begin, seconds)

    def authenticate(self, token):
        return self.ask({"action": "authenticate", "token": token})

    def ended(self, seconds):
        """The code that it was closed with; None while it is open."""
        end = time.monotonic() + seconds
        with self.changed:
            while not self.over and self.changed.wait(max(0, end - time.monotonic())):
                pass
        return self.code

    def events(self):
        return [message for message in self.messages if "previous" in message]

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
