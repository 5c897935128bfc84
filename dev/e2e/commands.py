"""The commands as a stranger types them, against the packaged program: locales, outputs that cannot be written,
no HOME, streams through a server that dies. Usage: commands.py WORK"""
import datetime
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from ports import free_port

work = os.path.abspath(sys.argv[1])
os.makedirs(work, exist_ok=True)
failures = []
PORT = free_port()
URL = f"http://127.0.0.1:{PORT}"
ENV = {**os.environ, "XDG_STATE_HOME": work + "/state"}


def check(name, good, seen=""):
    if not good:
        failures.append(name)
        print(f"  {name}: {seen}")


def run(command, env=None, **more):
    return subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120, env=env or ENV, **more)


def serve():
    server = subprocess.Popen(["./tocsin", "serve", "--data", work + "/data", "--port", str(PORT)],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    check("it listens", server.stdout.readline() == f"listening on {URL}\n")
    return server


def get(path):
    return json.load(urllib.request.urlopen(URL + path))


def newest():
    return get("/api/v1/stats")["newest_sequence"]


def await_newest(sequence, seconds=60):
    end = time.time() + seconds
    while newest() < sequence and time.time() < end:
        time.sleep(0.005)
    return newest() >= sequence


def ids(since):
    page = get(f"/api/v1/events?since={since}&limit=1000")["events"]
    return [event["payload"]["id"] for event in page]


def line(name):
    return json.dumps({"type": "alert.deleted", "payload": {"id": name}}) + "\n"


def locales():
    folder = work + "/kätalog"
    os.makedirs(folder, exist_ok=True)
    file = work + "/größe.ndjson"
    open(file, "w", encoding="utf-8").write('{"type":"alert.deleted","payload":{"id":"Müller"}}\n')
    for locale in [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "de_XX.UTF-8"}, {"LANG": "C"}, {}]:
        env = {"PATH": os.environ["PATH"], "TOCSIN_URL": URL, **locale}
        if "JAVA_HOME" in os.environ:
            env["JAVA_HOME"] = os.environ["JAVA_HOME"]
        before = newest()
        for command in [
            """./tocsin publish alert.deleted --payload '{"id":"Müller"}' --correlation-id ü""",
            f"./tocsin publish --file '{file}'",
            f"./tocsin validate alert.deleted --payload '{{\"id\":\"Müller\"}}' --catalog '{folder}'",
        ]:
            done = run(command, env)
            check(f"{command} with {locale}", done.returncode == 0, done.stderr)
        check(f"stored as typed with {locale}", ids(before) == ["Müller"] * 2, ids(before))
        done = run("./tocsin catalog list", {**env, "TOCSIN_CATALOG": folder})
        check(f"a folder from the environment with {locale}", done.returncode == 0, done.stderr)
    done = run(b"./tocsin publish alert.deleted --payload '{\"id\":\"M\xfcller\"}'", {**ENV, "TOCSIN_URL": URL})
    check("what is not UTF-8 is refused", done.returncode == 2 and "not valid UTF-8" in done.stderr, done)


def outputs():
    commands = ["--help", "--version", "catalog list", "catalog show alert.created", "catalog schema alert.created",
                """validate alert.deleted --payload '{"id":"7"}'""", "validate alert.deleted --payload '{}'", f"stats --url {URL}", f"stats --json --url {URL}",
                f"tail --since 0 --url {URL}", f"tail --json --since 0 --url {URL}",
                f"""publish alert.deleted --payload '{{"id":"7"}}' --url {URL}""", "serve --memory --port 0",
                "demo --port 0 --seconds 5", "log new-epoch --data " + work + "/other"]
    run(f"./tocsin serve --data {work}/other --port 0 & sleep 3; kill $!; wait")
    for command in commands:
        for output in [">/dev/full", ">&-"]:
            done = run(f"timeout 60 ./tocsin {command} {output}")
            check(f"{command} {output}", done.returncode == 1 and "cannot write to standard output" in done.stderr, done)
    done = run(f"timeout 60 ./tocsin publish - --url {URL} <&-")
    check("standard input that is closed holds no lines", "0 of 0" in done.stdout + done.stderr, done)
    done = run("set -o pipefail; ./tocsin catalog list | head -n 1", executable="/bin/bash")
    check("a closed pipe is quiet", done.returncode == 0 and not done.stderr, done)


def surroundings():
    done = subprocess.run(["env", "-i", f"PATH={os.environ['PATH']}", f"JAVA_HOME={os.environ.get('JAVA_HOME', '')}",
                           "./tocsin", "catalog", "list"], capture_output=True, text=True, timeout=60)
    check("no HOME", done.returncode == 0 and not done.stderr, done)
    for transport in ["io_uring", "epoll", "nio"]:
        done = run(f"./tocsin serve --memory --transport {transport} --port {PORT}")
        if "does not work on this machine" not in done.stderr:
            check(f"in use on {transport}", done.returncode == 1 and "the address is in use; is a server" in done.stderr, done)
            any_address(transport)
    for command, files, least in [("serve --memory --port 0", 50, 128), ("serve --memory --port 0", 127, 128),
                                  ("demo --port 0", 100, 128), ("bench", 50, 128), ("catalog list", 40, 50)]:
        few = run(f"ulimit -n {files}; timeout 30 ./tocsin {command}")
        said = f"tocsin: too few files may be open: ulimit -n is {files}, and at least {least} are needed"
        check(f"few files: {command}", few.returncode == 1 and not few.stdout and few.stderr.startswith(said)
              and few.stderr.count("\n") == 1, few)
    least = run("ulimit -n 128; timeout 5 ./tocsin serve --memory --port 0")
    check("the least number of files", "listening on" in least.stdout, least)


def java_options():
    """Yours win: what the launcher says about the heap gives way."""
    for options, flag, value in [
        ("", "MaxHeapSize", 512 << 20), ("-Xmx48m", "MaxHeapSize", 48 << 20), ("-Xmx1g", "MaxHeapSize", 1 << 30),
        ("-Xmx1g", "InitialHeapSize", 128 << 20), ("-XX:MaxHeapSize=40m", "MaxHeapSize", 40 << 20),
        ("-Xms32m", "InitialHeapSize", 32 << 20), ("-XX:InitialHeapSize=16m", "InitialHeapSize", 16 << 20),
        ("-Xmn10m", "NewSize", 10 << 20), ("-XX:MaxRAM=4g -XX:MaxRAMPercentage=50", "MaxHeapSize", 2 << 30),
        ("-XX:+UseSerialGC\t-Xmx48m", "MaxHeapSize", 48 << 20), ("-XX:NewRatio=3", "NewRatio", 3),
        ("", "G1HeapRegionSize", 4 << 20), ("-Xmx255m", "G1HeapRegionSize", 1 << 20), ("-XX:G1HeapRegionSize=8m", "G1HeapRegionSize", 8 << 20),
        ("-Xmx1g", "G1HeapRegionSize", 4 << 20), ("-XX:+UseZGC", "UseZGC", True),
    ]:
        done = run("./tocsin --version", {**ENV, "TOCSIN_JAVA_OPTS": options + " -XX:+PrintFlagsFinal"})
        found = re.search(rf" {flag} += (\w+)", done.stdout)
        seen = found and found[1]
        expected = "true" if value is True else str(value)
        check(f"{options}: {flag}", done.returncode == 0 and seen == expected and "warning" not in done.stdout.lower().replace("printwarnings", "").replace("allocationwarning", ""), (seen, done.stderr))
    small = subprocess.Popen(["./tocsin", "serve", "--data", work + "/small", "--port", "0"], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True, env={**ENV, "TOCSIN_JAVA_OPTS": "-Xmx48m"})
    url = small.stdout.readline().split()[-1]
    lines = "".join(line("x" * 200) for _ in range(50_000)).encode()
    for _ in range(3):
        request = urllib.request.Request(url + "/api/v1/events", lines, {"Content-Type": "application/x-ndjson"})
        with urllib.request.urlopen(request) as answer:
            answer.read()
    small.terminate()
    check("48 MiB are enough to publish", small.wait(20) == 0, small.returncode)


def clocks():
    """The clock before 1970, and at the end of the last year that a timestamp has."""
    for clock in ["@1969-06-01 00:00:00", "@9999-12-31 23:59:58"] if shutil.which("faketime") else []:
        data = work + "/clock" + clock[1:5]
        server = subprocess.Popen(["faketime", "-f", clock, "./tocsin", "serve", "--data", data, "--port", "0"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        url = server.stdout.readline().split()[-1]
        for _ in range(2):
            request = urllib.request.Request(url + "/api/v1/events", line("7").strip().encode(), {"Content-Type": "application/json"})
            answer = json.load(urllib.request.urlopen(request))
            check(f"published at {clock}", answer["timestamp"].startswith(clock[1:5]), answer)
            time.sleep(3)
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            check(f"SIGTERM ends it at {clock}", False)


def reaches(family, host, port):
    with socket.socket(family) as client:
        return client.connect_ex((host, port)) == 0


def any_address(transport):
    for host, ipv6 in [("0.0.0.0", False), ("::", True)]:
        server = subprocess.Popen(["./tocsin", "serve", "--memory", "--insecure", "--host", host, "--port", "0",
                                   "--transport", transport], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said = server.stdout.readline()
        port = int(said.rsplit(":", 1)[1])
        check(f"{host} says so", said.startswith("listening on http://" + ("[::]" if ipv6 else host)), said)
        check(f"{host} on IPv4 with {transport}", reaches(socket.AF_INET, "127.0.0.1", port))
        if socket.has_ipv6 and os.path.exists("/proc/net/if_inet6"):
            check(f"{host} on IPv6 with {transport}", reaches(socket.AF_INET6, "::1", port) == ipv6)
        server.terminate()
        check(f"{host} warns", "nobody is asked who he is" in server.communicate(timeout=20)[1])


def protected():
    """What to put in front of a command so that it may not bind a port under 1024; None when nothing can be."""
    bind = f"""{sys.executable} -c 'import socket; socket.socket().bind(("0.0.0.0", 80))'"""
    without_rights = "setpriv --bounding-set -all --inh-caps -all "
    for prefix in ["", without_rights, "unshare -rn " + without_rights]:
        if "Permission denied" in run(prefix + bind).stderr and run(prefix + "true").returncode == 0:
            return prefix
    return None


def low_port():
    prefix = protected()
    if prefix is None:
        print("  not tried: a port that may not be bound")
        return
    for transport in ["io_uring", "epoll", "nio"]:
        done = run(f"{prefix}timeout 60 ./tocsin serve --memory --insecure --host 0.0.0.0 --port 80 --transport {transport}")
        if "does not work on this machine" not in done.stderr:
            check(f"not permitted on {transport}", done.returncode == 1 and "this user may not; ports below 1024" in done.stderr
                  and done.stderr.startswith("tocsin: cannot listen on 0.0.0.0:80") and "\tat " not in done.stderr, done)


class Tail:
    """A `tail --json`, and the ids of the events that it has shown."""

    def __init__(self, options):
        while get("/api/v1/stats")["total_connections"] > 0:
            time.sleep(0.05)  # the next who is connected is this tail
        self.process = subprocess.Popen(f"exec ./tocsin tail --json --url {URL} {options}", shell=True, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV)
        self.shown = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for text in self.process.stdout:
            self.shown.put(json.loads(text)["payload"]["id"])

    def ids(self, count):
        """The next events, fewer when they do not come; with none to wait for, the connection is waited for."""
        while count == 0 and get("/api/v1/stats")["total_connections"] == 0 and self.process.poll() is None:
            time.sleep(0.05)
        ids = []
        try:
            while len(ids) < count:
                ids.append(self.shown.get(timeout=20))
        except queue.Empty:
            pass
        return ids

    def end(self):
        """Whether it ends well, and has shown no more."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(20)
        self.reader.join(20)
        return code == 0 and self.shown.empty() and not self.process.stderr.read()


def publish_one(name):
    done = run(f"""./tocsin publish alert.deleted --payload '{{"id":"{name}"}}' --url {URL}""")
    check(f"{name} is published", done.returncode == 0, done.stderr)


def tails():
    """Where a tail begins: with the newest events, after a stretch of time, at a time."""
    for name in ["t1", "t2", "t3"]:
        publish_one(name)
    time.sleep(2)
    noon = datetime.datetime.now().isoformat(timespec="milliseconds")
    utc = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for name in ["t4", "t5"]:
        publish_one(name)
    for options, wanted in [("-n 2", ["t4", "t5"]), ("-n 4 'alert.*'", ["t2", "t3", "t4", "t5"]), ("-n 0", []),
                            (f"--since {noon}", ["t4", "t5"]), (f"--since {utc}", ["t4", "t5"])]:
        tail = Tail(options)
        seen = tail.ids(len(wanted))
        check(f"tail {options}", seen == wanted, seen)
        check(f"tail {options} shows no more", tail.end())
    tail = Tail("--since 1h")
    check("tail --since 1h begins with the first", tail.ids(1) == ids(0)[:1])
    tail.process.kill()
    tail = Tail("-n 1")
    check("the newest", tail.ids(1) == ["t5"])
    publish_one("t6")
    check("then live ones", tail.ids(1) == ["t6"])
    check("and no more", tail.end())
    for options, why in [("-n 1001", "from 0 to 1000"), ("-n x", "--last is a whole number"), ("--since soon", "neither a sequence"),
                         ("-n 1 --since 1h", "exclude each other")]:
        done = run(f"timeout 60 ./tocsin tail {options} --url {URL}")
        check(f"tail {options} is wrong use", done.returncode == 2 and why in done.stderr, done)


def signals(server):
    for number in [signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGIO,
                   signal.SIGPIPE, signal.SIGURG, signal.SIGWINCH]:
        server.send_signal(number)
        time.sleep(0.3)
        check(f"{number.name} is passed over", server.poll() is None)


def stream(server):
    """A pipe whose server is killed and comes back: at once, in order, nothing lost, nothing twice."""
    before = newest()
    publish = subprocess.Popen(["./tocsin", "publish", "-", "--url", URL], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env=ENV)

    def say(name):
        publish.stdin.write(line(name))
        publish.stdin.flush()

    say("first")
    check("a line goes out as it is read", await_newest(before + 1, 20))
    server.send_signal(signal.SIGKILL)
    server.wait()
    for name in ["away 1", "away 2"]:
        say(name)
    time.sleep(1)
    server = serve()
    say("back")
    check("the pipe comes back", await_newest(before + 4, 60))
    publish.stdin.close()
    code = publish.wait(20)
    said = publish.stderr.read()
    check("the stream ended well", code == 0 and "connected again" in said, (code, said))
    check("once each, in order", ids(before) == ["first", "away 1", "away 2", "back"], ids(before))
    return server


def file(server):
    """A file whose server is killed, and which is published again."""
    names = [f"f{i}" for i in range(30_000)]
    path = work + "/events.ndjson"
    open(path, "w").writelines(line(name) for name in names)
    before = newest()
    publish = subprocess.Popen(["./tocsin", "publish", "--file", path, "--url", URL, "--retry", "2s"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV)
    await_newest(before + 2_000)
    server.send_signal(signal.SIGKILL)
    server.wait()
    said = publish.communicate(timeout=60)[1]
    found = re.search(r"the last acknowledged line is (\d+); go on with: (.* --from-line (\d+).*)", said.splitlines()[-1])
    check("where to go on", publish.returncode == 1 and found and int(found[3]) == int(found[1]) + 1, said)
    server = serve()
    for command in [found[2] if found else "false", f"./tocsin publish --file {path} --url {URL}"]:
        publish = subprocess.Popen(command + " --retry 2s", shell=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True, env=ENV, start_new_session=True)
        if command is not found[2]:
            break
        await_newest(before + 12_000)
        os.killpg(publish.pid, signal.SIGINT)
        check("interrupted", publish.wait(20) == 1)
    check("done again", publish.wait(120) == 0, publish.stderr.read())
    sequences, got = before, []
    while True:
        page = get(f"/api/v1/events?since={sequences}&limit=1000")
        if not page["events"]:
            break
        got += [event["payload"]["id"] for event in page["events"]]
        sequences = page["next_since"]
    check("every line once", sorted(got) == sorted(names), (len(got), len(set(got)), len(names)))
    return server


def post_hook(port, name):
    body = json.dumps({"id": name}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/hooks/garage", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def bridges(server):
    """Bridges in a process of their own, through kill -9 of the server: what was answered with 200 is there, once."""
    config, port, before = work + "/bridges.json", free_port(), newest()
    with open(config, "w") as file:
        json.dump({"bridges": [{"name": "garage", "kind": "webhook", "map": [
            {"event": "alert.deleted", "payload": {"id": "{payload.id}"}, "key": "{payload.id}"}]}]}, file)
    process = subprocess.Popen(
        ["./tocsin", "bridge", "--config", config, "--url", URL, "--state", work + "/bridge-state",
         "--listen", f"127.0.0.1:{port}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV)
    check("bridges run", process.stdout.readline() == f"bridges of {config} are running\n")
    check("a post is taken", post_hook(port, "a") == 200)
    server.kill()
    server.wait(20)
    check("without the server a post is to come again", post_hook(port, "b") == 503)
    server = serve()
    end = time.time() + 60
    while post_hook(port, "b") != 200 and time.time() < end:
        time.sleep(0.1)
    check("the same post once more", post_hook(port, "b") == 200)
    check("each is one event", ids(before) == ["a", "b"], ids(before))
    status = run(f"./tocsin bridge status --state {work}/bridge-state")
    check("status of a folder", status.returncode == 0 and "garage" in status.stdout, status)
    process.terminate()
    check("SIGTERM ends bridges with 0", process.wait(20) == 0)
    said = process.stderr.read()
    check("that the server is away is said once", said.count("no connection to the hub") == 1, said)
    return server


shutil.rmtree(work + "/data", ignore_errors=True)
running = serve()
try:
    locales()
    outputs()
    surroundings()
    low_port()
    tails()
    java_options()
    clocks()
    signals(running)
    running = stream(running)
    running = file(running)
    running = bridges(running)
finally:
    running.terminate()
check("SIGTERM ends it with 0", running.wait(20) == 0)
if failures:
    sys.exit(f"{len(failures)} cases failed: {', '.join(failures)}")
