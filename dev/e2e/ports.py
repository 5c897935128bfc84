"""Ports for servers that are started again on the port that they had. On its own: prints one."""
import random
import socket
from pathlib import Path


def free_port():
    """A port that nobody uses, and that the system gives to nobody who leaves the choice to it: other tests run beside this one,
    and who tries to reach a server that has ended could be connected to itself."""
    lowest_given = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10_000, lowest_given)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


if __name__ == "__main__":
    print(free_port())
