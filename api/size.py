"""No request is read further than its limit: what is too large is refused before it costs memory."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import rejected
from api.problems import Fault, Rejected, reject

LARGEST_BODY = 1024 * 1024
LARGEST_FILE = 20 * 1024 * 1024
_UPLOADS = frozenset({"/api/files", "/api/statements"})
_FORM = 64 * 1024
"""What a form puts around a file."""


class Sized:
    """The middleware that counts what comes in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as long as it is small enough (413)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = LARGEST_FILE + _FORM if scope["path"] in _UPLOADS else LARGEST_BODY
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isascii() and declared.isdigit() and int(declared[:12]) > limit:
            answer = await rejected(Request(scope), too_large(limit))
            await answer(scope, receive, send)
            return
        await self._app(scope, _Counted(receive, limit), send)


class _Counted:
    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._read = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self._limit:
            raise too_large(self._limit)
        return message


def too_large(limit: int) -> Rejected:
    """Build the refusal of a body above its limit."""
    return reject(Fault.SIZE, f"the body is larger than {limit} bytes", f"请求内容超过 {limit} 字节", limit_bytes=limit)
