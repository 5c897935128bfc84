"""The figures as Prometheus sees them: a server of the packaged program works under load, beside it one with its log on
JetStream, a real Prometheus scrapes both, and every query of the dashboard and of the alerts is asked. promtool has nothing to
say to the pages. Where there is no nats-server, what is JetStream's is left out.

    python3 dev/e2e/metrics.py [FOLDER]      (needs prometheus and promtool)
"""
import http.client
import json
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import checks
from checks import check
from nats_servers import NatsServers, program
from ports import free_port
from server import ROOT, Server

WORK = Path(sys.argv[1] if len(sys.argv) > 1 else "target/e2e/metrics").resolve()
RULES = ROOT / "deploy/prometheus/tocsin.rules.yml"
RULE_TESTS = ROOT / "deploy/prometheus/tocsin.rules.test.yml"
DASHBOARD = ROOT / "deploy/grafana/tocsin.json"


def run(*command, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def page(server, accept=None):
    request = urllib.request.Request(server.url + "/metrics", headers={"Accept": accept} if accept else {})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


class Load:
    """Events of every kind, good and bad, until it is stopped; subscribers that come and go."""

    def __init__(self, server):
        self.server = server
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.publish, daemon=True)]
        self.bench = subprocess.Popen(
            [str(ROOT / "tocsin"), "bench", "--url", server.url, "--connections", "50", "--rate", "200",
             "--audiences", "5", "--warm-up", "1s", "--duration", "60s"],
            stdout=open(WORK / "bench.log", "w"), stderr=subprocess.STDOUT)
        for thread in self.threads:
            thread.start()

    def publish(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        number = 0
        while not self.stopped.is_set():
            number += 1
            payload = {"job_id": "j", "job_type": "t", "progress": number % 100, "status": "running"}
            if number % 10 == 0:
                del payload["job_id"]
            connection.request("POST", "/api/v1/events", json.dumps({"type": "job.progress", "payload": payload}),
                               {"Content-Type": "application/json"})
            connection.getresponse().read()
            time.sleep(0.02)

    def stop(self):
        self.stopped.set()
        self.bench.kill()
        self.bench.wait()


class Prometheus:
    def __init__(self, servers):
        self.port = free_port()
        data = WORK / "prometheus"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copy(RULES, WORK / "tocsin.rules.yml")
        config = (ROOT / "deploy/prometheus/prometheus.yml").read_text()
        # The example as it is, but for the addresses and how often; a credential does no harm where none is needed.
        targets = '", "'.join(f"127.0.0.1:{server.port}" for server in servers)
        config = config.replace("127.0.0.1:8080", targets).replace("15s", "1s")
        (WORK / "tocsin.token").write_text("none-is-needed")
        (WORK / "prometheus.yml").write_text(config)
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={WORK}/prometheus.yml", f"--storage.tsdb.path={data}",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            stdout=subprocess.DEVNULL, stderr=open(WORK / "prometheus.log", "w"))
        self.await_ready(60)

    def await_ready(self, seconds):
        """Until it answers; before, it refuses connections, then says that it is not ready."""
        end = time.time() + seconds
        while time.time() < end:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=30).close()
                return
            except OSError:
                time.sleep(0.1)
        sys.exit(f"Prometheus is not ready: {(WORK / 'prometheus.log').read_text()[-2000:]}")

    def get(self, path, **parameters):
        query = urllib.parse.urlencode(parameters)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}?{query}", timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as e:
            return json.load(e)

    def query(self, expression):
        """The series that it gives, or why it gives none."""
        answer = self.get("/api/v1/query", query=expression)
        if answer["status"] != "success":
            return None, answer["error"]
        result = answer["data"]["result"]
        return result, "no data"

    def await_alert(self, name, seconds):
        """Until it fires; until then it may be pending."""
        end = time.time() + seconds
        while time.time() < end:
            alerts = self.get("/api/v1/alerts")["data"]["alerts"]
            if any(alert["labels"]["alertname"] == name and alert["state"] == "firing" for alert in alerts):
                return True
            time.sleep(0.5)
        return False

    def await_scrapes(self, count, seconds):
        end = time.time() + seconds
        while time.time() < end:
            result, _ = self.query('count_over_time(up{job="tocsin"}[5m])')
            if result and int(result[0]["value"][1]) >= count:
                return True
            time.sleep(0.5)
        return False

    def stop(self):
        self.process.terminate()
        self.process.wait()


def dashboard_queries(shared):
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"].replace("$instance", ".*").replace("$__rate_interval", "30s")
            if shared or not is_shared(expression):
                yield panel["title"], expression


def is_shared(expression):
    """Whether it is about a log on JetStream."""
    return "tocsin_jetstream_" in expression


def families(expression):
    """The names of what an expression selects."""
    bare = re.sub(r'"[^"]*"', "", expression)
    return set(re.findall(r"\b(?:tocsin|process|jvm)_[a-z_]+|\bup\b", bare))


def lint(server):
    kind, text = page(server)
    check("plain text unless something else is wanted", kind == "text/plain; version=0.0.4; charset=utf-8", kind)
    code, said = run("promtool", "check", "metrics", stdin=text)
    check("promtool check metrics has nothing to say", code == 0 and not said.strip(), said)
    kind, text = page(server, "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    check("OpenMetrics for those who want it",
          kind == "application/openmetrics-text; version=1.0.0; charset=utf-8" and text.endswith("# EOF\n"), kind)


def ask_dashboard(prometheus, shared):
    for title, expression in dashboard_queries(shared):
        result, why = prometheus.query(expression)
        check(f"dashboard: {title}", result, f"{expression}: {why}")


def ask_alerts(prometheus, shared):
    groups = prometheus.get("/api/v1/rules")["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    check("Prometheus has taken the alerts", len(rules) >= 10, groups)
    for rule in rules:
        check(f"alert {rule['name']}: evaluates", rule["health"] == "ok" and not rule.get("lastError"), rule)
        # As it is defined, with every family that it names.
        result, why = prometheus.query(rule["query"])
        check(f"alert {rule['name']}: can be asked", result is not None, why)
        # Bridges have figures of their other side only where there is one.
        for name in sorted(name for name in families(rule["query"])
                           if (shared or not is_shared(name)) and not name.startswith("tocsin_bridge_")):
            result, why = prometheus.query(name)
            check(f"alert {rule['name']}: there is {name}", result, why)
    firing = [a["labels"]["alertname"] for a in prometheus.get("/api/v1/alerts")["data"]["alerts"] if a["state"] == "firing"]
    check("no alert fires while all is well", not firing, firing)


def compare(server, prometheus):
    """What Prometheus has at last is what the server says of itself."""
    time.sleep(3)
    stats = server.request("GET", "/api/v1/stats")[1]
    for family, expected in (
            ("tocsin_events_published_total", stats["published"]),
            ("tocsin_events_delivered_total", stats["delivered"]),
            ("tocsin_events_rejected_total", stats["rejected"]),
            ("tocsin_append_seconds_count", stats["published"]),
            ("tocsin_delivery_seconds_count", stats["published"]),
            ("tocsin_log_newest_sequence", stats["newest_sequence"])):
        expression = f'sum({family}{{instance="127.0.0.1:{server.port}"}})'
        result, why = prometheus.query(expression)
        got = int(float(result[0]["value"][1])) if result else why
        check(f"{expression} is what stats say", got == expected, f"{got}, not {expected}")


def start_shared():
    """A server whose log is on JetStream, with an event in it; None where there is no nats-server."""
    if not program():
        print("skip the figures of a log on JetStream: there is no nats-server", flush=True)
        return None, None
    nats = NatsServers(1, WORK / "nats")
    nats.start()
    shared = Server(WORK / "shared", "--jetstream", nats.urls, "--jetstream-replicas", "1")
    shared.start()
    shared.await_ready()
    event = {"type": "alert.deleted", "payload": {"id": "1"}}
    status, answer = shared.request("POST", "/api/v1/events", json.dumps(event), {"Content-Type": "application/json"})
    check("an event is on the shared log", status == 201, answer)
    return nats, shared


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    code, said = run("promtool", "check", "rules", str(RULES))
    check("promtool check rules", code == 0, said)
    code, said = run("promtool", "test", "rules", str(RULE_TESTS))
    check("promtool test rules", code == 0, said)
    server = Server(WORK / "data")
    server.start()
    server.await_ready()
    lint(server)
    nats, shared = start_shared()
    load = Load(server)
    prometheus = Prometheus([server, *filter(None, [shared])])
    try:
        check("Prometheus scrapes", prometheus.await_scrapes(15, 60), (WORK / "prometheus.log").read_text()[-2000:])
        lint(server)
        ask_dashboard(prometheus, shared)
        ask_alerts(prometheus, shared)
        load.stop()
        compare(server, prometheus)
        if shared:
            lint(shared)
            nats.kill()
            check("an alert fires when NATS is away", prometheus.await_alert("TocsinJetStreamAway", 90),
                  prometheus.get("/api/v1/alerts"))
    finally:
        load.stop()
        prometheus.stop()
        server.stop()
        if shared:
            shared.stop()
            nats.kill()
    checks.end("metrics")


if __name__ == "__main__":
    main()
