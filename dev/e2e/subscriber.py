"""Subscribes to patterns and prints every event it gets, until the server closes."""
import asyncio
import json
import sys

import websockets


async def main(url, patterns):
    uri = url.replace("http", "ws", 1) + "/ws/events"
    async with websockets.connect(uri, max_size=None) as socket:
        await socket.recv()
        await socket.send(json.dumps({"action": "subscribe", "events": patterns}))
        try:
            async for text in socket:
                message = json.loads(text)
                if "sequence" in message and "payload" in message:
                    print(text, flush=True)
        except websockets.ConnectionClosed as end:
            print("closed", end.code, file=sys.stderr)


asyncio.run(main(sys.argv[1], sys.argv[2:]))
