"""The packages: built as anybody builds them, and started where there is no Java but theirs.

    python3 dev/e2e/packages.py [FOLDER] [tar] [deb] [image]

What this machine cannot do is told as skipped: the image and the maintainer scripts want root, some checks lintian.
"""
import hashlib
import http.client
import io
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import checks
from checks import check
from ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
KINDS = ("tar", "deb", "image")
named = [word for word in sys.argv[1:] if word not in KINDS]
WORK = Path(named[0] if named else "target/e2e/packages").resolve()
WANTED = [word for word in sys.argv[1:] if word in KINDS] or list(KINDS)
MOST_EXPOSED = 3.0
# What the script that starts the program takes from the machine; java is not among it.
TOOLS = ("sh", "readlink", "locale", "grep", "env", "cat", "uname", "id")

# Jackson asks for java.beans of java.desktop, and does without where there is none.
DONE_WITHOUT = {"java.desktop"}

# Our own archives, owners and all; an older Python knows no filters and takes them as they are.
TRUSTED = {"filter": "fully_trusted"} if hasattr(tarfile, "fully_trusted_filter") else {}


def skip(name):
    print("skip " + name, flush=True)


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, **more)
    return done.returncode, done.stdout + done.stderr


def without_java():
    """An environment in which no Java is to be found."""
    tools = WORK / "bin"
    if not tools.exists():
        tools.mkdir()
        for tool in TOOLS:
            if found := shutil.which(tool):
                (tools / tool).symlink_to(Path(found).resolve())
    return {"PATH": str(tools), "HOME": str(WORK), "LANG": "C.UTF-8"}


def certificate():
    """Files of a certificate for 127.0.0.1 that vouches for itself."""
    cert, key = WORK / "cert.pem", WORK / "key.pem"
    if not cert.exists():
        code, said = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                         "-keyout", key, "-out", cert)
        assert code == 0, said
        key.chmod(0o644)
    return cert, key


class Program:
    """A server of a package. `before` stands in front of the command: whatever puts it into its surroundings."""

    def __init__(self, command, environment, options, before=(), tls=False):
        self.command, self.environment, self.options, self.before, self.tls = command, environment, options, before, tls
        self.port = free_port()
        self.process = None
        self.seconds = 0.0

    def start(self):
        began = time.time()
        self.process = subprocess.Popen(
            [*map(str, self.before), str(self.command), "serve", "--port", str(self.port), *map(str, self.options)],
            env=self.environment, stdout=subprocess.PIPE, stderr=open(WORK / "server.log", "a"), text=True, cwd=WORK,
            start_new_session=True)
        line = self.process.stdout.readline()
        self.seconds = time.time() - began
        if not line.startswith("listening on "):
            sys.exit(f"FAIL the server does not start: {line!r}; see {WORK}/server.log\n{(WORK / 'server.log').read_text()[-2000:]}")

    def kill(self, how=signal.SIGKILL):
        """The server itself; what stands before it ends with it."""
        os.killpg(self.process.pid, how)
        return self.process.wait()

    def request(self, method, path, body=None):
        context = ssl.create_default_context(cafile=WORK / "cert.pem") if self.tls else None
        connection = (http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context) if self.tls
                      else http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def publish(self, number):
        return self.request("POST", "/api/v1/events", json.dumps(
            {"type": "alert.deleted", "payload": {"id": str(number)}}))

    def history(self):
        return [event["payload"]["id"] for event in self.request("GET", "/api/v1/events?since=0&limit=1000")[1]["events"]]


def published_and_killed(name, program):
    """Publishes, kills, starts again: nothing is lost."""
    program.start()
    first = program.seconds
    answers = [program.publish(number)[0] for number in range(20)]
    program.kill()
    program.start()
    check(f"{name}: what was published is there after kill -9 and a start",
          answers == [201] * 20 and program.history() == [str(number) for number in range(20)], (answers, program.history()))
    return min(first, program.seconds)


def told(name, path, seconds):
    print(f"     {name}: {path.stat().st_size / 2**20:.1f} MiB, starts in {seconds:.2f} s", flush=True)


def build(kind):
    done = subprocess.run([ROOT / "dev/package", kind], stdout=subprocess.PIPE, text=True, timeout=600)
    check(f"dev/package {kind}", done.returncode == 0)
    if done.returncode:
        sys.exit(1)
    return Path(done.stdout.strip().splitlines()[-1])


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def installed_by_hand(path):
    """What docs/service.md has typed to put the program in its place: a folder of ours instead of the one of the unit."""
    place = WORK / "opt"
    typed = (ROOT / "docs/service.md").read_text().split("```sh\n", 1)[1].split("```", 1)[0]
    for line in typed.splitlines():
        if "/opt/tocsin" in line:
            line = line.partition(" #")[0].rstrip()
            here = line.replace("sudo ", "").replace("/opt/tocsin", str(place)).replace("target/packages/tocsin-*-linux-*.tar.gz", str(path))
            code, said = run("sh", "-c", here, cwd=ROOT)
            check(f"tar: docs/service.md: {line}", code == 0, said)
    unit = (ROOT / "deploy/systemd/tocsin.service").read_text()
    program = unit.partition("\nExecStart=/opt/tocsin/")[2].split()[0]
    code, said = run("sh", "-c", '"$0" --version', place / program, env=without_java())
    check("tar: then the program is where the unit looks for it", code == 0 and said.startswith("tocsin "), said)


def test_tar(path):
    with tarfile.open(path) as tar:
        names = tar.getmembers()
        check("tar: one folder, all of the same age, of nobody",
              len({member.name.split("/")[0] for member in names}) == 1 and len({member.mtime for member in names}) == 1
              and {member.uid for member in names} == {0})
        tar.extractall(WORK / "tar", **TRUSTED)
    folder = next((WORK / "tar").iterdir())
    code, said = run(folder / "tocsin", "--version", env=without_java())
    check("tar: the version, without any Java in the PATH", code == 0 and said.startswith("tocsin "), said)
    cert, key = certificate()
    server = Program(folder / "tocsin", without_java(),
                     ["--data", WORK / "tar-data", "--tls-cert", cert, "--tls-key", key], tls=True)
    seconds = published_and_killed("tar, with TLS", server)
    java = os.readlink(f"/proc/{server.process.pid}/exe")
    check("tar: it runs on its own Java", java == str(folder / "runtime/bin/java"), java)
    tail = subprocess.Popen([folder / "tocsin", "tail", "--json", "--url", f"https://127.0.0.1:{server.port}", "--ca", cert],
                            env=without_java(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for _ in range(300):
        if server.request("GET", "/api/v1/stats")[1]["total_connections"] == 1:
            break
        time.sleep(0.1)
    server.publish("live")
    line = tail.stdout.readline()
    check("tar: tail shows what is published, over TLS", json.loads(line)["payload"]["id"] == "live", line)
    tail.kill()
    code, said = run(folder / "tocsin", "doctor", "--json", "--port", server.port, "--data", WORK / "tar-data", "--tls-cert", cert,
                     "--tls-key", key, env=without_java())
    found = {finding["subject"] for finding in json.loads(said)["findings"]}
    check("tar: doctor looks at all of it", {"program", "files", "memory", "data", "clock", "log", "tls", "server"} <= found, said)
    check("tar: SIGTERM ends it in order", server.kill(signal.SIGTERM) == 0)
    told("tar", path, seconds)
    installed_by_hand(path)
    code, said = run("jdeps", "--ignore-missing-deps", "--multi-release", "25", "--print-module-deps", "--class-path",
                     ":".join(map(str, (folder / "lib").glob("*.jar"))), *(folder / "lib").glob("tocsin-*.jar"))
    if code == 0:
        needed = set(said.strip().splitlines()[-1].split(","))
        held = {line.strip() for line in (ROOT / "dev/packages/modules").read_text().splitlines() if not line.startswith("#")}
        check("tar: the modules of Java that its classes name are there", needed - DONE_WITHOUT <= held, needed - held)
    else:
        skip("tar: jdeps is not in the PATH")


def unit_is_hardened(folder):
    unit = folder / "usr/lib/systemd/system/tocsin.service"
    check("deb: the unit reads /etc/default/tocsin and starts the program",
          "\nEnvironmentFile=-/etc/default/tocsin\nExecStart=/usr/bin/tocsin serve\n" in unit.read_text(), unit.read_text())
    if not shutil.which("systemd-analyze"):
        skip("deb: systemd-analyze is not here")
        return
    here = WORK / "tocsin.service"
    here.write_text(unit.read_text().replace("/usr/bin/tocsin", "/bin/true"))
    code, said = run("systemd-analyze", "verify", here)
    check("deb: systemd has nothing to say to the unit", code == 0 and not said.strip(), said)
    code, said = run("systemd-analyze", "security", "--offline=true", "--threshold", int(MOST_EXPOSED * 10), "--no-pager", here)
    level = re.search(r"Overall exposure level for .*?: ([0-9.]+)", said)
    check(f"deb: the unit is exposed {level and level[1]}, {MOST_EXPOSED} at the most", code == 0, said[-500:])


def maintained(path):
    """The maintainer scripts, in a root of their own: installed, upgraded, removed, purged."""
    if os.geteuid() or not all(map(shutil.which, ("dpkg", "systemd-sysusers", "deb-systemd-helper"))):
        skip("deb: the maintainer scripts want root, dpkg, systemd-sysusers and deb-systemd-helper")
        return
    root = WORK / "deb-root"
    for name in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "etc", "usr/bin"):
        (root / name).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()

    def dpkg(*words):
        code, said = run("dpkg", f"--root={root}", "--force-depends", "--force-script-chrootless", "--force-confold",
                         "--log=/dev/null", *words, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        check("deb: dpkg " + words[0], code == 0, said)

    dpkg("--install", path)
    check("deb: the user is there", re.search(r"^tocsin:", (root / "etc/passwd").read_text(), re.MULTILINE) is not None)
    wants = root / "etc/systemd/system/multi-user.target.wants/tocsin.service"
    check("deb: the service is enabled", wants.is_symlink())
    data = root / "var/lib/tocsin"
    data.mkdir(parents=True, exist_ok=True)
    (data / "events.db").write_text("a log")
    (root / "etc/default/tocsin").write_text("TOCSIN_PORT=9000\n")
    dpkg("--install", path)
    check("deb: an upgrade keeps data and options", (data / "events.db").read_text() == "a log"
          and (root / "etc/default/tocsin").read_text() == "TOCSIN_PORT=9000\n")
    dpkg("--remove", "tocsin")
    check("deb: remove keeps both, and takes the program",
          (data / "events.db").exists() and (root / "etc/default/tocsin").exists() and not (root / "usr/lib/tocsin").exists())
    dpkg("--purge", "tocsin")
    check("deb: purge takes all but the user", not data.exists() and not (root / "etc/default/tocsin").exists()
          and "tocsin" in (root / "etc/passwd").read_text() and not wants.is_symlink())


def test_deb(path):
    code, said = run("dpkg-deb", "--info", path)
    check("deb: it is one", code == 0 and "Package: tocsin" in said, said)
    code, said = run("dpkg-deb", "--contents", path)
    check("deb: all is root's", code == 0 and all(line.split()[1] == "root/root" for line in said.splitlines()), said[:500])
    folder = WORK / "deb"
    run("dpkg-deb", "--extract", path, folder)
    unit_is_hardened(folder)
    environment = without_java()
    given = [line for line in (folder / "etc/default/tocsin").read_text().splitlines() if line and not line.startswith("#")]
    check("deb: its options are all off as they come", not given, given)
    # As the unit says it: the data by the environment.
    environment["TOCSIN_DATA"] = str(WORK / "deb-data")
    server = Program(folder / "usr/bin/tocsin", environment, [])
    seconds = published_and_killed("deb, by its link in usr/bin", server)
    server.kill(signal.SIGTERM)
    maintained(path)
    if shutil.which("lintian"):
        code, said = run("lintian", "--fail-on", "error,warning", *(["--allow-root"] if not os.geteuid() else []), path)
        check("deb: lintian", code == 0, said)
    else:
        skip("deb: lintian is not here")
    told("deb", path, seconds)


def blob(tar, described):
    data = tar.extractfile("blobs/sha256/" + described["digest"].removeprefix("sha256:")).read()
    assert len(data) == described["size"] and hashlib.sha256(data).hexdigest() == described["digest"].removeprefix("sha256:")
    return data


def test_image(path):
    with tarfile.open(path) as tar:
        index = json.load(tar.extractfile("index.json"))
        manifest = json.loads(blob(tar, index["manifests"][0]))
        config = json.loads(blob(tar, manifest["config"]))
        layer = blob(tar, manifest["layers"][0])
        docker = json.load(tar.extractfile("manifest.json"))[0]
    check("image: an OCI layout whose digests are right, and a docker save",
          docker["Config"] == "blobs/sha256/" + manifest["config"]["digest"].removeprefix("sha256:")
          and docker["RepoTags"][1] == "tocsin:local" and len({entry["digest"] for entry in index["manifests"]}) == 1
          and docker["Layers"] == ["blobs/sha256/" + manifest["layers"][0]["digest"].removeprefix("sha256:")], docker)
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        members = {member.name.removeprefix("./"): member for member in tar.getmembers()}
        own = {name for name, member in members.items() if member.uid or name != "tmp" and member.mode & 0o022 and not member.issym()}
        check("image: nothing but the data can be written by its user", own == {"data"} and members["data"].uid == 10001, own)
        check("image: nothing has a right of its own", not [name for name, member in members.items() if member.mode & 0o6000])
        root = WORK / "image-root"
        if not os.geteuid():
            tar.extractall(root, **TRUSTED, numeric_owner=True)
    settings = config["config"]
    check("image: a user without rights, a health check, an entry",
          settings["User"] == "10001:10001" and settings["Healthcheck"]["Test"][0] == "CMD"
          and settings["Entrypoint"][0].removeprefix("/") in members, settings)
    if os.geteuid() or not shutil.which("unshare"):
        skip("image: it is started by root, with unshare")
        return
    # What a runtime of containers does: namespaces, the root file system read-only, /proc, /dev, a /tmp and the volume, no rights.
    script = WORK / "contained"
    script.write_text(f"""#!/bin/sh
set -e
mount --bind {root} {root}
mount -t proc proc {root}/proc
mount --rbind /dev {root}/dev
mount -t tmpfs -o mode=1777 tmpfs {root}/tmp
mount --bind {WORK}/image-data {root}/data
mount -o remount,bind,ro {root}
exec chroot --userspec=10001:10001 --groups=10001 {root} "$@"
""")
    script.chmod(0o755)
    data = WORK / "image-data"
    data.mkdir(mode=0o700)
    os.chown(data, 10001, 10001)
    environment = dict(entry.split("=", 1) for entry in settings["Env"])
    contained = ["/usr/bin/unshare", "--mount", "--pid", "--fork", "--kill-child", "--", script]
    server = Program(settings["Entrypoint"][0], {**environment, "PATH": environment["PATH"] + ":/usr/sbin:/usr/bin"}, settings["Cmd"][1:],
                     before=contained)
    # A container is reached from without, so everybody is asked; here it listens on loopback.
    server.options = ["--data", "/data"]
    seconds = published_and_killed("image", server)
    code, said = run(*contained, "/opt/tocsin/healthy", env={"PATH": "/bin:/usr/bin:/usr/sbin", "TOCSIN_PORT": str(server.port)})
    check("image: the health check is content", code == 0, said)
    code, said = run(*contained, "/bin/sh", "-c", "echo x >/tmp/x && echo x >/x", env={"PATH": "/bin:/usr/bin:/usr/sbin"})
    check("image: its root file system is read-only", code != 0 and "Read-only" in said, said)
    server.kill(signal.SIGTERM)
    code, said = run(*contained, "/opt/tocsin/healthy", env={"PATH": "/bin:/usr/bin:/usr/sbin", "TOCSIN_PORT": str(server.port)})
    check("image: and is not when the server has gone", code != 0, said)
    told("image", path, seconds)


shutil.rmtree(WORK, ignore_errors=True)
WORK.mkdir(parents=True)
for kind in WANTED:
    built = build(kind)
    {"tar": test_tar, "deb": test_deb, "image": test_image}[kind](built)
    if kind == "tar":
        before = digest(built)
        check("tar: built again, it is the same to the byte", digest(build(kind)) == before)
checks.end("packages")
