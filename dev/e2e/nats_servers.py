"""NATS servers with JetStream for a test: started, killed, stopped in mid-step and started again; a client that speaks to them
by hand, as an operator's tools would; and a proxy between a gateway and a server that can hold everything up."""
import base64
import json
import secrets
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request

from ports import free_port
from server import ROOT


def program(*options):
    """The path of a nats-server, see dev/nats-server; None where there is none."""
    found = subprocess.run([str(ROOT / "dev/nats-server"), *options], stdout=subprocess.PIPE, text=True)
    return found.stdout.strip() if found.returncode == 0 else None


class Nats:
    """One server, on the same ports with the same store however often it is started."""

    def __init__(self, program, name, folder, cluster, more):
        """`more` has lines of the configuration: at the top, for the cluster and for JetStream."""
        self.program, self.name, self.folder = program, name, folder / name
        self.port, self.figures, self.route = free_port(), free_port(), free_port()
        self.cluster, self.more = cluster, more
        self.process = None
        cluster.append(self)

    @property
    def url(self):
        return f"nats://127.0.0.1:{self.port}"

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        top, cluster, jetstream = self.more
        routes = [f"nats://127.0.0.1:{each.route}" for each in self.cluster]
        (self.folder / "nats.conf").write_text(
            f'server_name: {self.name}\nlisten: "127.0.0.1:{self.port}"\nhttp: "127.0.0.1:{self.figures}"\n'
            f'jetstream {{ store_dir: "{self.folder / "store"}"\n{jetstream} }}\n'
            + (f'cluster {{ name: c, listen: "127.0.0.1:{self.route}", routes: {json.dumps(routes)}\n{cluster} }}\n'
               if len(routes) > 1 else "") + top)
        self.process = subprocess.Popen([self.program, "-c", str(self.folder / "nats.conf")],
                                        stdout=subprocess.DEVNULL, stderr=open(self.folder / "nats.log", "a"))

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.runs():
            self.process.kill()
            self.process.wait()

    def terminate(self):
        self.process.terminate()
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def ask(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.figures}{path}", timeout=2) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return {}

    def works(self):
        figures = self.ask("/jsz")
        leads = len(self.cluster) == 1 or figures.get("meta_cluster", {}).get("leader")
        return bool(figures.get("config") and leads and self.ask("/healthz").get("status") == "ok")


class NatsServers:
    """One, or a cluster."""

    def __init__(self, count, folder, path=None, more="", cluster="", jetstream=""):
        self.all = []
        for i in range(count):
            Nats(path or program(), f"n{i + 1}", folder, self.all, (more, cluster, jetstream))

    @property
    def urls(self):
        return ",".join(each.url for each in self.all)

    def start(self):
        """All that do not run; returns when JetStream works."""
        for each in self.all:
            if not each.runs():
                each.start()
        self.await_work()

    def await_work(self):
        end = time.monotonic() + 60
        while not all(each.works() for each in self.all):
            assert time.monotonic() < end, "NATS servers do not come to work"
            time.sleep(0.05)

    def kill(self):
        for each in self.all:
            each.kill()

    def leader(self, stream):
        """The server that leads a stream, as it says itself."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for each in self.all:
                for account in each.ask("/jsz?streams=true").get("account_details", []):
                    for detail in account.get("stream_detail", []):
                        if detail["name"] == stream and detail.get("cluster", {}).get("leader", each.name) == each.name:
                            return each
            time.sleep(0.05)
        raise AssertionError(f"nobody leads {stream}")

    def cluster_leader(self):
        """The server that leads the cluster, as it says itself."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for each in self.all:
                if each.ask("/jsz").get("meta_cluster", {}).get("leader") == each.name:
                    return each
            time.sleep(0.05)
        raise AssertionError("nobody leads the cluster")


class Client:
    """Speaks the protocol of NATS over one connection, and JetStream's requests over that."""

    def __init__(self, port, **credentials):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=15)
        self.stream = self.socket.makefile("rb")
        self.inbox = "_INBOX." + secrets.token_hex(8)
        self.stream.readline()
        hello = {"verbose": False, "headers": True, "no_responders": True, **credentials}
        self.socket.sendall(f"CONNECT {json.dumps(hello)}\r\nSUB {self.inbox} 1\r\n".encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def request(self, subject, body=b""):
        """The answer's body."""
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.socket.sendall(f"PUB {subject} {self.inbox} {len(body)}\r\n".encode() + body + b"\r\n")
        while True:
            words = self.stream.readline().split()
            if not words:
                raise OSError("NATS has closed the connection")
            if words[0] == b"PING":
                self.socket.sendall(b"PONG\r\n")
            elif words[0] in (b"MSG", b"HMSG"):
                head = int(words[-2]) if words[0] == b"HMSG" else 0
                return self.stream.read(int(words[-1]) + 2)[head:-2]
            elif words[0] == b"-ERR":
                raise OSError(str(words))

    def api(self, what, body=b""):
        """JetStream's answer; its refusals too, as they are."""
        return json.loads(self.request("$JS.API." + what, body))

    def streams(self):
        return self.api("STREAM.NAMES").get("streams") or []

    def messages(self, stream):
        """How many a stream has."""
        return self.api("STREAM.INFO." + stream)["state"]["messages"]

    def message(self, stream, **which):
        """One message of a stream: subject, body, headers as text."""
        found = self.api("STREAM.MSG.GET." + stream, which)["message"]
        return (found["subject"], base64.b64decode(found.get("data", "")), base64.b64decode(found.get("hdrs", "")).decode())


class Proxy:
    """Lies between a gateway and one NATS server, and parts them when it is told to; in a `with`."""

    def __init__(self, target):
        self.target = target
        self.asks, self.answers = threading.Event(), threading.Event()
        self.refuses = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs = []
        self.release()
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end([self.listener])
        self.listener.close()
        self.release()
        self.cut()

    @property
    def url(self):
        return f"nats://127.0.0.1:{self.port}"

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                if self.refuses:
                    raise OSError
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                reset(near)
                continue
            pair = (near, far)
            self.pairs.append(pair)
            threading.Thread(target=self.pump, args=(near, far, self.asks, pair), daemon=True).start()
            threading.Thread(target=self.pump, args=(far, near, self.answers, pair), daemon=True).start()

    def pump(self, source, sink, flows, pair):
        try:
            while data := source.recv(1 << 14):
                flows.wait()
                sink.sendall(data)
                self.passed(len(data), flows is self.answers)
        except OSError:
            pass
        end(pair)
        if pair in self.pairs:
            self.pairs.remove(pair)

    def passed(self, count, answered):
        """So many bytes have come through, to the server or from it."""

    def has_connections(self):
        return bool(self.pairs)

    def hold(self):
        """Nothing comes through any more; connections stay open, and what was sent comes late, when that is over."""
        self.asks.clear()
        self.answers.clear()

    def hold_answers(self):
        """Nothing that the server says comes through any more."""
        self.answers.clear()

    def refuse(self):
        """Resets all connections, and each new one."""
        self.refuses = True
        for pair in list(self.pairs):
            for one in pair:
                reset(one)

    def cut(self):
        """Ends all connections; new ones may come."""
        for pair in list(self.pairs):
            end(pair)

    def release(self):
        """All is well again."""
        self.refuses = False
        self.asks.set()
        self.answers.set()


def end(sockets):
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def reset(one):
    """Breaks a connection as a router does that knows nothing of it."""
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.shutdown(socket.SHUT_RD)
    except OSError:
        pass
    one.close()
