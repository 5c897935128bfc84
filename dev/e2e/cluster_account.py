"""The account of a failure: what was acknowledged, what is uncertain, what came, and for how long nothing did."""
import collections
import threading
import time

from cluster_clients import Jumper, Pipeliner, Producer
from cluster_interests import Interest
from cluster_setting import name_of

# One line of the table. Times in seconds: for how long nobody was acknowledged, and those of the slowest gateway.
Row = collections.namedtuple("Row", "name acknowledged uncertain unanswered stored refused delivered lost doubled renumbered "
                                    "silence slowest")
PATTERNS = [["*"], ["alert.*"], ["job.*"], ["alert.deleted", "job.progress"]]


def usual_crowd(account):
    """Four producers, two that have hundreds in flight, and six clients."""
    producers = [Producer(account, f"{account.salt}-{i}", keyed=i % 2 == 1) for i in range(4)]
    pipeliners = [Pipeliner(account, f"{account.salt}-p{i}") for i in range(2)]
    jumpers = [Jumper(account, f"j{i}", [Interest(patterns)]) for i, patterns in enumerate(PATTERNS)]
    with_less = [Jumper(account, f"r{i}", [Interest(patterns, grants=[(["alert.*"], None)])], lambda gateway: gateway.alerts)
                 for i, patterns in enumerate(PATTERNS[:2])]
    return producers + pipeliners, jumpers + with_less


class Account:
    """What a crowd of producers and clients sees, from now on until it is settled."""

    def __init__(self, gateways, crowd=usual_crowd):
        self.gateways = gateways
        self.alive = list(gateways)
        self.epoch = gateways[0].epoch
        self.start = max(gateway.stats()["newest_sequence"] for gateway in gateways)
        self.lock = threading.Lock()
        self.stopped, self.over = threading.Event(), threading.Event()
        self.acknowledged, self.faults = {}, []
        self.unanswered, self.uncertain, self.refused = set(), set(), set()
        self.repeated = self.stored = self.lost = self.doubled = self.renumbered = 0
        # When each gateway has acknowledged something.
        self.moments = {gateway: [] for gateway in gateways}
        self.salt = f"{time.time():.3f}"
        self.producers, self.jumpers = crowd(self)
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

    def acknowledge(self, gateway, name, sequence):
        with self.lock:
            self.moments[gateway].append(time.monotonic())
            first = self.acknowledged.setdefault(name, sequence)
        if first != sequence:
            self.renumbered += 1
            self.fault(f"{name} was given {first}, then {sequence}")

    def not_acknowledged(self, name, status, answer):
        """An event without a key that was answered otherwise, or not at all (0)."""
        uncertain = answer.get("details", {}).get("uncertain")
        if status not in (0, 503):
            self.fault(f"{name}: {answer}")
        if uncertain and "key" not in answer["detail"]:
            self.fault(f"nobody says to repeat it with its key: {answer}")
        with self.lock:
            (self.unanswered if status == 0 else self.uncertain if uncertain else self.refused).add(name)

    def fault(self, words):
        with self.lock:
            if len(self.faults) < 20:
                self.faults.append(words)

    def await_each(self, count, gateways=None, seconds=90):
        """Waits until each gateway has acknowledged so many more."""
        begin = time.monotonic()
        wanted = {gateway: len(self.moments[gateway]) + count for gateway in gateways or self.alive}
        while (late := [g.name for g, goal in wanted.items() if len(self.moments[g]) < goal]) and time.monotonic() < begin + seconds:
            time.sleep(0.02)
        if late:
            self.fault(f"{seconds} s without {count} acknowledged events at {late}")

    def silence(self, begin, gateways):
        """For how long those together acknowledged nothing, since the beginning of the failure."""
        with self.lock:
            moments = sorted(moment for gateway in gateways for moment in self.moments[gateway] if moment >= begin)
        return max((b - a for a, b in zip([begin] + moments, moments)), default=0.0)

    def settle(self, name, begin):
        """Ends the load, holds everything against the log, and draws up the line."""
        silence = self.silence(begin, self.gateways)
        slowest = max(self.silence(begin, [gateway]) for gateway in self.gateways)
        self.stopped.set()
        for producer in self.producers:
            producer.join(90)
            if producer.is_alive():
                self.fault("a producer does not come to its end")
        log = [slim(event) for event in self.gateways[0].pages(since=self.start)]
        newest = {jumper: max((e["sequence"] for e in log if jumper.interest.wants(e)), default=self.start) for jumper in self.jumpers}
        end = time.monotonic() + 90
        while time.monotonic() < end and any(jumper.position < newest[jumper] for jumper in self.jumpers):
            time.sleep(0.05)
        self.over.set()
        for jumper in self.jumpers:
            jumper.join(30)
        self.hold_against_log(log)
        self.hold_clients_against(log)
        return Row(name, len(self.acknowledged), len(self.uncertain), len(self.unanswered), self.stored, len(self.refused),
                   sum(jumper.count for jumper in self.jumpers), self.lost, self.doubled, self.renumbered, silence, slowest)

    def hold_against_log(self, log):
        for other in self.gateways:
            if other.epoch != self.epoch:
                self.fault(f"{other.name} has the epoch {other.epoch}, not {self.epoch}")
            if [slim(event) for event in other.pages(since=self.start)] != log:
                self.renumbered += 1
                self.fault(f"{other.name} tells another history")
        where = {}
        for event in log:
            name = name_of(event)
            if name in where:
                self.doubled += 1
                self.fault(f"{name} is there twice: {where[name]} and {event['sequence']}")
            where[name] = event["sequence"]
        for name, sequence in self.acknowledged.items():
            if name not in where:
                self.lost += 1
                self.fault(f"{name} was acknowledged as {sequence}, and is lost")
            elif where[name] != sequence:
                self.renumbered += 1
                self.fault(f"{name} was acknowledged as {sequence}, and is at {where[name]}")
        for name in self.refused & set(where):
            self.fault(f"{name} was refused for good, and is at {where[name]}")
        self.stored = sum(name in where for name in self.uncertain | self.unanswered)
        foreign = set(where) - set(self.acknowledged) - self.uncertain - self.unanswered
        if foreign:
            self.fault(f"nobody published {sorted(foreign)[:3]}")

    def hold_clients_against(self, log):
        for jumper in self.jumpers:
            for interest, got, wanted in jumper.differences(log):
                self.lost += len(set(wanted) - set(got))
                self.doubled += len(got) - len(set(got))
                differ = next((pair for pair in zip(wanted, got) if pair[0] != pair[1]), None)
                self.fault(f"a client of {interest} got {len(got)} events, not {len(wanted)}: {differ}")


def slim(event):
    """What is held against the log: all but what is the same for all, or follows from the rest."""
    return {"sequence": event["sequence"], "type": event["type"], "payload": event["payload"], "timestamp": event["timestamp"]}


def table(rows):
    """The lines of a table, for people."""
    heads = ["failure", "acknowledged", "uncertain", "unanswered", "of these there", "refused", "delivered",
             "lost", "doubled", "renumbered", "nothing taken for", "by one gateway"]
    lines = [heads] + [[f"{cell:.1f} s" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines)]
    return [" | ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths)))
            for line in lines]
