"""What a person may answer about a line of a statement, and what it means."""

from typing import Literal

from domain.refusal import Code, refuse
from domain.statements.incoming import Movement
from domain.statements.posting import LineStatus
from domain.value import Value

Verdict = Literal["new", "same", "receipt", "reverse", "dismiss"]
"""``new``: post it (again), for whom a person named before; ``same``: it was counted already; ``receipt``: book it
for a customer; ``reverse``: take a receipt back; ``dismiss``: nothing of receivables."""
_FITTING: dict[Movement, tuple[Verdict, ...]] = {
    Movement.RECEIPT: ("new", "same", "receipt", "dismiss"),
    Movement.CAME_BACK: ("receipt", "same", "dismiss"),
    Movement.TAKEN_BACK: ("reverse", "new", "same", "dismiss"),
}


class Answering(Value):
    """An answer as given.

    Attributes:
        customer_id: for ``receipt``.
        external_id: of the receipt, for ``reverse``.
        reason: why, for the record.
        key: under which it was sent, if any: sent once more, it answers no question that came since.
    """

    verdict: Verdict
    customer_id: str = ""
    external_id: str = ""
    reason: str = ""
    key: str = ""


class Answered(Value):
    """What an answer makes of a line.

    Attributes:
        chosen: what posting settles on, see `domain.statements.posting.Line.chosen`.
    """

    status: LineStatus
    chosen: str = ""


def answered(movement: Movement, answer: Answering, before: str = "") -> Answered:
    """Decide what an answer makes of a line (E_GATE where it does not fit).

    Args:
        movement: of the line.
        answer: what a person says now.
        before: what earlier answers about the line settled on: ``new`` says nothing against their customer.
    """
    fitting = _FITTING.get(movement, ())
    if answer.verdict not in fitting:
        allowed = ", ".join(fitting)
        raise refuse(Code.GATE, f"answer with one of {allowed}", f"可选答复：{allowed}", allowed=allowed)
    if answer.verdict == "receipt":
        return Answered(status="ready", chosen=f"customer:{_named(answer.customer_id, 'customer', '客户')}")
    if answer.verdict == "reverse":
        return Answered(status="ready", chosen=f"receipt:{_named(answer.external_id, 'receipt', '收款')}")
    if answer.verdict == "new":
        return Answered(status="ready", chosen=before if before.startswith("customer:") else "")
    return Answered(status="same" if answer.verdict == "same" else "set_aside")


def _named(value: str, en: str, zh: str) -> str:
    if not value:
        raise refuse(Code.GATE, f"name the {en}", f"请指明{zh}", missing=en)
    return value
