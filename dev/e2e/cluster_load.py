"""Gateways that share a log on JetStream, producers and clients that jump between them, and the account of it all: what was
acknowledged, what is uncertain, what came."""
import fnmatch
import http.client
import json
import random
import threading
import time
import urllib.parse

from access_client import Hub, Socket, bearer, request


class Gateway(Hub):
    """One of the servers; all have the same keys."""

    def __init__(self, folder, name, urls, replicas, *options, like=None):
        super().__init__(folder, name, "--jetstream", urls, "--jetstream-replicas", str(replicas), *options)
        if like:
            self.keys, self.owner, self.alerts = like.keys, like.owner, like.alerts
        else:
            self.owner = self.key("root")
            self.alerts = self.key("alerts", subscribe=[{"events": ["alert.*"]}])
        self.write_keys()

    def ask(self, path, key=None):
        return request(self.port, "GET", path, None, bearer(key or self.owner))

    def publish(self, event, key=None, timeout=30):
        """Status and answer; None when the connection broke, so that nobody knows."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            headers = {"Content-Type": "application/json", **bearer(self.owner)}
            connection.request("POST", "/api/v1/events", json.dumps(event),
                               {**headers, "Idempotency-Key": key} if key else headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()

    def events(self, query="", key=None, since=0):
        """The whole history, oldest first."""
        events = []
        while True:
            answer = self.ask(f"/api/v1/events?since={since}&limit=1000{query}", key)
            page = answer.json
            assert answer.status == 200 and not page.get("gaps"), page
            events += page["events"]
            if page["next_since"] == since:
                return events
            since = page["next_since"]

    def stats(self):
        return self.ask("/api/v1/stats").json

    @property
    def epoch(self):
        return self.stats()["epoch"]

    def ready(self):
        answer = self.ask("/readyz")
        return answer.status, answer.json

    def socket_at(self, query, key=None):
        return Socket(self.port, query, bearer(key or self.owner))


def alert(name, more="x"):
    return {"type": "alert.deleted", "payload": {"id": name, "reason": more}}


def job(name, progress=1):
    return {"type": "job.progress", "payload": {"job_id": name, "job_type": "t", "progress": progress, "status": "running"}}


def name_of(event):
    return event["payload"].get("id") or event["payload"].get("job_id")


class Producer(threading.Thread):
    """Publishes as fast as it is answered, with keys, which it repeats at whichever gateway until it is settled, or each event
    once and without a key."""

    def __init__(self, account, name, keyed):
        super().__init__(daemon=True)
        self.account, self.name, self.keyed = account, name, keyed
        self.rng = random.Random(name)

    def run(self):
        number = 0
        while not self.account.stopped.is_set():
            number += 1
            name = f"{self.name}-{number}"
            event = alert(name, "x" * 200) if number % 3 else job(name, number % 100)
            (self.settle if self.keyed else self.try_once)(event, name)
            time.sleep(self.account.pause)

    def settle(self, event, name):
        while True:
            answer = self.account.any_gateway(self.rng).publish(event, name)
            if answer and answer[0] == 201:
                return self.account.acknowledge(name, answer[1]["sequence"])
            if answer and answer[0] != 503:
                return self.account.fault(f"{name} with its key: {answer}")
            if answer and answer[1].get("details", {}).get("uncertain"):
                self.account.count("uncertain with a key")
            time.sleep(0.05)

    def try_once(self, event, name):
        answer = self.account.any_gateway(self.rng).publish(event)
        if answer is None:
            return self.account.note(self.account.unheard, name)
        if answer[0] == 201:
            return self.account.acknowledge(name, answer[1]["sequence"])
        if answer[0] != 503:
            return self.account.fault(f"{name}: {answer}")
        uncertain = answer[1].get("details", {}).get("uncertain")
        if uncertain and "key" not in answer[1]["detail"]:
            self.account.fault(f"nobody says to repeat it with its key: {answer}")
        self.account.note(self.account.uncertain if uncertain else self.account.refused, name)


class Jumper(threading.Thread):
    """A client that goes from one gateway to another with its position."""

    def __init__(self, account, name, patterns, alerts_only):
        super().__init__(daemon=True)
        self.account, self.patterns, self.alerts_only = account, patterns, alerts_only
        self.rng = random.Random(name)
        self.position, self.got = account.start, []
        self.jumps = 0

    def run(self):
        while not self.account.over.is_set():
            gateway = self.account.any_gateway(self.rng)
            key = gateway.alerts if self.alerts_only else gateway.owner
            query = urllib.parse.urlencode(
                {"events": ",".join(self.patterns), "since": self.position, "epoch": self.account.epoch})
            try:
                socket = gateway.socket_at("?" + query, key)
            except (OSError, ValueError, IndexError):
                time.sleep(0.1)
                continue
            if socket.status == 101:
                self.jumps += 1
                self.read(socket, time.monotonic() + self.rng.uniform(0.3, 4))
            else:
                time.sleep(0.1)

    def read(self, socket, until):
        taken = 0
        while time.monotonic() < until and not self.account.over.is_set():
            with socket.changed:
                if len(socket.messages) == taken and not socket.over:
                    socket.changed.wait(0.2)
                fresh = socket.messages[taken:]
                ended = socket.over
            for message in fresh:
                self.take(message, taken)
                taken += 1
            if ended and not fresh:
                break
        socket.close()

    def take(self, message, index):
        if index == 0:
            self.expect(message["payload"]["epoch"] == self.account.epoch, f"another epoch: {message}")
        elif "previous" in message:
            self.expect(message["sequence"] > self.position >= message["previous"], f"after {self.position}: {message}")
            self.position = message["sequence"]
            self.got.append((message["sequence"], name_of(message)))
        elif message.get("action") == "resumed":
            self.expect(message["complete"] and message["since"] == self.position, f"at {self.position}: {message}")
        elif message.get("action") == "gap" or message.get("type") == "error":
            self.account.fault(f"at {self.position}: {message}")

    def expect(self, good, words):
        if not good:
            self.account.fault(words)

    def wanted(self, event):
        return (any(fnmatch.fnmatch(event["type"], pattern) for pattern in self.patterns)
                and (not self.alerts_only or event["type"].startswith("alert.")))


class Account:
    """What was promised while servers failed, and whether it was kept."""

    def __init__(self, gateways, pause=0.01, producers=4, jumpers=6):
        self.gateways, self.pause = gateways, pause
        self.alive = list(gateways)
        self.epoch = gateways[0].epoch
        self.start = gateways[0].stats()["newest_sequence"]
        self.lock = threading.Lock()
        self.stopped, self.over = threading.Event(), threading.Event()
        self.acknowledged, self.faults, self.counts = {}, [], {}
        self.unheard, self.uncertain, self.refused = set(), set(), set()
        salt = f"{time.time():.3f}"
        self.producers = [Producer(self, f"{salt}-{'k' if i % 2 else 'p'}{i}", i % 2 == 1) for i in range(producers)]
        patterns = [["*"], ["alert.*"], ["job.*"], ["alert.deleted", "job.progress"]]
        self.jumpers = [Jumper(self, f"j{i}", patterns[i % 4], i % 5 == 4) for i in range(jumpers)]
        for thread in self.producers + self.jumpers:
            thread.start()

    def any_gateway(self, rng):
        with self.lock:
            return rng.choice(self.alive)

    def without(self, gateway):
        """Nobody goes there any more."""
        with self.lock:
            self.alive.remove(gateway)

    def with_again(self, gateway):
        with self.lock:
            self.alive.append(gateway)

    def acknowledge(self, name, sequence):
        with self.lock:
            if self.acknowledged.setdefault(name, sequence) != sequence:
                self.faults.append(f"{name} was given {self.acknowledged[name]}, then {sequence}")

    def note(self, names, name):
        with self.lock:
            names.add(name)

    def count(self, what):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    def fault(self, words):
        with self.lock:
            if len(self.faults) < 20:
                self.faults.append(words)

    def await_progress(self, count, seconds=60):
        """Waits until so many more are acknowledged; how long that took."""
        begin = time.monotonic()
        wanted = len(self.acknowledged) + count
        while len(self.acknowledged) < wanted and time.monotonic() < begin + seconds:
            time.sleep(0.02)
        if len(self.acknowledged) < wanted:
            self.fault(f"{seconds} s without {count} acknowledged events")
        return time.monotonic() - begin

    def settle(self):
        """Ends the load, and holds everything against the log. The faults."""
        self.stopped.set()
        for producer in self.producers:
            producer.join(60)
        log = self.gateways[0].events(since=self.start)
        end = time.monotonic() + 60
        newest = {jumper: max((e["sequence"] for e in log if jumper.wanted(e)), default=self.start) for jumper in self.jumpers}
        while time.monotonic() < end and any(jumper.position < newest[jumper] for jumper in self.jumpers):
            time.sleep(0.05)
        self.over.set()
        for jumper in self.jumpers:
            jumper.join(30)
        self.hold_against(log)
        return self.faults

    def hold_against(self, log):
        plain = [(e["sequence"], name_of(e)) for e in log]
        for other in self.gateways[1:]:
            if other.epoch != self.epoch:
                self.fault(f"{other.folder.name} has the epoch {other.epoch}, not {self.epoch}")
            if other.events(since=self.start) != log:
                self.fault(f"{other.folder.name} tells another history")
        where = {}
        for sequence, name in plain:
            if name in where:
                self.fault(f"{name} is there twice: {where[name]} and {sequence}")
            where[name] = sequence
        for name, sequence in self.acknowledged.items():
            if where.get(name) != sequence:
                self.fault(f"{name} was acknowledged as {sequence}, and is at {where.get(name)}")
        for name in self.refused:
            if name in where:
                self.fault(f"{name} was refused for good, and is at {where[name]}")
        self.stored = sum(name in where for name in self.uncertain | self.unheard)
        foreign = set(where) - set(self.acknowledged) - self.uncertain - self.unheard
        if foreign:
            self.fault(f"nobody published {sorted(foreign)[:3]}")
        for jumper in self.jumpers:
            wanted = [(e["sequence"], name_of(e)) for e in log if jumper.wanted(e)]
            if jumper.got != wanted:
                differ = next((pair for pair in zip(wanted, jumper.got) if pair[0] != pair[1]), None)
                self.fault(f"a client of {jumper.patterns} got {len(jumper.got)} events, not {len(wanted)}: {differ}")

    def __str__(self):
        return (f"{len(self.acknowledged)} acknowledged, {len(self.uncertain)} uncertain and {len(self.unheard)} without an answer "
                f"({getattr(self, 'stored', '?')} of these are there), {len(self.refused)} refused; "
                f"{self.counts.get('uncertain with a key', 0)} uncertain ones repeated; {sum(j.jumps for j in self.jumpers)} jumps")
