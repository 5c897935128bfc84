"""The Java client publishes through restarts, with no code for it in the application (Publisher.java).

restarts.py [COUNT]

The server is started after the application, and then killed again and again. Each time its last answers are
lost, and while it is away a proxy answers in its place: 404, 403, a redirect. In the end the log has each
event once, in order, with the sequence that the application was told.
"""
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from server import ROOT, Server

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 300
ANSWERS = [b"404 Not Found", b"403 Forbidden", b"302 Found\r\nLocation: /maintenance", b"502 Bad Gateway"]


class Proxy:
    """Passes connections on, or answers in the server's place, or loses what the server says."""

    def __init__(self):
        self.port = None  # of the server
        self.answer = ANSWERS[0]
        self.losing = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.run, daemon=True).start()

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self):
        while True:
            client = self.listener.accept()[0]
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client:
            try:
                if (answer := self.answer) is not None:
                    client.recv(65536)
                    client.sendall(b"HTTP/1.1 " + answer + b"\r\nContent-Length: 0\r\n\r\n")
                    return
                with socket.create_connection(("127.0.0.1", self.port)) as server:
                    threading.Thread(target=self.up, args=(client, server), daemon=True).start()
                    while data := server.recv(65536):
                        if not self.losing:
                            client.sendall(data)
            except OSError:
                pass
            finally:
                try:
                    client.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    @staticmethod
    def up(client, server):
        try:
            while data := client.recv(65536):
                server.sendall(data)
        except OSError:
            pass


def main():
    folder = Path(tempfile.mkdtemp(prefix="tocsin-restarts-"))
    server = Server(folder / "data")
    proxy = Proxy()
    subprocess.run([str(ROOT / "tocsin"), "--version"], check=True, stdout=subprocess.DEVNULL)
    java = subprocess.run(
        ["sh", "-c", ". dev/jdk.sh && find_java && echo \"$java_home/bin/java\""],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    application = subprocess.Popen(
        [java, "-cp", str(ROOT / "app/target/tocsin/lib/*"), "dev/e2e/Publisher.java", proxy.url, str(COUNT)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True)
    time.sleep(3)
    restarts = 0
    server.start()
    proxy.port = server.port
    try:
        while application.poll() is None:
            proxy.losing, proxy.answer = False, None
            time.sleep(1)
            if application.poll() is not None or restarts == 4:
                break
            proxy.losing = True
            time.sleep(0.2)
            for answer in ANSWERS:
                proxy.answer = answer
                if answer is ANSWERS[0]:
                    server.kill()
                time.sleep(0.2)
            server.start()
            restarts += 1
        told = [int(line) if line.strip().isdigit() else line for line in application.communicate(timeout=60)[0].split("\n")[:-1]]
        log = [(event["payload"]["id"], event["sequence"]) for event in server.history()]
    finally:
        application.kill()
        server.kill()
    wanted = [f"a-{i}" for i in range(1, COUNT + 1)]
    faults = [what for what in told if not isinstance(what, int)]
    if faults or [name for name, _ in log] != wanted or [sequence for _, sequence in log] != told:
        print(f"FAIL {len(log)} events in the log for {COUNT} published, {len(set(log))} of them different; {faults[:3]}")
        sys.exit(1)
    print(f"{COUNT} events through {restarts} restarts: each in the log once, in order")


main()
