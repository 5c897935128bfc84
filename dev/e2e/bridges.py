"""Bridges of the packaged program beside the systems that they are for: webhooks to a receiver that fails in every way, whose
signatures the library of Standard Webhooks verifies; files; a real Mosquitto in both directions; a real Alertmanager. Servers and brokers are
killed in between; what counts is what has come out in the end.
Usage: bridges.py [webhooks] [own] [aside] [files] [loop] [mqtt] [mqtt-out] [alertmanager] [--events 10000] [--node FOLDER]
"""
import argparse
import collections
import http.client
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import checks
from checks import check
from ports import free_port
from server import ROOT, Server

PARTS = ["webhooks", "own", "aside", "files", "loop", "mqtt", "mqtt-out", "alertmanager"]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

arguments = argparse.ArgumentParser()
arguments.add_argument("parts", nargs="*", default=PARTS)
arguments.add_argument("--events", type=int, default=10_000)
arguments.add_argument("--node", help="a folder whose node_modules has standardwebhooks")
arguments = arguments.parse_args()


def until(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


class Receiver:
    """An HTTP server that takes webhooks, or does not, and keeps what came."""

    def __init__(self):
        self.mood = "kind"
        self.lock = threading.Lock()
        self.tries = []  # (id, body, headers, what was answered)
        self.random = random.Random(7)
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver.take(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # whoever is killed does not say goodbye
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/in"

    def take(self, request, body):
        answer = self.answer(body)
        with self.lock:
            self.tries.append((request.headers["webhook-id"], body, dict(request.headers), answer))
        if answer == "close":
            request.close_connection = True
            request.connection.close()
            return
        if answer == "half":
            request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            request.wfile.flush()
            request.close_connection = True
            request.connection.close()
            return
        request.send_response(answer)
        if answer in (429, 503):
            request.send_header("Retry-After", "0")
        if answer == 302:
            request.send_header("Location", self.url + "/elsewhere")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def answer(self, body):
        if self.mood == "moody":
            dice = self.random.random()
            for limit, answer in ((0.0006, 500), (0.0012, 429), (0.0018, 503), (0.0024, "close"), (0.0030, "half"), (0.0033, 302)):
                if dice < limit:
                    return answer
        if self.mood == "picky" and json.loads(body)["payload"]["id"].endswith("7"):
            return 422
        return {"gone": 410, "picky": 204}.get(self.mood, 204)

    def taken(self):
        with self.lock:
            return [each for each in self.tries if each[3] == 204]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def bridge_file(folder, *bridges):
    path = folder / "bridges.json"
    path.write_text(json.dumps({"bridges": list(bridges)}))
    return str(path)


def publish(server, first, count):
    body = "".join(json.dumps({"type": "alert.deleted", "payload": {"id": f"e{i}"}}) + "\n" for i in range(first, first + count))
    status, answer = server.request("POST", "/api/v1/events", body, {"Content-Type": "application/x-ndjson"})
    assert status in (200, 201) and answer["accepted"] == count, (status, answer)


def account(name, receiver, server, count):
    """What the receiver has taken, held against the log."""
    taken = receiver.taken()
    firsts = list(dict.fromkeys(json.loads(body)["sequence"] for _, body, _, _ in taken))
    events = [event["sequence"] for event in server.history() if event["type"] == "alert.deleted"]
    check(f"{name}: all {count:,} events came, in order", len(events) == count and firsts == events,
          f"{len(firsts)} of {len(events)}; first difference at "
          f"{next((pair for pair in zip(firsts, events) if pair[0] != pair[1]), None)}")
    ids = collections.defaultdict(set)
    for identity, body, _, _ in receiver.tries:
        ids[json.loads(body)["sequence"]].add((identity, body))
    check(f"{name}: each try of an event has the same id and body", all(len(each) == 1 for each in ids.values()))
    check(f"{name}: no id is that of two events", len({next(iter(each))[0] for each in ids.values()}) == len(ids))
    return len(taken) - len(firsts), len(receiver.tries) - len(taken)


def verify(receiver, folder):
    """By the library of those who wrote the specification."""
    if not arguments.node:
        print("skip standardwebhooks: no folder with Node's modules")
        return
    sample = receiver.taken()[:: max(1, len(receiver.taken()) // 200)]
    tries = [{"body": body.decode(), "headers": {name.lower(): value for name, value in headers.items()}} for _, body, headers, _ in sample]
    (folder / "tries.json").write_text(json.dumps(tries))
    done = subprocess.run(["node", str(Path(arguments.node) / "webhooks.mjs"), str(folder / "tries.json"), SECRET], capture_output=True,
                          text=True)
    check(f"standardwebhooks verifies {len(sample)} of them", done.returncode == 0, done.stdout + done.stderr)


def out_bridge(receiver, **more):
    return {"name": "away", "kind": "webhook-out", "url": receiver.url, "events": ["alert.*"], "secret": {"env": "OUT_SECRET"},
            "allow_private": True, **more}


def webhooks(folder):
    """The server is killed while the receiver fails at random, then is away."""
    receiver = Receiver()
    receiver.mood = "moody"
    server = Server(folder / "data", "--bridges", bridge_file(folder, out_bridge(receiver)))
    server.start()
    server.await_ready()
    step = arguments.events // 5
    for part in range(5):
        publish(server, part * step, step)
        publish_other(server)
        until(lambda: len(receiver.taken()) > part * step + step // 3, 60)
        server.kill()
        server.start()
        server.await_ready()
    last = arguments.events - 1
    check("webhooks: the last event came", until(lambda: has(receiver, f"e{last}"), 300), len(receiver.taken()))
    twice, failed = account("webhooks", receiver, server, arguments.events)
    print(f"     {twice} events were taken twice over 5 kill -9, {failed} tries failed")
    check("webhooks: after a kill few events are sent again", twice <= 5 * 200, twice)
    verify(receiver, folder)
    receiver.mood = "gone"
    publish(server, 90_000, 3)
    check("webhooks: 410 ends it", until(lambda: "410" in status(server) or "gone" in status(server).lower(), 30), status(server))
    tries = len(receiver.tries)
    receiver.mood = "kind"
    publish(server, 90_003, 3)
    time.sleep(3)
    check("webhooks: after 410 nothing more is sent", len(receiver.tries) == tries, len(receiver.tries) - tries)
    server.stop()
    receiver.stop()


def publish_other(server):
    server.request("POST", "/api/v1/events", json.dumps({"type": "job.progress", "payload": {
        "job_id": "j", "job_type": "t", "progress": 1, "status": "running"}}), {"Content-Type": "application/json"})


def has(receiver, identity):
    return any(json.loads(body)["payload"]["id"] == identity for _, body, _, answer in receiver.tries[-50:] if answer == 204)


def status(server, *more):
    done = subprocess.run([str(ROOT / "tocsin"), "bridge", "status", "--url", server.url, *more], capture_output=True, text=True)
    return done.stdout + done.stderr


def own(folder):
    """The bridges are a process of their own, which is killed, and so is the server."""
    receiver = Receiver()
    server = Server(folder / "data")
    server.start()
    server.await_ready()
    config = bridge_file(folder, out_bridge(receiver))
    words = [str(ROOT / "tocsin"), "bridge", "--config", config, "--url", server.url, "--state", str(folder / "state")]
    said = open(folder / "bridge.log", "a")
    process = subprocess.Popen(words, stdout=said, stderr=said)
    check("own: it follows", until(lambda: (publish(server, 0, 1), time.sleep(0.5), receiver.taken())[2], 60))
    warm = len([event for event in server.history()])
    receiver.tries.clear()
    receiver.mood = "moody"
    count = arguments.events // 5
    for part in range(4):
        publish(server, 10 + part * (count // 4), count // 4)
        until(lambda: len(receiver.taken()) > part * (count // 4), 30)
        process.kill()
        process.wait()
        if part % 2:
            server.kill()
            server.start()
            server.await_ready()
        process = subprocess.Popen(words, stdout=said, stderr=said)
    last = 10 + 4 * (count // 4) - 1
    check("own: the last event came", until(lambda: has(receiver, f"e{last}"), 120), (folder / "bridge.log").read_text()[-1500:])
    firsts = list(dict.fromkeys(json.loads(body)["sequence"] for _, body, _, _ in receiver.taken()))
    events = [event["sequence"] for event in server.history()][warm:]
    check("own: all events came, in order", [each for each in firsts if each > warm] == events,
          f"{len(firsts)} of {len(events)}")
    shown = subprocess.run([str(ROOT / "tocsin"), "bridge", "status", "--state", str(folder / "state")], capture_output=True, text=True)
    check("own: status", shown.returncode == 0 and "away" in shown.stdout, shown)
    process.send_signal(signal.SIGTERM)
    check("own: SIGTERM ends it with 0", process.wait(20) == 0)
    server.stop()
    receiver.stop()


def aside(folder):
    """What a receiver refuses for good is set aside, holds nothing up, and goes out again when it is told to."""
    receiver = Receiver()
    receiver.mood = "picky"
    server = Server(folder / "data", "--bridges", bridge_file(folder, out_bridge(receiver)))
    server.start()
    server.await_ready()
    publish(server, 0, 100)
    check("aside: the others came", until(lambda: len(receiver.taken()) == 90, 60), len(receiver.taken()))
    check("aside: status tells of ten", until(lambda: "10" in status(server), 10), status(server))
    server.kill()
    server.start()
    server.await_ready()
    receiver.mood = "kind"
    done = subprocess.run([str(ROOT / "tocsin"), "bridge", "retry", "away", "--url", server.url], capture_output=True, text=True)
    check("aside: retry", done.returncode == 0, done)
    check("aside: all came", until(lambda: len({json.loads(body)["payload"]["id"] for _, body, _, _ in receiver.taken()}) == 100, 60))
    done = subprocess.run([str(ROOT / "tocsin"), "bridge", "retry", "nobody", "--url", server.url], capture_output=True, text=True)
    check("aside: a bridge that there is not", done.returncode == 1 and "no bridge of this name" in done.stderr, done)
    server.stop()
    receiver.stop()


def files(folder):
    """A file that rotates while the server is killed has every event once, in whole lines."""
    target = folder / "out" / "events.ndjson"
    target.parent.mkdir()
    config = bridge_file(folder, {"name": "archive", "kind": "file-out", "path": str(target), "events": ["alert.*"], "max_bytes": 200_000,
                                  "keep": 1_000})
    server = Server(folder / "data", "--bridges", config)
    server.start()
    server.await_ready()
    count = arguments.events
    for part in range(5):
        publish(server, part * (count // 5), count // 5)
        time.sleep(0.05 * part)
        server.kill()
        server.start()
        server.await_ready()

    def lines():
        # Their names sort as they were written.
        rotated = sorted(path for path in target.parent.iterdir() if path != target)
        return [line for path in [*rotated, target] if path.exists() for line in path.read_text().splitlines()]

    check("files: all events are there", until(lambda: len(lines()) >= count, 120), len(lines()))
    written = [json.loads(line)["sequence"] for line in lines()]
    events = [event["sequence"] for event in server.history() if event["type"] == "alert.deleted"]
    check(f"files: {count:,} whole lines, each event once, in order, over 5 kill -9", written == events,
          f"{len(written)} lines, {len(set(written))} events of {len(events)}")
    check("files: it has rotated", len(list(target.parent.iterdir())) > 3, list(target.parent.iterdir()))
    server.stop()


def loop(folder):
    """What goes out to the hub's own hook comes back once, and no more."""
    port = free_port()
    config = bridge_file(
        folder,
        {"name": "out", "kind": "webhook-out", "url": f"http://127.0.0.1:{port}/hooks/in", "events": ["alert.*"], "allow_private": True,
         "secret": {"env": "OUT_SECRET"}},
        {"name": "in", "kind": "webhook", "verify": {"scheme": "standard-webhooks", "secret": {"env": "OUT_SECRET"}},
         "map": [{"event": "alert.deleted", "payload": {"id": "again {payload.payload.id}"}}]})
    server = Server(folder / "data", "--bridges", config)
    server.port = port
    server.start()
    server.await_ready()
    publish(server, 0, 3)
    until(lambda: "loop" in status(server, "--json"), 30)
    time.sleep(2)
    events = server.history()
    check("loop: it is noticed, counted and ended", len(events) == 3 and "loop" in status(server, "--json"),
          (len(events), status(server, "--json")))
    server.stop()


class Mosquitto:
    """A real broker that keeps what it has taken."""

    def __init__(self, folder):
        self.port = free_port()
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {folder}/\n"
            "autosave_on_changes true\nautosave_interval 1\nmax_queued_messages 0\nuser root\n")
        self.log = open(folder / "mosquitto.log", "a")
        self.start()

    def start(self):
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.process = subprocess.Popen([program, "-c", str(self.config)], stdout=self.log, stderr=self.log)
        assert until(self.answers, 20), "mosquitto does not start"

    def answers(self):
        return self.publish("probe", ["x"]) == 0

    def publish(self, topic, payloads, retain=False):
        lines = "".join(payload + "\n" for payload in payloads)
        return subprocess.run(["mosquitto_pub", "-p", str(self.port), "-q", "1", "-t", topic, "-l", *(["-r"] if retain else [])], input=lines,
                              text=True, capture_output=True).returncode

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait()


def mqtt(folder):
    """A hub and a broker that are killed in turn: each message becomes one event."""
    broker = Mosquitto(folder)
    config = bridge_file(folder, {
        "name": "garage", "kind": "mqtt", "broker": f"mqtt://127.0.0.1:{broker.port}",
        "map": [{"topic": "garage/+/door", "event": "camera.offline", "payload": {
            "camera_id": "{topic.1}", "camera_name": "{payload.n}", "timestamp": "{received}", "reason": "{payload.state}"}}]})
    server = Server(folder / "data", "--bridges", config)
    server.start()
    server.await_ready()
    check("mqtt: it is connected", until(lambda: connected(server), 30), status(server))
    count, sent = 1_000, 0
    for part in range(4):
        got = broker.publish("garage/north/door", [json.dumps({"state": "open", "n": f"n{i}"}) for i in range(sent, sent + count)])
        assert got == 0, got
        sent += count
        if part == 0:
            server.kill()
            server.start()
            server.await_ready()
        elif part == 1:
            server.stop()
            assert broker.publish("garage/north/door", [json.dumps({"state": "open", "n": f"n{sent}"})]) == 0
            sent += 1
            server.start()
            server.await_ready()
        elif part == 2:
            time.sleep(2.5)  # the broker has saved it
            broker.kill()
            broker.start()

    def names():
        return [event["payload"]["camera_name"] for event in server.history() if event["type"] == "camera.offline"]

    check("mqtt: all messages came", until(lambda: len(set(names())) == sent, 120), (len(set(names())), sent))
    seen = collections.Counter(names())
    check(f"mqtt: each of {sent:,} messages is one event, over a killed hub, a stopped one and a killed broker",
          len(seen) == sent and max(seen.values()) == 1, seen.most_common(3))
    server.stop()
    broker.stop()


class Listener:
    """A subscriber (mosquitto_sub) that keeps its session and comes back by itself."""

    def __init__(self, broker, path, *topics):
        self.path = path
        words = ["mosquitto_sub", "-p", str(broker.port), "-i", path.name, "-c", "-q", "1", "-F", "%t %p"]
        for topic in topics:
            words += ["-t", topic]
        self.process = subprocess.Popen(words, stdout=open(path, "a"), stderr=subprocess.DEVNULL)

    def lines(self):
        """Topic and payload of what came; of a line that is being written, nothing."""
        text = self.path.read_text()
        return [line.split(" ", 1) for line in text[:text.rfind("\n") + 1].splitlines()]

    def stop(self):
        self.process.terminate()
        self.process.wait()


def retained(broker, topic):
    """The newest message of each topic that the broker keeps."""
    done = subprocess.run(["mosquitto_sub", "-p", str(broker.port), "-t", topic, "--retained-only", "-W", "3", "-F", "%t %p"],
                          capture_output=True, text=True)
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def camera(server, kind, number):
    server.request("POST", "/api/v1/events", json.dumps({"type": f"camera.{kind}", "payload": {
        "camera_id": f"c/{number}", "camera_name": f"Camera {number}", "timestamp": "2026-01-09T12:00:00Z"}}),
        {"Content-Type": "application/json"})


def mqtt_out(folder):
    """A hub and a broker that are killed in turn: each event comes at least once and in order, and the newest of each key is retained."""
    broker = Mosquitto(folder)
    listener = Listener(broker, folder / "heard", "tocsin/#")
    out = {"name": "out", "kind": "mqtt-out", "broker": f"mqtt://127.0.0.1:{broker.port}", "events": ["alert.*", "camera.*"],
           "retain": ["camera.*"], "home_assistant": True}
    server = Server(folder / "data", "--bridges", bridge_file(folder, out))
    server.start()
    server.await_ready()
    check("mqtt-out: it is connected", until(lambda: connected(server), 30), status(server))
    check("mqtt-out: it says so", until(lambda: retained(broker, "tocsin/status") == {"tocsin/status": "online"}, 10))

    def events():
        return [event for event in server.history() if event["type"].split(".")[0] in ("alert", "camera")]

    def heard():
        return list(dict.fromkeys(json.loads(payload)["sequence"] for topic, payload in listener.lines()
                                  if topic.startswith(("tocsin/alert.", "tocsin/camera."))))

    step, sent = arguments.events // 10, 0
    for part in range(10):
        publish(server, part * step, step // 2)
        for number in range(5):
            camera(server, "online" if (part + number) % 2 else "offline", number)
        publish(server, part * step + step // 2, step - step // 2)
        sent += step + 5
        until(lambda: len(heard()) > sent - step // 2, 60)
        if part % 3 == 0:
            server.kill()
            server.start()
            server.await_ready()
        elif part % 3 == 1:
            # In order, so that it writes down what it has acknowledged; the bridge sees a connection that breaks.
            broker.stop()
            broker.start()
        elif until(lambda: len(heard()) >= sent, 120):
            broker.kill()
            camera(server, "offline", 7)
            sent += 1
            until(lambda: not connected(server), 30)
            broker.start()
    check("mqtt-out: all events came", until(lambda: len(heard()) >= sent, 180), (len(heard()), sent, status(server)))
    expected = [event["sequence"] for event in events()]
    got = heard()
    check(f"mqtt-out: each of {sent:,} events, in order, over 4 kill -9 of the hub and 6 ends of the broker", got == expected,
          f"{len(got)} of {len(expected)}; first difference at {next((pair for pair in zip(got, expected) if pair[0] != pair[1]), None)}")
    raw = sum(1 for topic, _ in listener.lines() if topic.startswith(("tocsin/alert.", "tocsin/camera.")))
    print(f"     {raw - len(got)} messages came twice")
    newest = {(event["type"], event["payload"]["camera_id"]): event["sequence"] for event in events() if event["type"].startswith("camera.")}
    kept = {topic: json.loads(payload)["sequence"] for topic, payload in retained(broker, "tocsin/+/+").items()}
    check(f"mqtt-out: the newest of each of {len(newest)} keys is retained, and no alert",
          kept == {f"tocsin/{kind}/c%2F{key[2:]}": sequence for (kind, key), sequence in newest.items()}, (kept, newest))
    last = {}
    for event in events():
        if event["type"].startswith("camera."):
            last[event["payload"]["camera_id"]] = "ON" if event["type"].endswith("online") else "OFF"
    states = [json.loads(payload)["state"] for payload in retained(broker, "tocsin/home-assistant/out/camera/+/connection").values()]
    check("mqtt-out: Home Assistant sees each camera as it is", sorted(states) == sorted(last.values()), (states, last))
    configs = retained(broker, "homeassistant/device/+/config")
    check("mqtt-out: each camera is announced, and Tocsin", len(configs) == len(last) + 1, configs)
    born = Listener(broker, folder / "born", "homeassistant/device/+/config")
    until(lambda: len(born.lines()) >= len(configs), 10)
    broker.publish("homeassistant/status", ["online"])
    check("mqtt-out: and again when Home Assistant has started", until(lambda: len(born.lines()) >= 2 * len(configs), 30), born.lines())
    born.stop()
    server.kill()
    check("mqtt-out: a hub that is killed is offline", until(lambda: retained(broker, "tocsin/status") == {"tocsin/status": "offline"}, 30))
    listener.stop()
    for versions in (("5", "5"), ("3.1.1", "3.1.1"), ("5", "3.1.1")):
        loop_of_brokers(folder / "-".join(versions), broker, *versions)
    broker.stop()


def loop_of_brokers(folder, broker, there, back):
    """What goes out to a broker and comes back is noticed, also where one of them knows no user properties."""
    folder.mkdir()
    url = f"mqtt://127.0.0.1:{broker.port}"
    config = bridge_file(
        folder, {"name": "out", "kind": "mqtt-out", "broker": url, "version": there, "events": ["alert.*"], "topic": "loop/{type}"},
        {"name": "in", "kind": "mqtt", "broker": url, "version": back, "map": [
            {"topic": "loop/+", "event": "alert.deleted", "payload": {"id": "again {payload.payload.id}"}}]})
    server = Server(folder / "data", "--bridges", config)
    server.start()
    server.await_ready()
    until(lambda: connected(server), 30)
    publish(server, 0, 3)
    until(lambda: '"loop"' in status(server, "--json"), 30)
    time.sleep(2)
    check(f"mqtt-out: a loop is noticed, out by {there} and in by {back}",
          len(server.history()) == 3 and '"loop"' in status(server, "--json"), (len(server.history()), status(server, "--json")))
    server.stop()


def connected(server):
    stats = server.request("GET", "/api/v1/stats")[1]
    return all(bridge.get("connected") is True for bridge in stats["bridges"])


def alertmanager(folder):
    """A real one sends what it is told of."""
    port = free_port()
    server = Server(folder / "data", "--bridges", bridge_file(folder, {"name": "prod", "kind": "alertmanager"}))
    server.start()
    server.await_ready()
    (folder / "alertmanager.yml").write_text(f"""
route: {{receiver: tocsin, group_wait: 1s, group_interval: 1s, repeat_interval: 2s, group_by: [alertname]}}
receivers:
  - name: tocsin
    webhook_configs: [{{url: "{server.url}/hooks/alertmanager/prod", send_resolved: true}}]
""")
    process = subprocess.Popen(
        ["prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/am",
         f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="], stdout=subprocess.DEVNULL,
        stderr=open(folder / "alertmanager.log", "w"))

    def tell(*alerts):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("POST", "/api/v2/alerts", json.dumps(alerts), {"Content-Type": "application/json"})
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def alert(name, severity, ends=None):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ends)) if ends else None
        return {"labels": {"alertname": name, "severity": severity}, "annotations": {"summary": name}, "startsAt": "2026-01-02T03:04:05Z",
                **({"endsAt": stamp} if stamp else {})}

    def types():
        return [(event["type"], event["payload"].get("rule_id")) for event in server.history()]

    check("alertmanager: it takes alerts", until(lambda: tell(alert("DiskFull", "critical"), alert("Slow", "warning")), 30))
    check("alertmanager: both are created", until(
        lambda: {("alert.created", "DiskFull"), ("alert.created", "Slow")} <= set(types()), 30), types())
    time.sleep(5)
    check("alertmanager: what it repeats is no event", len(types()) == 2, types())
    server.kill()
    server.start()
    server.await_ready()
    tell(alert("DiskFull", "critical", time.time() - 1), alert("Slow", "warning"))
    check("alertmanager: one is resolved", until(lambda: any(kind == "alert.resolved" for kind, _ in types()), 30), types())
    check("alertmanager: nothing was created twice, over a kill -9", len([1 for kind, _ in types() if kind == "alert.created"]) == 2, types())
    process.terminate()
    process.wait()
    server.stop()


def main():
    os.environ["OUT_SECRET"] = SECRET
    for part in arguments.parts:
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            globals()[part.replace("-", "_")](Path(folder))
            print(f"     {part}: {time.monotonic() - began:.0f} s", flush=True)
    checks.end("bridges")


main()
