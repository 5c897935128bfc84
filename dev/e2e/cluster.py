"""Many gateways, one log: the packaged program on real NATS servers, from outside.

cluster.py [--long] [--keep] [PART...]

Parts: same (what two gateways tell is the same), keys (idempotency across them), ahead (positions that one of them has not come
to), away (NATS is gone, and comes back), unknown (nobody knows what became of an event), other (the stream is another one, and
its bucket), start (what a gateway does not start with), one (failures of one server), three (failures in a cluster of three),
partition (NATS cannot be reached from one gateway), balancer (nginx in front of two gateways), deployment (what Kubernetes would
start). Of some there is a second one on three NATS servers. They run in two lanes; --long takes more failures, each several times.
"""
import argparse
import functools
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

import access_client
import cluster_alike
import cluster_behind
import cluster_deployed
import cluster_failures
import cluster_refusals
import cluster_setting
import cluster_stream
from access_client import check, together
from nats_servers import program

# Each lane is worked off by itself: part, number of NATS servers, whether it is done only when asked for or in a long run.
LANES = [
    {"three": (cluster_failures.three, 3, False), "same on three": (cluster_alike.same, 3, False),
     "other": (cluster_stream.other, 1, False), "unknown": (cluster_behind.unknown, 1, False),
     "balancer": (cluster_deployed.balancer, 1, False), "deployment": (cluster_deployed.deployment, 3, False),
     "keys on three": (cluster_alike.keys, 3, True), "partition": (cluster_failures.partition, 1, True)},
    {"same": (cluster_alike.same, 1, False), "keys": (cluster_alike.keys, 1, False), "ahead": (cluster_behind.ahead, 1, False),
     "one": (cluster_failures.one, 1, False), "away": (cluster_behind.away, 1, False),
     "start": (cluster_refusals.start, 1, False), "away from three": (cluster_behind.away, 3, True),
     "partition on three": (cluster_failures.partition, 3, True)},
]


def run(name, part, folder):
    begin = time.monotonic()
    try:
        part(folder)
    except Exception:
        check(f"{name} comes to its end", False)
        traceback.print_exc()
    print(f"     cluster: {name}, {time.monotonic() - begin:.0f} s", flush=True)


def end_all():
    """A part that breaks off leaves its servers behind."""
    for hub in access_client.hubs:
        if hub.process and hub.process.poll() is None:
            hub.kill()
    for nats in cluster_setting.started:
        nats.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true", help="more failures, each several times")
    parser.add_argument("--keep", action="store_true", help="leave what the servers wrote")
    parser.add_argument("part", nargs="*", help="default: all")
    wanted = parser.parse_args()
    parts = [name for lane in LANES for name in lane]
    if unknown := set(wanted.part) - set(parts):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(parts)}")
    if program() is None:
        print("skip cluster: there is no nats-server")
        sys.exit(77)
    folder = Path(tempfile.mkdtemp(prefix="tocsin-cluster-"))

    def work_off(lane):
        for name, (part, count, seldom) in lane.items():
            if name in wanted.part or not wanted.part and (wanted.long or not seldom):
                run(name, functools.partial(part, count=count, long=wanted.long), folder / name.replace(" ", "-"))

    try:
        together(*(functools.partial(work_off, lane) for lane in LANES))
    finally:
        end_all()
        if wanted.keep or access_client.failures:
            print(f"     cluster: what the servers wrote is in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    cluster_failures.tell()
    print(f"{'FAIL' if access_client.failures else 'ok  '} cluster: {access_client.done} checks, {len(access_client.failures)} failed")
    sys.exit(1 if access_client.failures else 0)


if __name__ == "__main__":
    main()
