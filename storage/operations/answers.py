"""A command id is answered once in the life of its deal or account, however many runs of the workflow that has."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, or_, select

from domain.machine import Answer
from domain.value import Text
from storage.operations.statements import Upsert
from storage.tables.records import ANSWER

_PUT = Upsert(ANSWER, ["workflow_id", "command_id"])
_FIRST = select(ANSWER).where(
    ANSWER.c.workflow_id == bindparam("w"),
    ANSWER.c.command_id == bindparam("c"),
    or_(ANSWER.c.run != bindparam("asking"), ANSWER.c.upto <= bindparam("recorded")),
)
_KNOWN = select(ANSWER.c.version).where(ANSWER.c.workflow_id == bindparam("w"), ANSWER.c.command_id == bindparam("c"))
_TAKE_BACK = delete(ANSWER).where(ANSWER.c.workflow_id == bindparam("w"), ANSWER.c.upto >= bindparam("first"))


def keep_answers(connection: Connection, workflow_id: str, answers: Sequence[Answer], run: str, upto: int) -> None:
    """Keep answers with the facts of the same record; one whose result has come in since takes its place.

    Args:
        run: the run of the workflow that gave them.
        upto: where the log ends with this record.
    """
    if answers:
        connection.execute(_PUT.of(connection), [_row(workflow_id, one, run, upto) for one in answers])


def take_back_answers(connection: Connection, workflow_id: str, first: int) -> None:
    """Take back the answers that were kept with facts from a place of the log on."""
    connection.execute(_TAKE_BACK, {"w": workflow_id, "first": first})


def first_answer(connection: Connection, workflow_id: str, command_id: str, run: str, recorded: int) -> Answer | None:
    """Return the answer to a command id but what the asking run does not know itself to have recorded."""
    asked = {"w": workflow_id, "c": command_id, "asking": run, "recorded": recorded}
    row = connection.execute(_FIRST, asked).first()
    if row is None:
        return None
    text = Text(en=row.en, zh=row.zh) if row.en else None
    return Answer(
        id=row.command_id, digest=row.digest, version=row.version, code=row.code, text=text, waits_for=row.waits_for
    )


def is_answered(connection: Connection, workflow_id: str, command_id: str) -> bool:
    """Tell whether the log has an answer to a command id, whichever run gave it."""
    return connection.execute(_KNOWN, {"w": workflow_id, "c": command_id}).first() is not None


def _row(workflow_id: str, answer: Answer, run: str, upto: int) -> dict[str, object]:
    return {
        "workflow_id": workflow_id, "command_id": answer.id, "digest": answer.digest, "version": answer.version,
        "code": answer.code, "en": answer.text.en if answer.text else "", "zh": answer.text.zh if answer.text else "",
        "waits_for": answer.waits_for, "run": run, "upto": upto,
    }  # fmt: skip
