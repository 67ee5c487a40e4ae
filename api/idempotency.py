"""A POST is answered once: its key with the same content gets the first answer, with other content E_IDEM."""

import hashlib
import re
import uuid
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy import Connection
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.callers import Caller
from api.deps import CallerDep, Edge, EdgeDep, KeyDep
from domain.value import Value
from storage.entries import KeptAnswer
from storage.operations.edge import keep_answer, kept_answer

_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class SecondComer(Exception):
    """Another request with the same key was answered meanwhile; this transaction is undone."""

    def __init__(self, answer: KeptAnswer) -> None:
        super().__init__("answered by another request")
        self.answer = answer


class EchoedKey:
    """The middleware that gives every POST a key and sends it back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its key in the state."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        key = Headers(scope=scope).get("idempotency-key", "") or str(uuid.uuid4())
        scope.setdefault("state", {})["idempotency_key"] = key

        async def echo(message: Message) -> None:
            if message["type"] == "http.response.start" and _KEY.fullmatch(key):
                MutableHeaders(scope=message)["Idempotency-Key"] = key
            await send(message)

        await self._app(scope, receive, echo)


class Once:
    """One request that changes our own tables, with the key that makes a repeat harmless.

    Attributes:
        repeated: this key was answered before.
    """

    def __init__(self, edge: Edge, caller: Caller, key: str, digest: str) -> None:
        self._edge = edge
        self._scope = caller.id
        self._key = key
        self._digest = digest
        self.repeated = False

    async def write(self, status: int, make: Callable[[Connection], Value]) -> Response:
        """Run one transaction and answer with what it made, or with the first answer (E_IDEM)."""
        answer = await self.first(status, make)
        return Response(answer.response, answer.status, media_type="application/json")

    async def first(self, status: int, make: Callable[[Connection], Value]) -> KeptAnswer:
        """Run one transaction and return what it made, or what the first one made (E_IDEM)."""
        try:
            return await self._edge.database.write(self._answer, status, make)
        except SecondComer as second:
            self.repeated = True
            return second.answer

    def _answer(self, connection: Connection, status: int, make: Callable[[Connection], Value]) -> KeptAnswer:
        if (kept := kept_answer(connection, self._scope, self._key, self._digest)) is not None:
            self.repeated = True
            return kept
        mine = KeptAnswer(status=status, response=make(connection).model_dump_json())
        first = keep_answer(connection, self._scope, self._key, self._digest, mine, self._edge.now())
        if first != mine:
            raise SecondComer(first)
        return mine


async def once_of(request: Request, edge: EdgeDep, caller: CallerDep, key: KeyDep) -> Once:
    """Bind a key to the call and its body."""
    content = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await request.body()
    return Once(edge, caller, key, hashlib.sha256(content).hexdigest())


OnceDep = Annotated[Once, Depends(once_of)]


def submission_id(caller: Caller, key: str) -> str:
    """Return the id by which the workflow answers a command once: nobody can use another's key."""
    return f"{caller.id}:{key}"
