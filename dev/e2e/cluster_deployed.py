"""Gateways as deploy shows them: behind nginx, and with what the Deployment for Kubernetes starts and asks."""
import copy
import shutil
import subprocess
import time

from access_client import check, request, until
from cluster_failures import account_of
from cluster_setting import Gateway, Setting, alert
from ports import free_port
from server import ROOT, Server

NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
worker_processes 2;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  map $http_upgrade $tocsin_connection {{ default upgrade; '' ''; }}
  include {folder}/cluster.conf;
  server {{ listen 127.0.0.1:{port}; location / {{ include {folder}/proxy.conf; }} }}
}}
"""


class Nginx:
    """deploy/nginx/cluster.conf, with the addresses of gateways of this machine; in a `with`."""

    def __init__(self, folder, gateways):
        folder.mkdir()
        self.port = free_port()
        self.gateways = gateways
        shutil.copy(ROOT / "deploy/nginx/proxy.conf", folder)
        conf = (ROOT / "deploy/nginx/cluster.conf").read_text()
        for i, gateway in enumerate(gateways):
            conf = conf.replace(f"10.0.0.1{i + 1}:8080", f"127.0.0.1:{gateway.port}")
        assert "10.0.0" not in conf, conf
        (folder / "cluster.conf").write_text(conf)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=self.port))
        self.process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")],
                                        stderr=open(folder / "nginx.err", "w"))

    def __enter__(self):
        check("nginx answers", until(self.answers, 30))
        return self

    def answers(self):
        try:
            return request(self.port, "GET", "/healthz").status == 200
        except OSError:
            return False

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def balancer(folder, count, long):
    """nginx spreads sockets over two gateways; when one of them ends, its clients go on at the other."""
    if not shutil.which("nginx"):
        print("     cluster: skip the balancer: there is no nginx", flush=True)
        return
    with Setting(folder, count) as setting, Nginx(folder / "nginx", setting.gateways) as nginx:
        a, b = setting.gateways
        front = copy.copy(a)
        front.port, front.name = nginx.port, "nginx"
        spread(front, a, b)

        def killed(account):
            b.kill()
            time.sleep(3)
            start_again(b)

        def stopped(account):
            a.stop()
            time.sleep(1)
            start_again(a)

        def nats_killed(account):
            setting.nats.kill()
            setting.nats.start()

        account_of([front], "a gateway behind nginx killed", killed)
        if long:
            account_of([front], "a gateway behind nginx stopped", stopped)
            account_of([front], "NATS killed, behind nginx", nats_killed)
        spread(front, a, b)


def start_again(gateway):
    """At the port that nginx knows."""
    Server.start(gateway)
    check("it is ready again", gateway.is_ready(), gateway.ready())


def spread(front, a, b):
    until(lambda: a.stats()["total_connections"] + b.stats()["total_connections"] == 0, 30)
    time.sleep(3)  # nginx tries one that was away again, and knows that it is there once a request to it has ended
    for _ in range(4):
        check("a request through nginx is answered", front.ready()[0] == 200)
    sockets = [front.socket_at("?events=alert.*") for _ in range(20)]
    for socket in sockets:
        check("a client is greeted through nginx", socket.await_message(lambda m: m["type"] == "connection.established"))
    each = a.stats()["total_connections"], b.stats()["total_connections"]
    check("sockets are spread over both", sum(each) == 20 and min(each) >= 7, each)
    sequence = front.published(alert("to all"))
    for socket in sockets:
        check("an event comes to all", socket.await_message(lambda m: m.get("sequence") == sequence and "previous" in m))
        socket.close()


def deployment(folder, count, long):
    """The container of the Deployment starts and answers its probes, as they are written."""
    try:
        import yaml
    except ImportError:
        print("     cluster: skip the Deployment: Python's yaml is missing (Debian's package python3-yaml)", flush=True)
        return
    documents = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/tocsin.yaml").read_text()))
    check("there is what is wanted", [d["kind"] for d in documents] == ["Deployment", "Service", "PodDisruptionBudget"])
    pod, service, budget = documents[0]["spec"]["template"], documents[1]["spec"], documents[2]["spec"]
    container = pod["spec"]["containers"][0]
    labels = pod["metadata"]["labels"]
    check("all mean the same pods", labels == service["selector"] == budget["selector"]["matchLabels"]
          == documents[0]["spec"]["selector"]["matchLabels"], documents)
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    check("the Service finds the port", service["ports"][0]["targetPort"] in ports, ports)
    volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
    check("what is mounted is there", {mount["name"] for mount in container["volumeMounts"]} == volumes, volumes)
    stop = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    check("there is time for a good-bye", pod["spec"]["terminationGracePeriodSeconds"] >= stop + 9 + 5)
    with Setting(folder, 3, 0) as setting:
        pod = Pod(folder, setting.nats.urls, container["args"])
        pod.start()
        check("it listens where the others look", ports["http"] == 8080, ports)
        for name in ("readinessProbe", "livenessProbe", "startupProbe"):
            probe = container[name]["httpGet"]
            for host in ("10.244.1.7:8080", documents[1]["metadata"]["name"]):
                check(f"{name} is answered", until(lambda: request(
                    pod.port, "GET", probe["path"], None, {"Host": host}).status == 200, 30))
        check("a stranger gets nothing", request(pod.port, "GET", "/api/v1/events").status == 401)
        pod.published(alert("in the pod"))
        began = time.monotonic()
        pod.stop()
        check("it ends in time", time.monotonic() - began < 15)


class Pod(Gateway):
    """A gateway with the arguments of a container, but for what is elsewhere on this machine."""

    def __init__(self, folder, urls, args):
        super().__init__(folder, "pod", urls, 3)
        elsewhere = {"/data": str(self.data), "/keys/keys.json": str(self.keys_file), "nats://nats:4222": urls}
        assert args[0] == "serve" and all(place in args for place in elsewhere), args
        self.options = tuple(elsewhere.get(word, word) for word in args[1:])
