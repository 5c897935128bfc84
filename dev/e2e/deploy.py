"""What `deploy` has for containers: that the files belong together, and that the tools that are here take them.

    python3 dev/e2e/deploy.py           (needs python3-yaml; promtool, docker-compose and kubectl where they are there)
"""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import checks
from checks import check

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = ROOT / "deploy/compose"


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, **more)
    return done.returncode, done.stdout + done.stderr


def composed(yaml):
    file = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
    services = file["services"]
    check("compose: Frigate, Mosquitto, Prometheus and Grafana are around the hub",
          {"tocsin", "frigate", "mosquitto", "prometheus", "grafana"} <= set(services))
    missing, unknown, open_ports = [], [], []
    made = {"./secrets/alertmanager", "./secrets/prometheus"}  # by ./prepare
    for name, service in services.items():
        check(f"compose: {name} has an image of one version", ":" in service["image"] and not service["image"].endswith(":latest"))
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                if source not in made and not (COMPOSE / source).exists():
                    missing.append(source)
            elif source not in file["volumes"]:
                unknown.append(source)
        open_ports += [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")]
        unknown += [other for other in service.get("depends_on", []) if other not in services]
    check("compose: every file that is mounted is there", not missing, missing)
    check("compose: every volume and service that is named is there", not unknown, unknown)
    check("compose: no port is open to others than this machine", not open_ports, open_ports)
    hub = services["tocsin"]
    check("compose: the hub may nothing and writes in its volume alone",
          hub["read_only"] and hub["cap_drop"] == ["ALL"] and hub["tmpfs"] == ["/tmp"])
    script = (COMPOSE / "prepare").read_text()
    check("compose: prepare makes what is mounted, into the volume that compose calls so",
          all(name.removeprefix("./") in script for name in made) and f"{file['name']}_tocsin:/data" in script)
    code, said = run(ROOT / "tocsin", "bridge", "check", COMPOSE / "bridges.json")
    check("compose: the bridges are sound", code == 0, said)
    hook = json.loads((COMPOSE / "bridges.json").read_text())["bridges"][1]
    told = yaml.safe_load((COMPOSE / "alertmanager/alertmanager.yml").read_text())["receivers"][0]["webhook_configs"][0]
    check("compose: Alertmanager posts to the hook, with the header that it wants",
          told["url"].endswith("/hooks/alertmanager/" + hook["name"])
          and told["http_config"]["http_headers"][hook["verify"]["header"]]["files"] == [hook["verify"]["secret"]["file"]], told)
    code, said = run(ROOT / "tocsin", "doctor", "--json", "--memory", "--port", "0", *hub["command"][1:3], "--insecure")
    check("compose: doctor knows the options", code in (0, 1) and said.startswith("{"), said)
    if shutil.which("promtool"):
        code, said = run("promtool", "check", "config", "--syntax-only", COMPOSE / "prometheus.yml")
        check("compose: promtool takes prometheus.yml", code == 0, said)
    composer = [shutil.which("docker-compose")] if shutil.which("docker-compose") else ["docker", "compose"]
    if shutil.which(composer[0]) and run(*composer, "version")[0] == 0:
        code, said = run(*composer, "-f", COMPOSE / "compose.yaml", "config", env={**os.environ, "COMPOSE_PROJECT_NAME": "tocsin"})
        check("compose: docker compose takes it", code == 0, said)
    else:
        print("skip compose: there is no docker compose", flush=True)


def pods(yaml):
    for name, kind in (("tocsin.yaml", "Deployment"), ("single.yaml", "StatefulSet")):
        documents = {document["kind"]: document for document in yaml.safe_load_all((ROOT / "deploy/kubernetes" / name).read_text())}
        check(f"kubernetes: {name} has a {kind}, a Service and a PodDisruptionBudget",
              set(documents) == {kind, "Service", "PodDisruptionBudget"}, set(documents))
        workload = documents[kind]["spec"]
        pod = workload["template"]["spec"]
        container = pod["containers"][0]
        paths = {probe: container[probe]["httpGet"]["path"] for probe in ("readinessProbe", "livenessProbe", "startupProbe")}
        check(f"kubernetes: {name}: ready by /readyz, alive by /healthz",
              paths == {"readinessProbe": "/readyz", "livenessProbe": "/healthz", "startupProbe": "/healthz"}, paths)
        drain = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        check(f"kubernetes: {name}: there is time for the drain and for saying good-bye",
              pod["terminationGracePeriodSeconds"] >= drain + 9 + 5)
        labels = workload["template"]["metadata"]["labels"]
        check(f"kubernetes: {name}: Service, budget and workload mean the same pods",
              labels == documents["Service"]["spec"]["selector"] == workload["selector"]["matchLabels"]
              == documents["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"])
        named = {volume["name"] for volume in pod["volumes"]} | {
            claim["metadata"]["name"] for claim in workload.get("volumeClaimTemplates", [])}
        check(f"kubernetes: {name}: every volume that is mounted is there",
              {mount["name"] for mount in container["volumeMounts"]} == named)
        check(f"kubernetes: {name}: no rights",
              pod["securityContext"]["runAsNonRoot"] and container["securityContext"]["readOnlyRootFilesystem"]
              and container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
              and not container["securityContext"]["allowPrivilegeEscalation"])


try:
    import yaml as library
except ImportError:
    print("skip deploy: Python's yaml is missing (Debian's package python3-yaml)", flush=True)
    sys.exit(0)
composed(library)
pods(library)
checks.end("files for containers")
