"""permessage-deflate with a client that was not written here: every size of window, which zlib keeps to strictly."""
import asyncio
import json
import sys
import urllib.request

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

EVENTS = 10


def publish(url, i):
    event = {"type": "alert.deleted", "payload": {"id": f"d{i}", "reason": "motion in the garden; " * (10 + 200 * i)}}
    headers = {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(url + "/api/v1/events", json.dumps(event).encode(), headers)).close()


async def listen(url, bits):
    uri = url.replace("http", "ws", 1) + "/ws/events?events=alert.deleted"
    offer = ClientPerMessageDeflateFactory(server_max_window_bits=bits)
    async with websockets.connect(uri, extensions=[offer], compression=None, max_size=None) as socket:
        # Since its version 14 the library keeps them with the protocol.
        agreed = socket.extensions if hasattr(socket, "extensions") else socket.protocol.extensions
        assert [e.name for e in agreed] == ["permessage-deflate"], agreed
        await socket.recv()
        for i in range(EVENTS):
            await asyncio.to_thread(publish, url, i)
        ids = [json.loads(await socket.recv())["payload"]["id"] for _ in range(EVENTS)]
        assert ids == [f"d{i}" for i in range(EVENTS)], ids
        ping = {"action": "ping", "id": "x" * 3000}
        await socket.send(json.dumps(ping))
        assert json.loads(await socket.recv())["id"] == ping["id"]


async def main(url):
    for bits in [None, *range(8, 16)]:
        await listen(url, bits)


asyncio.run(main(sys.argv[1]))
