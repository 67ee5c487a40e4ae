"""What the edge must do once: answer a key, take a message in, store a file, know a key, keep a setting."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, insert, select, update

from domain.refusal import Code, refuse
from storage.entries import ApiKey, FileHand, KeptAnswer, StoredFile
from storage.json_text import words, words_text
from storage.operations.statements import Upsert
from storage.tables.edge import API_KEY, DOCUMENT, FILE, FILE_HAND, FILE_HANDED_IN, IDEMPOTENCY_KEY, INBOX, META

_OPEN_KEY = Upsert(IDEMPOTENCY_KEY, ["scope", "key"], changes=())
_TAKE_IN = Upsert(INBOX, ["source", "message_id"], changes=())
_STORE_FILE = Upsert(FILE, ["sha256"], changes=())
_HAND = Upsert(FILE_HAND, ["sha256", "person"], changes=())
_HAND_IN = Upsert(FILE_HANDED_IN, ["sha256", "entity"], changes=())
_PUT_META = Upsert(META, ["name"])


def kept_answer(connection: Connection, scope: str, key: str, digest: str) -> KeptAnswer | None:
    """Return the first answer to an idempotency key, or none when it was not answered yet.

    Args:
        scope: whose key it is, e.g. the person's id; keys of different scopes are different.
        digest: the hash of the request's content.

    Raises:
        Refused: the key came with other content (E_IDEM).
    """
    row = connection.execute(
        select(IDEMPOTENCY_KEY).where(IDEMPOTENCY_KEY.c.scope == scope, IDEMPOTENCY_KEY.c.key == key)
    ).first()
    if row is None:
        return None
    if row.digest != digest:
        raise refuse(
            Code.IDEM,
            f"the key {key} was used for another request: use a new key, or send the same content",
            f"幂等键 {key} 已用于其他请求：请换用新键或发送相同内容",
            key=key,
        )
    return KeptAnswer(status=row.status, response=row.response)


def keep_answer(
    connection: Connection, scope: str, key: str, digest: str, answer: KeptAnswer, at: datetime
) -> KeptAnswer:
    """Keep the answer to an idempotency key; return the first one, should another have been first (E_IDEM)."""
    row = {"scope": scope, "key": key, "digest": digest, "at": at} | dict(answer)
    connection.execute(_OPEN_KEY.of(connection), row)
    return kept_answer(connection, scope, key, digest) or answer


def take_in(connection: Connection, source: str, message_id: str, digest: str, at: datetime) -> bool:
    """Note a webhook's message; false when it was seen before, whatever it says now."""
    row = {"source": source, "message_id": message_id, "digest": digest, "received_at": at}
    return connection.execute(_TAKE_IN.of(connection).returning(INBOX.c.message_id), row).first() is not None


def store_file(connection: Connection, content: bytes, media_type: str, name: str, by: str, at: datetime) -> str:
    """Store a file and return the SHA-256 it is known by; the same content is stored once, under its first name."""
    digest = sha256(content).hexdigest()
    row = {
        "sha256": digest, "media_type": media_type, "name": name, "size": len(content), "content": content,
        "uploaded_by": by, "at": at,
    }  # fmt: skip
    connection.execute(_STORE_FILE.of(connection), row)
    return digest


def hand_in_file(
    connection: Connection, content: bytes, media_type: str, name: str, hand: FileHand, entity: str, at: datetime
) -> str:
    """Store what a person uploads with a key of a legal entity, or of all (empty); return its SHA-256."""
    digest = store_file(connection, content, media_type, name, hand.person, at)
    connection.execute(_HAND_IN.of(connection), {"sha256": digest, "entity": entity})
    row = {"sha256": digest, "person": hand.person, "roles": ",".join(hand.roles)}
    connection.execute(_HAND.of(connection), row)
    return digest


def hands_of(connection: Connection, digest: str) -> tuple[FileHand, ...]:
    """Return who handed a file in; none for one that was handed in before that was kept."""
    found = select(FILE_HAND.c.person, FILE_HAND.c.roles).where(FILE_HAND.c.sha256 == digest)
    return tuple(
        FileHand(person=row.person, roles=tuple(filter(None, row.roles.split(","))))
        for row in connection.execute(found.order_by(FILE_HAND.c.person))
    )


def entities_handing_in(connection: Connection, digest: str) -> frozenset[str]:
    """Return with the keys of which legal entities a file was uploaded; an empty name stands for a key of all."""
    found = select(FILE_HANDED_IN.c.entity).where(FILE_HANDED_IN.c.sha256 == digest)
    return frozenset(connection.execute(found).scalars())


def uploaded_file(connection: Connection, digest: str) -> StoredFile:
    """Return a file that people have uploaded; a document of ours is found under its own address (E_NOTFOUND)."""
    if connection.execute(select(DOCUMENT.c.key).where(DOCUMENT.c.sha256 == digest)).first() is not None:
        raise refuse(
            Code.NOTFOUND,
            f"{digest} is a document that was sent: read it where it belongs, e.g. GET /api/invoices/{{number}}.pdf",
            f"{digest} 是已发送的单据：请在所属处读取，例如 GET /api/invoices/{{number}}.pdf",
        )
    return stored_file(connection, digest)


def stored_file(connection: Connection, digest: str) -> StoredFile:
    """Return a file by its SHA-256; refused when there is none (E_NOTFOUND)."""
    row = connection.execute(select(FILE).where(FILE.c.sha256 == digest)).first()
    if row is None:
        raise refuse(Code.NOTFOUND, f"there is no file {digest}", f"没有文件 {digest}")
    return StoredFile(
        sha256=row.sha256, media_type=row.media_type, name=row.name, content=row.content, uploaded_by=row.uploaded_by
    )


def key_hash(secret: str) -> str:
    """Return the hash an API key is stored under; the key has 256 random bits, so one round is enough."""
    return sha256(secret.encode()).hexdigest()


def add_api_key(connection: Connection, secret: str, key: ApiKey) -> None:
    """Store who holds a key, by the hash of its secret."""
    row = dict(key) | {"key_hash": key_hash(secret), "roles": words_text(key.roles)}
    connection.execute(insert(API_KEY), row)


def holder(connection: Connection, secret: str) -> ApiKey | None:
    """Return who holds a key, none when it is unknown or revoked."""
    row = connection.execute(
        select(API_KEY).where(API_KEY.c.key_hash == key_hash(secret), API_KEY.c.revoked_at.is_(None))
    ).first()
    return None if row is None else _key(row._asdict())


def api_keys(connection: Connection) -> tuple[ApiKey, ...]:
    """Return all keys, revoked ones too, oldest first."""
    rows = connection.execute(select(API_KEY).order_by(API_KEY.c.created_at, API_KEY.c.key_id))
    return tuple(_key(row._asdict()) for row in rows)


def revoke_api_key(connection: Connection, key_id: str, at: datetime) -> None:
    """Revoke a key for ever; doing it again changes nothing; refused when there is none (E_NOTFOUND)."""
    known = connection.execute(select(API_KEY.c.key_id).where(API_KEY.c.key_id == key_id)).first()
    if known is None:
        raise refuse(Code.NOTFOUND, f"there is no API key {key_id}", f"没有 API 密钥 {key_id}")
    connection.execute(
        update(API_KEY).where(API_KEY.c.key_id == key_id, API_KEY.c.revoked_at.is_(None)).values(revoked_at=at)
    )


def put_meta(connection: Connection, name: str, value: str, at: datetime) -> None:
    """Set a setting that belongs to the data, e.g. ``clock_offset_s``."""
    connection.execute(_PUT_META.of(connection), {"name": name, "value": value, "updated_at": at})


def meta(connection: Connection, name: str, default: str) -> str:
    """Return a setting, or the default when it was never set."""
    value: str | None = connection.execute(select(META.c.value).where(META.c.name == name)).scalar()
    return default if value is None else value


def _key(row: dict[str, object]) -> ApiKey:
    return ApiKey.model_validate(row | {"roles": words(str(row["roles"]))})
