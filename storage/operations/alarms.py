"""What the log refuses is shown where people look for work; the next fact that is recorded takes the alarm back."""

from sqlalchemy import Connection, bindparam, update

from domain.logged import RecordAlarm
from storage.operations.statements import Upsert
from storage.tables.records import ACCOUNT, CHAIN, DEAL, RECORDING, TASK

_PUT_TASK = Upsert(TASK, ["owner_workflow", "task_id"])
_ACCOUNT_ID = "account/" + ACCOUNT.c.entity + "/" + ACCOUNT.c.customer_id + "/" + ACCOUNT.c.currency
_MARK = (
    update(DEAL).where("deal/" + DEAL.c.deal_id == bindparam("w")).values(attention=True),
    update(ACCOUNT).where(bindparam("w") == _ACCOUNT_ID).values(attention=True),
    # The tasks are derived anew, and this one is gone, when a fact is recorded again.
    update(CHAIN).where(CHAIN.c.workflow_id == bindparam("w")).values(tasks_digest="?"),
)


def raise_alarm(connection: Connection, alarm: RecordAlarm) -> None:
    """Give operations a task and mark the deal or account, if the read model has it."""
    task = {
        "owner_workflow": alarm.workflow_id, "task_id": alarm.workflow_id + RECORDING, "who": "role:ops",
        "what_en": alarm.what.en, "what_zh": alarm.what.zh, "due_at": None, "command": alarm.command,
    }  # fmt: skip
    connection.execute(_PUT_TASK.of(connection), task)
    for mark in _MARK:
        connection.execute(mark, {"w": alarm.workflow_id})
