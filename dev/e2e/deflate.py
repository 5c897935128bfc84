"""permessage-deflate with clients that were not written here: every size of window, which zlib keeps to strictly; and event
types that are never compressed, beside others.

    python3 dev/e2e/deflate.py URL
    python3 dev/e2e/deflate.py --never SCRIPT    (deflate.mjs, beside Node's ws; starts a server of its own)
"""
import asyncio
import json
import subprocess
import sys
import tempfile
import urllib.request

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate

from server import Server

EVENTS = 10
TEXT = "motion in the garden; "


def post(url, body, content_type="application/json"):
    headers = {"Content-Type": content_type}
    urllib.request.urlopen(urllib.request.Request(url + "/api/v1/events", body.encode(), headers)).close()


def publish(url, i):
    post(url, json.dumps({"type": "alert.deleted", "payload": {"id": f"d{i}", "reason": TEXT * (10 + 200 * i)}}))


def agreed(socket):
    """The extension that was agreed on."""
    # Since its version 14 the library keeps them with the protocol.
    extensions = socket.extensions if hasattr(socket, "extensions") else socket.protocol.extensions
    assert [e.name for e in extensions] == ["permessage-deflate"], extensions
    return extensions[0]


async def listen(url, bits):
    uri = url.replace("http", "ws", 1) + "/ws/events?events=alert.deleted"
    offer = ClientPerMessageDeflateFactory(server_max_window_bits=bits)
    async with websockets.connect(uri, extensions=[offer], compression=None, max_size=None) as socket:
        agreed(socket)
        await socket.recv()
        for i in range(EVENTS):
            await asyncio.to_thread(publish, url, i)
        ids = [json.loads(await socket.recv())["payload"]["id"] for _ in range(EVENTS)]
        assert ids == [f"d{i}" for i in range(EVENTS)], ids
        ping = {"action": "ping", "id": "x" * 3000}
        await socket.send(json.dumps(ping))
        assert json.loads(await socket.recv())["id"] == ping["id"]


async def windows(url):
    for bits in [None, *range(8, 16)]:
        await listen(url, bits)


def note_compression():
    """Has each connection note of its messages whether they came compressed."""
    decode = PerMessageDeflate.decode

    def noting(self, frame, **bounds):
        if frame.opcode == 1:
            self.__dict__.setdefault("noted", []).append(bool(frame.rsv1))
        return decode(self, frame, **bounds)

    PerMessageDeflate.decode = noting


class Python:
    """A client of Python's websockets."""

    @classmethod
    async def open(cls, url, query):
        self = cls()
        self.socket = await websockets.connect(
            url.replace("http", "ws", 1) + "/ws/events" + query, compression=None, max_size=None,
            extensions=[ClientPerMessageDeflateFactory()])
        self.extension = agreed(self.socket)
        self.place = -1
        await self.message()
        return self

    async def message(self):
        text = await self.socket.recv()
        self.place += 1
        return self.extension.noted[self.place], len(text.encode()), json.loads(text)

    async def events(self, count):
        """So many events: each with whether it came compressed, and its length."""
        got = []
        while len(got) < count:
            message = await self.message()
            if "previous" in message[2]:
                got.append(message)
        await self.socket.close()
        return got


class Node:
    """A client of Node's ws."""

    @classmethod
    async def open(cls, url, query, script, count):
        self = cls()
        self.process = await asyncio.create_subprocess_exec(
            "node", script, url, query, str(count), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        answer = (await self.process.stderr.readline()).decode()
        assert answer.startswith("permessage-deflate"), answer
        assert await self.process.stderr.readline() == b"message\n"
        return self

    async def events(self, count):
        lines = (await self.process.communicate())[0].splitlines()
        assert len(lines) == count, len(lines)
        return [(line["compressed"], line["length"], line["event"]) for line in map(json.loads, lines)]


def check(name, published, got):
    """Events arrive whole, compressed exactly if they are long enough and may be."""
    assert [(e["type"], e["payload"]) for _, _, e in got] == [(e["type"], e["payload"]) for e in published], name
    for compressed, length, event in got:
        wanted = length >= 256 and not event["type"].startswith("alert.")
        assert compressed == wanted, (name, event["sequence"], event["type"], length, compressed)
    assert len({(event["type"], compressed) for compressed, _, event in got}) == 3, name
    print("ok   " + name, flush=True)


def mixed(count, repeat):
    """Events of a type that is never compressed beside others, short and long."""
    events = []
    for i in range(count):
        text = TEXT * (i % 5 * repeat)
        alert = {"id": f"a{i}", "reason": text}
        job = {"job_id": f"j{i}", "job_type": "sweep", "progress": i % 100, "status": "running", "message": text}
        events.append({"type": "job.progress", "payload": job} if i % 3 else {"type": "alert.deleted", "payload": alert})
    return events


async def never(script):
    note_compression()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder + "/data", "--no-deflate-for", "ALERT.d*,plant.*")
        server.start()
        url = server.url
        try:
            events = mixed(60, 30)
            live = {"Python, live": await Python.open(url, ""),
                    "Node, live": await Node.open(url, "", script, len(events))}
            # One request, so that they come together.
            lines = "\n".join(map(json.dumps, events))
            await asyncio.to_thread(post, url, lines, "application/x-ndjson")
            for name, client in live.items():
                check(name, events, await client.events(len(events)))
            later = {"Python, later": await Python.open(url, "?since=0"),
                     "Node, later": await Node.open(url, "?since=0", script, len(events))}
            for name, client in later.items():
                check(name, events, await client.events(len(events)))

            # It takes nothing until all is published, which is more than sockets hold.
            behind = await Python.open(url, "")
            many = mixed(1_200, 600)
            for event in many:
                post(url, json.dumps(event))
            figures = urllib.request.urlopen(url + "/metrics").read().decode()
            assert "\ntocsin_connections_behind 1" in figures, figures
            check("Python, behind", many, await behind.events(len(many)))
        finally:
            assert server.stop() == 0
        log = open(f"{folder}/data.log").read()
        warning = "warning: --no-deflate-for plant.* matches no event type of this server's catalog"
        assert log.count("--no-deflate-for") == 1 and warning in log, log


if sys.argv[1] == "--never":
    asyncio.run(never(sys.argv[2]))
else:
    asyncio.run(windows(sys.argv[1]))
