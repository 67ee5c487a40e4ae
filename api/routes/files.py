"""A file is known by the hash of its content: the same content is stored once and never changes."""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Response, UploadFile

from api.authorisation import may_read_upload, may_see_bank_files
from api.bodies import require
from api.deps import CallerDep, Edge, EdgeDep, caller_of
from api.size import LARGEST_FILE
from domain.refusal import Code, Refused, refuse
from domain.value import Value
from storage.entries import FileHand
from storage.operations.edge import entities_handing_in, hand_in_file, hands_of, stored_file, uploaded_file
from storage.queries.bank_statements import entities_of_file

router = APIRouter(tags=["files"], dependencies=[Depends(caller_of)])
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OPENED_IN_PLACE = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})


class Stored(Value):
    """A stored file: name it by ``sha256``, e.g. as evidence."""

    sha256: str
    size: int
    media_type: str
    name: str


@router.post("/api/files", status_code=201, summary="Store a purchase order, proof or signed document. 上传文件")
async def upload(edge: EdgeDep, caller: CallerDep, file: UploadFile) -> Stored:
    """Store it; the same content again is the same file."""
    content = await file.read()
    require(0 < len(content) <= LARGEST_FILE, "file", "must have 1 byte to 20 MiB", "文件须为 1 字节至 20 MiB")
    name = _CONTROL.sub("", file.filename or "file").encode(errors="replace").decode()[:200]
    given = (file.content_type or "").lower()
    media_type = given if _MEDIA_TYPE.fullmatch(given) else "application/octet-stream"
    hand = FileHand(person=caller.id, roles=caller.roles)
    digest = await edge.database.write(hand_in_file, content, media_type, name, hand, caller.entity, edge.now())
    return Stored(sha256=digest, size=len(content), media_type=media_type, name=name)


@router.get("/api/files/{sha256}", summary="Read a stored file. 下载文件", response_class=Response)
async def download(
    edge: EdgeDep, caller: CallerDep, sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
) -> Response:
    """Return an upload; what a browser could run is only saved, never opened.

    What a bank sent is for those who handle money in the legal entity whose account it is of. What was uploaded with
    a key limited to a legal entity is for that entity's people; whose it is among them, `may_read_upload` says.
    """
    found = await edge.database.read(uploaded_file, sha256)
    of_bank = await edge.database.read(entities_of_file, sha256)
    if of_bank is not None:
        may_see_bank_files(caller.roles)
        if not all(caller.sees(entity) for entity in of_bank):
            raise _none(sha256)
    handed_in = await edge.database.read(entities_handing_in, sha256)
    if of_bank is None and handed_in and not any(entity == "" or caller.sees(entity) for entity in handed_in):
        raise _none(sha256)
    if of_bank is None:
        may_read_upload(caller.id, caller.roles, await edge.database.read(hands_of, sha256))
    return shown(found.content, found.media_type, found.name)


def _none(digest: str) -> Refused:
    return refuse(Code.NOTFOUND, f"there is no file {digest}", f"没有文件 {digest}")


async def kept(edge: Edge, digest: str, name: str) -> Response:
    """Return a document of ours by its hash, as it was sent."""
    file = await edge.database.read(stored_file, digest)
    return shown(file.content, file.media_type, name)


def shown(content: bytes, media_type: str, name: str, *, keep: str = "max-age=31536000, immutable") -> Response:
    """Return a file as an answer, safe to open in a browser; one that may change next time is kept by nobody."""
    way = "inline" if media_type in _OPENED_IN_PLACE else "attachment"
    headers = {
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": f"private, {keep}",
    }
    return Response(content, media_type=media_type, headers=headers)
