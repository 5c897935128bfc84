"""What a delivery costs the server in each form: WebSocket, server-sent events, lines of JSON. For an idle machine.
Usage: forms.py [--connections 1000] [--rate 100] [--rounds 3] [--seconds 10] [--most 1.1]

The forms take turns on one server, so that they share its warmth and whatever else the machine does. Ends with 1 when a
stream costs more than --most times what a WebSocket costs.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from server import ROOT, Server

FORMS = ("websocket", "sse", "ndjson")

options = argparse.ArgumentParser()
options.add_argument("--connections", type=int, default=1000)
options.add_argument("--rate", type=int, default=100)
options.add_argument("--rounds", type=int, default=3)
options.add_argument("--seconds", type=int, default=10)
options.add_argument("--most", type=float, default=1.1)
options = options.parse_args()


def cost(hub, form):
    """Microseconds of the server's CPU for each delivery."""
    run = subprocess.run(
        [str(ROOT / "tocsin"), "bench", "--url", hub.url, "--transport", form, "--connections", str(options.connections),
         "--rate", str(options.rate), "--warm-up", "3s", "--duration", f"{options.seconds}s", "--json"],
        capture_output=True, text=True, timeout=300)
    if run.returncode != 0:
        sys.exit(f"bench of {form} failed:\n{run.stderr}{run.stdout}")
    report = json.loads(run.stdout)
    return 1e6 * report["server_cpu"] / report["deliveries_per_second"], report["latency_ms"]["p99"]


def main():
    costs = {form: [] for form in FORMS}
    with tempfile.TemporaryDirectory() as folder:
        hub = Server(Path(folder) / "data", "--memory")
        hub.start()
        try:
            for round_number in range(options.rounds + 1):
                for form in FORMS:
                    micros, p99 = cost(hub, form)
                    if round_number == 0:
                        continue  # the compiler is still at it
                    costs[form].append(micros)
                    print(f"{form:10} {micros:6.3f} us a delivery, p99 {p99:.2f} ms", flush=True)
        finally:
            hub.stop()
    base = statistics.median(costs["websocket"])
    worst = 0
    for form in FORMS:
        ratio = statistics.median(costs[form]) / base
        worst = max(worst, ratio)
        print(f"{form:10} median {statistics.median(costs[form]):6.3f} us, {ratio:.3f} of a WebSocket's")
    sys.exit(1 if worst > options.most else 0)


main()
