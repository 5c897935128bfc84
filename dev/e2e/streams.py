"""Server-sent events and lines of JSON as they reach a client: directly, through nginx as it is without any setting, and
through nginx as deploy/nginx has it; with a real EventSource, whose nginx and whose hub start anew.
Usage: streams.py WORK NODE (a folder to work in; one with eventsource.mjs and the package eventsource)
"""
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from ports import free_port
from server import ROOT, Server

work, node = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
failures = 0

NGINX = """
daemon off;
pid {work}/nginx.pid;
error_log {work}/nginx.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  map $http_upgrade $tocsin_connection {{ default upgrade; '' ''; }}
  upstream tocsin {{ server 127.0.0.1:{hub}; keepalive 64; }}
  gzip on;
  server {{ listen 127.0.0.1:{plain}; location / {{ proxy_pass http://127.0.0.1:{hub}; }} }}
  server {{
    listen 127.0.0.1:{ours};
    location / {{ include {deploy}/proxy.conf; }}
    location /sse/ {{ include {deploy}/proxy.conf; error_page 502 504 = @tocsin_away; }}
    include {deploy}/streams.conf;
  }}
}}
"""


def check(name, good, seen=""):
    global failures
    if good:
        print(f"ok   {name}", flush=True)
    else:
        failures += 1
        print(f"FAIL {name}: {str(seen)[:600]}", flush=True)


class Nginx:
    def __init__(self, hub):
        self.plain, self.ours = free_port(), free_port()
        folder = work / "nginx"
        folder.mkdir(parents=True, exist_ok=True)
        deploy = folder / "deploy"
        shutil.copytree(ROOT / "deploy" / "nginx", deploy, dirs_exist_ok=True)
        # The files there name the place where an operator has put them.
        for file in deploy.iterdir():
            file.write_text(file.read_text().replace("/etc/tocsin/", f"{deploy}/"))
        (folder / "nginx.conf").write_text(
            NGINX.format(work=folder, hub=hub, plain=self.plain, ours=self.ours, deploy=deploy))
        self.command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.plain), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit("nginx does not start; see " + str(work / "nginx"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Reader:
    """Reads an answer on a thread; curl's -N is what a person types."""

    def __init__(self, url, *headers):
        command = ["curl", "-sN", "--max-time", "120", url]
        for header in headers:
            command += ["-H", header]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.lines = []
        self.news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            with self.news:
                self.lines.append(line.rstrip("\n"))
                self.news.notify_all()

    def await_line(self, wanted, seconds=2.0):
        with self.news:
            return self.news.wait_for(lambda: any(wanted in line for line in self.lines), seconds)

    def close(self):
        self.process.kill()
        self.process.wait()


class Page:
    def __init__(self, *arguments):
        self.process = subprocess.Popen(["node", str(node / "eventsource.mjs"), *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1)
        self.seen = []
        self.news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            with self.news:
                self.seen.append(json.loads(line) if line.startswith("{") else {"type": "noise", "data": line})
                self.news.notify_all()

    def sequences(self):
        return [one["data"]["sequence"] for one in self.seen if one["type"] == "message"]

    def controls(self):
        return [one["data"] for one in self.seen if one["type"] == "control"]

    def until(self, condition, seconds=30):
        with self.news:
            return self.news.wait_for(lambda: condition(self), seconds)

    def close(self):
        self.process.kill()
        self.process.wait()


def alert(hub, name):
    status, answer = hub.request("POST", "/api/v1/events",
                                 json.dumps({"type": "alert.deleted", "payload": {"id": name}}, separators=(",", ":")),
                                 {"Content-Type": "application/json"})
    assert status == 201, answer
    return answer["sequence"]


def each_event_at_once(hub, fronts):
    for name, port in fronts.items():
        for kind, path, accept in (("server-sent events", "/sse/events?events=alert.*", "text/event-stream"),
                                   ("lines", "/api/v1/events?follow=true&events=alert.*", "application/x-ndjson")):
            reader = Reader(f"http://127.0.0.1:{port}{path}", f"Accept: {accept}")
            try:
                # Lines have no greeting: what is published first says when they are there.
                first = kind == "lines" or reader.await_line("event: established", 10)
                if kind == "lines":
                    for _ in range(100):
                        alert(hub, "first")
                        if reader.await_line('"id":"first"', 0.1):
                            break
                late = [i for i in range(5)
                        if alert(hub, f"{name} {kind} {i}") and not reader.await_line(f'"id":"{name} {kind} {i}"')]
                check(f"{kind} {name}: each event at once", first and not late, (late, reader.lines[-3:]))
                check(f"{kind} {name}: a sign of life", reader.await_sign(kind), reader.lines[-3:])
            finally:
                reader.close()


def sign(reader, kind):
    """A block with only an id, or an empty line, within 15 s and a little more."""
    end = time.monotonic() + 18
    while time.monotonic() < end:
        lines = list(reader.lines)
        if kind == "lines" and "" in lines:
            return True
        if any(a.startswith("id: ") and b == "" for a, b in zip(lines, lines[1:])):
            return True
        time.sleep(0.1)
    return False


Reader.await_sign = sign


def comes_back(hub, nginx):
    """An EventSource through a proxy and a hub that start anew: every event once, in order."""
    page = Page("source", f"http://127.0.0.1:{nginx.ours}/sse/events?events=alert.*")
    try:
        check("an EventSource is greeted", page.until(lambda p: any(one["type"] == "established" for one in p.seen)))
        first = alert(hub, "before")
        page.until(lambda p: p.sequences())
        nginx.stop()
        for i in range(5):
            alert(hub, f"while nginx is away {i}")
        nginx.start()
        last = alert(hub, "after nginx")
        page.until(lambda p: last in p.sequences())
        check("nginx starts anew: nothing is lost or doubled",
              page.sequences() == list(range(first, last + 1)), page.seen[-8:])
        code = hub.stop()
        check("the hub ends in good order with streams open", code == 0, code)
        check("the page is told to come back",
              page.until(lambda p: any(c.get("action") == "reconnect" for c in p.controls())), page.seen[-4:])
        time.sleep(4)  # long enough that the page tries while nobody is there
        hub.start()
        for i in range(5):
            last = alert(hub, f"after the hub {i}")
        page.until(lambda p: last in p.sequences())
        check("the hub starts anew: nothing is lost or doubled",
              page.sequences() == list(range(first, last + 1)), page.seen[-8:])
        resumed = [c for c in page.controls() if c.get("action") == "resumed"]
        check("each time it was told that nothing is missing",
              len(resumed) >= 2 and all(c["complete"] for c in resumed), resumed)
    finally:
        page.close()
    fetch = Page("fetch", f"http://127.0.0.1:{nginx.ours}/sse/events?events=alert.*", page.seen[-1]["id"].rsplit(":", 1)[0]
                 + f":{last - 2}")
    try:
        check("a fetch goes on from its Last-Event-ID",
              fetch.until(lambda p: any(one["data"].get("sequence") == last and "previous" in one["data"]
                                        for one in p.seen if one["type"] == "block")), fetch.seen)
    finally:
        fetch.close()


def main():
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    hub = Server(work / "data")
    hub.start()
    nginx = Nginx(hub.port)
    nginx.start()
    try:
        each_event_at_once(hub, {"directly": hub.port, "through nginx": nginx.plain,
                                 "through deploy/nginx": nginx.ours})
        comes_back(hub, nginx)
    finally:
        nginx.stop()
        hub.stop()
    sys.exit(1 if failures else 0)


main()
