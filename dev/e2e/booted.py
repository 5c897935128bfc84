"""The Debian package in a Debian of its own, whose first process is systemd: installed, configured, killed, upgraded, restarted
with the machine, removed. Wants root, and installs debootstrap where it is missing; a folder of 400 MB, a minute and a half.

    python3 dev/e2e/booted.py [FOLDER] [--suite bookworm]

The system runs in namespaces of its own (processes, mounts, host name, control groups), but in the network of this machine: the
port 8080, and one more, have to be free.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import checks
from checks import check
from ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_EXPOSED = 3.0
BOOT = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount -t sysfs -o ro sysfs "$1/sys"
mount -t tmpfs tmpfs "$1/run"
mount -t tmpfs tmpfs "$1/tmp"
if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
  mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
else
  mount -t tmpfs tmpfs "$1/sys/fs/cgroup"
  mkdir "$1/sys/fs/cgroup/systemd" "$1/sys/fs/cgroup/unified"
  mount -t cgroup -o none,name=systemd,xattr cgroup "$1/sys/fs/cgroup/systemd"
  mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup/unified"
fi
mount --rbind /dev "$1/dev"
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$1" /lib/systemd/systemd
"""
NAMESPACES = ("pid", "mount", "uts", "ipc", "cgroup")


class Machine:
    """A system in a folder, on or off."""

    def __init__(self, folder):
        self.folder = folder
        self.first = None

    def on(self):
        self.shell = subprocess.Popen(
            ["unshare", "--fork", "--kill-child", *("--" + one for one in NAMESPACES), "bash", "-c", BOOT, "boot", self.folder],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.until("it is up", lambda: self.find_first() and self.run("systemctl is-system-running")[1].strip() in ("running", "degraded"))

    def find_first(self):
        """The first process there is the only child of unshare here."""
        children = Path(f"/proc/{self.shell.pid}/task/{self.shell.pid}/children").read_text().split()
        self.first = children[0] if children else None
        return self.first and Path(f"/proc/{self.first}/comm").read_text().strip() == "systemd"

    def off(self):
        try:
            self.run("systemctl poweroff")
            self.shell.wait(timeout=60)
        finally:
            self.shell.kill()

    def run(self, command):
        done = subprocess.run(
            ["nsenter", "--target", self.first, "--pid", "--mount", "--uts", "--ipc", "--cgroup", "--root", "--wd", "env", "-i",
             "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "DEBIAN_FRONTEND=noninteractive", "bash", "-c", command],
            capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout + done.stderr

    def must(self, name, command):
        code, said = self.run(command)
        check(name, code == 0, said)
        return said

    def until(self, what, is_so, seconds=60):
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                check(what, False, self.run("systemctl --failed; journalctl -n 40 --no-pager")[1] if self.first else "")
                sys.exit(1)
            time.sleep(0.1)

    def is_ready(self, port):
        self.until(f"it is ready on {port}", lambda: self.run(f"curl -fs http://127.0.0.1:{port}/readyz")[0] == 0, 30)

    def events(self, port):
        return [event["payload"]["id"] for event in json.loads(self.run(f"curl -fs http://127.0.0.1:{port}/api/v1/events")[1])["events"]]

    def publish(self, port, number):
        body = json.dumps({"type": "alert.deleted", "payload": {"id": number}})
        self.must("an event is taken", f"curl -fs -H 'Content-Type: application/json' -d '{body}' http://127.0.0.1:{port}/api/v1/events")

    def service(self, what):
        return self.run(f"systemctl show --property {what} --value tocsin")[1].strip()


def packages(folder):
    """The package, and the same as the one after it."""
    done = subprocess.run(["dev/package", "deb"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    package = Path(done.stdout.split()[-1])
    after = folder / "after"
    subprocess.run(["dpkg-deb", "--raw-extract", package, after], check=True)
    control = after / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*", "Version: 999", control.read_text()))
    subprocess.run(["dpkg-deb", "-Znone", "--build", after, folder / "srv/after.deb"], check=True, stdout=subprocess.DEVNULL)
    shutil.copy(package, folder / "srv/first.deb")
    shutil.rmtree(after)


def debian(folder, suite):
    """A Debian with systemd and what is asked here, and nothing else."""
    if not shutil.which("debootstrap"):
        subprocess.run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", "debootstrap"], check=True, stdout=subprocess.DEVNULL)
    print(f"making a Debian {suite} in {folder}", flush=True)
    subprocess.run(["debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,curl", suite, folder],
                   check=True, stdout=subprocess.DEVNULL)


def test(machine):
    other = free_port()
    machine.must("it installs", "apt-get install -y /srv/first.deb")
    machine.is_ready(8080)
    machine.publish(8080, "1")
    main = machine.service("MainPID")
    status = machine.run(f"cat /proc/{main}/status; ps -o user= -p {main} 2>/dev/null || stat -c %U /proc/{main}")[1]
    check("the process has no rights, gets none, and is filtered", re.search(r"CapEff:\t0+\n", status)
          and "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status and "tocsin" in status, status)
    security = machine.run("systemd-analyze security tocsin --no-pager")[1]
    level = re.search(r"Overall exposure level for tocsin.service: ([\d.]+)", security)
    check(f"systemd calls it exposed by {level and level[1]}, {MOST_EXPOSED} at the most", level and float(level[1]) <= MOST_EXPOSED, security)
    machine.must("doctor has nothing to mend", "tocsin-doctor")

    machine.run(f"echo TOCSIN_PORT={other} >>/etc/default/tocsin; kill -9 {main}")
    machine.is_ready(other)
    check("killed, it comes back by itself, with its events and its new options", machine.service("NRestarts") == "1"
          and machine.events(other) == ["1"], machine.events(other))
    machine.must("it is upgraded", "apt-get install -y /srv/after.deb")
    machine.is_ready(other)
    check("an upgrade runs the new one on the same log", "999" in machine.run("dpkg -s tocsin")[1] and machine.events(other) == ["1"])

    machine.run("echo TOCSIN_RETAIN=soon >>/etc/default/tocsin; systemctl restart tocsin")
    machine.until("it ends", lambda: machine.service("ActiveState") == "failed")
    said = machine.run("journalctl -u tocsin -n 5 --no-pager -o cat")[1]
    check("a bad option is one sentence, and no start over and over", machine.service("NRestarts") == "0"
          and "'soon' is no time" in said and "TOCSIN_RETAIN" in said, said)
    machine.run("sed -i /RETAIN/d /etc/default/tocsin; systemctl restart tocsin")
    machine.is_ready(other)
    machine.publish(other, "2")

    machine.off()
    machine.on()
    machine.is_ready(other)
    check("it starts with the machine, and has its events", machine.events(other) == ["1", "2"], machine.events(other))
    said = machine.run("journalctl -u tocsin --no-pager -o cat")[1]
    check("it was stopped in good order", said.count("stopping") >= 3 and "Killing process" not in said, said)

    machine.must("it is removed", "apt-get remove -y tocsin")
    check("which keeps the log", machine.run("ls /var/lib/tocsin/events.db")[0] == 0)
    machine.must("it is installed again", "apt-get install -y /srv/first.deb")
    machine.is_ready(other)
    check("and has its events", machine.events(other) == ["1", "2"])
    machine.must("it is purged", "apt-get purge -y tocsin")
    left = machine.run("ls -d /var/lib/tocsin /var/log/tocsin /etc/default/tocsin /usr/lib/tocsin 2>/dev/null")[1]
    check("which leaves nothing but the user", not left.strip() and machine.run("id tocsin")[0] == 0, left)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", default="target/e2e/booted", type=Path)
    parser.add_argument("--suite", default="bookworm")
    options = parser.parse_args()
    if os.geteuid():
        sys.exit("booted: wants root, for a Debian of its own")
    folder = options.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    debian(folder, options.suite)
    packages(folder)
    machine = Machine(str(folder))
    try:
        machine.on()
        test(machine)
    finally:
        machine.off()
    checks.end("booted")


main()
