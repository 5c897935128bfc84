"""A server of the packaged program, started, killed and started again by a test."""
import http.client
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


class Server:
    def __init__(self, data, *options, root=ROOT):
        self.root = root
        self.data = data
        self.options = options if "--memory" in options else ("--data", str(data), *options)
        self.port = free_port()
        self.process = None
        self.first_line = ""

    def start(self):
        self.process = subprocess.Popen(
            [str(self.root / "tocsin"), "serve", "--port", str(self.port), *self.options],
            stdout=subprocess.PIPE, stderr=open(f"{self.data}.log", "a"), text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            sys.exit(f"the server does not start: {line!r}; see {self.data}.log")
        self.first_line = line
        self.port = int(line.rsplit(":", 1)[1])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket(self):
        return f"ws://127.0.0.1:{self.port}/ws/events"

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def history(self):
        """The whole log, oldest first."""
        events, since = [], 0
        while True:
            status, page = self.request("GET", f"/api/v1/events?since={since}&limit=1000")
            assert status == 200, page
            events += page["events"]
            if page["next_since"] == since:
                return events
            since = page["next_since"]

    def resident_mib(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def await_ready(self):
        for _ in range(100):
            try:
                if self.request("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        sys.exit("the server is not ready")
