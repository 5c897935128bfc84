"""The sample application with Spring Boot, as its executable jar, and its hub. Usage: spring_sample.py JAVA JAR"""
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile

import ports

java, jar = sys.argv[1:3]
web, hub = ports.free_port(), ports.free_port()


def ask(port, path, data=None, kind="application/json"):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=data, headers={"Content-Type": kind} if data is not None else {})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def await_true(what, look, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if look():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"FAIL: {what}")


def main():
    # One dependency, and Spring Boot's Netty: nothing that has to be of one version or of one kind of machine.
    with zipfile.ZipFile(jar) as packed:
        netty = sorted(name.rpartition("/")[2] for name in packed.namelist() if "/netty-" in name)
    assert any(name.startswith("netty-codec-http-") for name in netty), netty
    assert not [name for name in netty if "linux" in name or "tcnative" in name], netty
    assert len({name.rpartition("-")[2] for name in netty}) == 1, netty
    began = time.monotonic()
    program = subprocess.Popen(
        [java, "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-jar", jar,
         f"--server.port={web}", f"--tocsin.server.port={hub}"])
    try:
        await_true("the application answers", lambda: ask(web, "/actuator/health")["status"] == "UP")
        print(f"up after {time.monotonic() - began:.1f} s")

        # A request becomes an event, which the listener hears.
        assert ask(web, "/doors/front/ring", b"") == 1
        await_true("the chime has heard it", lambda: ask(web, "/chimes") == ["front 1 1"])

        # Its hub is a hub: what others publish is heard too, and what is wrong is refused.
        event = {"type": "doorbell.rang", "payload": {"door": "back", "times": 7}}
        assert ask(hub, "/api/v1/events", json.dumps(event).encode())["sequence"] == 2
        await_true("and what others publish", lambda: ask(web, "/chimes") == ["front 1 1", "back 7 2"])
        try:
            ask(hub, "/api/v1/events", b'{"type":"doorbell.rang","payload":{"door":1}}')
            raise SystemExit("FAIL: a wrong payload was taken")
        except urllib.error.HTTPError as e:
            assert e.code == 422, e.code

        parts = ask(web, "/actuator/health")["components"]
        assert parts["tocsin"]["status"] == parts["tocsinServer"]["status"] == "UP", parts
        assert parts["tocsinServer"]["details"]["newest"] == 2, parts
        received = ask(web, "/actuator/metrics/tocsin.client.received")["measurements"][0]["value"]
        assert received == 2, received
    finally:
        program.terminate()
        code = program.wait(30)
    assert code == 143, code
    print("spring sample: ok")


main()
