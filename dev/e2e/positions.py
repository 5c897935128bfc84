"""Runs the client of docs/protocol.md, "Positions", as it stands there, through a connection that breaks at
every point of the handshake, and at every two of them in turn.

positions.py [--naive]

It has to get every event once, in order, and to be told of nothing lost. With --naive it takes what
connection.established tells for its position although it is resuming, as a reader may who reads in haste:
then the script has to fail.
"""
import asyncio
import json
import re
import sys
import tempfile
from itertools import product
from pathlib import Path

from server import ROOT, Server

# Where the connection breaks: before it is taken, with somebody else's answer, or after so many frames of the
# server; .5 is in the middle of the next one. Frame 1 is connection.established, 2 resumed, 3 the first event.
POINTS = ["no answer", "404", "302", 0, 0.5, 1, 1.5, 2, 2.5, 3]
FOREIGN = {
    "404": b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
    "302": b"HTTP/1.1 302 Found\r\nLocation: /maintenance\r\nContent-Length: 0\r\n\r\n",
}


def client(naive):
    text = (ROOT / "docs" / "protocol.md").read_text()
    code = re.search(r"```python\n(.*?)```", text[text.index("### Positions"):], re.DOTALL).group(1)
    if naive:
        code, replaced = re.subn(r"resuming, pause = position is not None,", "resuming, pause = False,", code)
        assert replaced == 1, "the naive client is the same with another line"
        code = code.replace("        if resuming:\n", "        if position is not None:\n")
    names = {"__name__": "docs"}
    exec(compile(code, "docs/protocol.md", "exec"), names)
    names["FIRST_DELAY"], names["LONGEST_DELAY"] = 0.01, 0.02
    return names["follow"]


class BreakingProxy:
    """Passes connections on to a server, each with the fate that is next in `fates`."""

    def __init__(self, port):
        self.port = port
        self.fates = []
        self.open = asyncio.Event()
        self.writers = set()

    async def start(self):
        self.listener = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        return self.listener.sockets[0].getsockname()[1]

    def cut(self):
        """Breaks what is connected, and takes nobody until `open` is set."""
        self.open.clear()
        for writer in list(self.writers):
            writer.transport.abort()

    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            await self.open.wait()
            fate = self.fates.pop(0) if self.fates else None
            if fate == "no answer":
                return
            head = await reader.readuntil(b"\r\n\r\n")
            if fate in FOREIGN:
                writer.write(FOREIGN[fate])
                await writer.drain()
                return
            there, back = await asyncio.open_connection("127.0.0.1", self.port)
            self.writers.add(back)
            back.write(head)
            up = asyncio.create_task(self.pass_up(reader, back))
            try:
                await self.pass_down(there, writer, fate)
            finally:
                up.cancel()
                back.transport.abort()
                self.writers.discard(back)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            self.writers.discard(writer)

    async def pass_up(self, reader, back):
        while data := await reader.read(65536):
            back.write(data)

    async def pass_down(self, there, writer, fate):
        writer.write(await there.readuntil(b"\r\n\r\n"))
        await writer.drain()
        frames = 0
        while fate is None or frames < int(fate):
            writer.write(await frame(there))
            await writer.drain()
            frames += 1
        if fate != int(fate):
            data = await frame(there)
            writer.write(data[:len(data) // 2])
            await writer.drain()
        await asyncio.sleep(0.02)  # what was written arrives before the break


async def frame(reader):
    """One frame of a server, as it came."""
    head = await reader.readexactly(2)
    size = head[1] & 0x7F
    more = await reader.readexactly({126: 2, 127: 8}.get(size, 0))
    return head + more + await reader.readexactly(int.from_bytes(more, "big") if more else size)


async def run(server, follow):
    proxy = BreakingProxy(server.port)
    port = await proxy.start()
    proxy.open.set()
    got, arrived, published = [], asyncio.Condition(), []

    async def consume():
        async for what in follow(f"ws://127.0.0.1:{port}", ["alert.*"], 0):
            async with arrived:
                got.append(what[1]["payload"]["id"] if what[0] == "event" else what)
                arrived.notify_all()

    async def publish():
        published.append(f"a-{len(published) + 1}")
        body = json.dumps({"type": "alert.deleted", "payload": {"id": published[-1]}})
        status, answer = await asyncio.to_thread(
            server.request, "POST", "/api/v1/events", body, {"Content-Type": "application/json"})
        assert status == 201, answer

    async def has_all(where):
        async with arrived:
            try:
                await asyncio.wait_for(arrived.wait_for(lambda: len(got) >= len(published)), 10)
            except asyncio.TimeoutError:
                pass
        if got != published:
            missing = [event for event in published if event not in got]
            told = [what for what in got if what not in published]
            print(f"FAIL break at {where}: missing {missing}, told besides {told}, got {len(got)} of {len(published)}")
            return False
        return True

    consumer = asyncio.create_task(consume())
    await publish()
    good = await has_all("no point")
    for fates in [(point,) for point in POINTS] + list(product(POINTS, POINTS)):
        if not good:
            break
        proxy.cut()
        proxy.fates = list(fates)
        await publish()
        await publish()
        proxy.open.set()
        while proxy.fates:
            await asyncio.sleep(0.005)
        await publish()
        good = await has_all(" and then at ".join(map(str, fates)))
    consumer.cancel()
    if good:
        print(f"{len(POINTS)} points, and each after each: {len(published)} events, each once, in order")
    return good


def main():
    folder = Path(tempfile.mkdtemp(prefix="tocsin-positions-"))
    server = Server(folder / "data", "--memory")
    server.start()
    try:
        good = asyncio.run(run(server, client("--naive" in sys.argv)))
    finally:
        server.kill()
    sys.exit(0 if good else 1)


main()
