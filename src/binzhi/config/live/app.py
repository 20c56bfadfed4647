"""The ASGI application of the live process: `GET /live/<hotel>` answers with events until the screen closes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
from asgiref.sync import sync_to_async

from binzhi.config.live import gate
from binzhi.config.live.hub import Change, Hub, Listener

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_HEARTBEAT = 15.0
# A stream ends after some minutes and the browser comes back: who was signed out by then does not get in again.
_LIFE = (240.0, 360.0)


class Live:
    """Listeners come and go; one hub reads for all of them."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._hub: Hub | None = None
        self._reader: asyncio.Task[None] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._listen(scope, receive, send)

    def _open_hub(self) -> Hub:
        if self._hub is None:
            self._hub = Hub(self._conninfo)
            self._reader = asyncio.create_task(self._hub.run())
        return self._hub

    async def _listen(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        origin, parts = headers.get("origin", ""), scope["path"].strip("/").split("/")
        if scope["method"] != "GET" or len(parts) != 2 or parts[0] != "live":
            return await _refuse(send, 404)
        if not gate.same_house(origin, headers.get("host", "")):
            return await _refuse(send, 403)
        hotel_id = await sync_to_async(gate.hotel_for, thread_sensitive=False)(
            cookies=headers.get("cookie", ""), code=parts[1]
        )
        if hotel_id is None:
            return await _refuse(send, 403, origin)
        hub = self._open_hub()
        listener = hub.join(hotel_id)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [
                (b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"),
                *_cors(origin),
            ]})  # fmt: skip
            await _stream(listener, receive, send)
        finally:
            hub.leave(listener)
        return None


async def _stream(listener: Listener, receive: Receive, send: Send) -> None:
    ends = asyncio.get_running_loop().time() + random.uniform(*_LIFE)  # noqa: S311 - spreads those who come back
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await _say(send, b": here\nretry: 2000\n\n")
        while not gone.done() and (left := ends - asyncio.get_running_loop().time()) > 0:
            told = asyncio.ensure_future(listener.queue.get())
            await asyncio.wait({told, gone}, timeout=min(left, _HEARTBEAT), return_when=asyncio.FIRST_COMPLETED)
            if told.done():
                await _say(send, _event(told.result()))
            else:
                told.cancel()
                await _say(send, b":\n\n")
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


def _event(change: Change | None) -> bytes:
    if change is None:
        return b"event: look\ndata: {}\n\n"
    data = {"topic": change.topic, "subject": change.subject, "id": change.subject_id}
    return b"id: %d\nevent: change\ndata: %s\n\n" % (change.id, orjson.dumps(data))


def _cors(origin: str) -> list[tuple[bytes, bytes]]:
    if not origin:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"origin"),
    ]


async def _refuse(send: Send, status: int, origin: str = "") -> None:
    headers = [(b"content-type", b"text/plain"), *_cors(origin)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
