"""A long run of many gateways on one log: 40 clients with filters, under keys with grants, that go from one of three gateways to
another with their position and ask for something else there, while NATS servers and gateways fail. What each must get is known
from the log. See soak.py --cluster."""
import contextlib
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import access_client
import cluster_setting
from cluster_account import Account
from cluster_clients import Jumper, Pipeliner, Producer
from cluster_failures import Failures
from cluster_interests import Interest
from cluster_setting import Setting, alert, job
from nats_servers import Proxy, program

CLIENTS = 40
REASONS = ["fire", "smoke", "wind"]
KINDS = ["encode", "train", "scan"]
LABELS = ["person", "car", "dog"]

# What a key may read, as patterns with a filter or none; None is everything.
GRANTS = [None, None,
          [(["alert.*"], None)],
          [(["job.*"], {"job_type": ["train", "scan"]}), (["alert.*"], {"reason": "fire"})],
          [(["*"], None), (["alert.*"], {"reason": "wind"})],
          [(["detection.*"], {"confidence": {"min": 0.5}})],
          [(["*.progress", "detection.new"], None)]]
ASKED = [(["*"], None), (["alert.*"], None), (["alert.*"], {"reason": ["fire", "wind"]}), (["alert.*"], {"reason": {"not": "fire"}}),
         (["job.*"], {"progress": {"min": 30, "max": 70}}), (["job.*", "detection.*"], None), (["job.progress"], {"job_type": "train"}),
         (["detection.new"], {"label": ["car", "dog"], "confidence": {"min": 0.3}}), (["detection.*", "alert.deleted"], None),
         (["*.progress"], {"job_type": {"not": ["scan"]}, "progress": {"max": 50}})]


class Varied(Producer):
    """Publishes what filters tell apart."""

    def event(self, name):
        return varied(self.rng, name)


class VariedPipeliner(Pipeliner):
    def event(self, name):
        return varied(self.rng, name)


def varied(rng, name):
    kind = rng.randrange(3)
    if kind == 0:
        return alert(name, rng.choice(REASONS))
    if kind == 1:
        event = job(name, rng.randrange(100))
        event["payload"]["job_type"] = rng.choice(KINDS)
        return event
    return {"type": "detection.new", "payload": {"detection_id": name, "label": rng.choice(LABELS), "camera_id": "yard",
                                                 "confidence": rng.randrange(100) / 100, "timestamp": "2026-01-01T00:00:00Z"}}


class Crowd:
    """The clients, each with a key and what it may ask for; some producers."""

    def __init__(self, gateways, rng):
        self.rng = rng
        self.keys = [gateways[0].key(f"grant-{i}", subscribe=grant and [
            {"events": patterns, **({"where": where} if where else {})} for patterns, where in grant])
            for i, grant in enumerate(GRANTS)]
        for gateway in gateways:
            gateway.write_keys()

    def __call__(self, account):
        producers = [Varied(account, f"{account.salt}-{i}", keyed=i % 2 == 1, pause=0.03) for i in range(4)]
        producers.append(VariedPipeliner(account, f"{account.salt}-p", burst=4))
        return producers, [self.client(account, f"{account.salt}-c{i}", i) for i in range(CLIENTS)]

    def client(self, account, name, i):
        grants, key = GRANTS[i % len(GRANTS)], self.keys[i % len(GRANTS)]
        interests = [Interest(patterns, where, grants) for patterns, where in self.rng.sample(ASKED, 5)]
        return Jumper(account, name, interests, lambda gateway: key, stay=15)


def run(minutes, seed):
    if program() is None:
        print("skip soak of a cluster: there is no nats-server")
        sys.exit(77)
    rng = random.Random(seed)
    random.seed(seed)
    folder = Path(tempfile.mkdtemp(prefix="tocsin-soak-"))
    good = False
    try:
        with Setting(folder / "cluster", 3, 2, cluster="no_advertise: true") as setting, contextlib.ExitStack() as stack:
            proxies = [stack.enter_context(Proxy(nats.port)) for nats in setting.nats.all]
            setting.add("g3", ",".join(proxy.url for proxy in proxies))
            good = soak(setting, proxies, minutes, rng)
    finally:
        for hub in access_client.hubs:
            if hub.process and hub.process.poll() is None:
                hub.kill()
        for nats in cluster_setting.started:
            nats.kill()
        if good:
            shutil.rmtree(folder)
        else:
            print(f"what the servers wrote is in {folder}")
    print(f"{'ok  ' if good else 'FAIL'} {minutes:g} minutes, seed {seed}")
    sys.exit(0 if good else 1)


def soak(setting, proxies, minutes, rng):
    failures = Failures(setting)

    def parted(account):
        """NATS cannot be reached from the third gateway."""
        begin = rng.choice([Proxy.hold, Proxy.refuse, Proxy.hold_answers])
        for proxy in proxies:
            begin(proxy)
        time.sleep(rng.uniform(1, 14))
        for proxy in proxies:
            proxy.release()

    happenings = [failures.leader_killed, failures.leader_stopped, failures.leader_frozen, failures.another_killed,
                  failures.majority_killed, failures.all_killed, failures.gateway_killed, failures.gateway_killed_in_flight,
                  failures.gateway_stopped, parted]
    account = Account(setting.gateways, Crowd(setting.gateways, rng))
    begin, counts, round = time.monotonic(), {}, []
    while time.monotonic() < begin + minutes * 60 and not account.faults:
        time.sleep(rng.uniform(2, 8))
        # Each once before one comes again.
        round = round or rng.sample(happenings, len(happenings))
        happen = round.pop()
        happen(account)
        account.await_each(20)
        counts[happen.__name__] = counts.get(happen.__name__, 0) + 1
        print(f"{(time.monotonic() - begin) / 60:5.1f} min  {happen.__name__}: {len(account.acknowledged)} acknowledged, "
              f"{len(account.uncertain)} uncertain, {len(account.unanswered)} unanswered, {sum(j.count for j in account.jumpers)} "
              f"delivered in {sum(j.jumps for j in account.jumpers)} connections", flush=True)
    row = account.settle("all", begin)
    for fault in account.faults + access_client.failures:
        print(f"FAIL {fault}")
    stretches = sum(len(jumper.stretches) for jumper in account.jumpers)
    print(f"{row.acknowledged} acknowledged, {row.uncertain} uncertain and {row.unanswered} unanswered ({row.stored} of these are "
          f"there), {row.refused} refused, {account.repeated} uncertain ones repeated with their keys; {row.delivered} delivered to "
          f"{CLIENTS} clients in {stretches} stretches, each held against the log; {row.lost} lost, {row.doubled} doubled, "
          f"{row.renumbered} renumbered; nothing taken for {row.silence:.1f} s at most")
    print(f"failures: {counts}")
    return not account.faults and not access_client.failures
