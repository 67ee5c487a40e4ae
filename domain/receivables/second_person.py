"""Above an amount of the policy money is given away only by two people: the ledger weighs it, the account asks (A7)."""

from domain.money import Money
from domain.refusal import Code, refuse
from domain.value import Text, Value


class Second(Value):
    """Up to which amount one person is enough.

    Attributes:
        over_minor: above this amount nothing is done before a second person has agreed.
        by: who asks.
        full: so many requests wait already that no other is taken.
    """

    over_minor: int
    by: str
    full: bool = False

    def among_them(self) -> "Second":
        """Return the same for what is one of the requests that wait: it needs no place of its own."""
        return self.model_copy(update={"full": False})


class Weighed(Value):
    """What a ledger operation would do, and has not done: it needs a second person.

    Attributes:
        minor: the amount it would give away.
        in_all_minor: with what was given away before for the same document: no amount is cut into small ones.
        compared: what the second person is shown beside it, where it is not the amount that asks for them.
        dispute: which dispute of its invoice it would accept, the first that was ever opened is 1; none of another.
    """

    minor: int
    in_all_minor: int
    compared: str = ""
    dispute: int | None = None


def weighed(
    second: Second | None, minor: int, currency: str, *, earlier_minor: int = 0, evidence: str
) -> Weighed | None:
    """Return what must be agreed on before it is done, none when one person is enough.

    Args:
        second: the policy's word, none where it asks for nobody else, or where somebody else has agreed.
        minor: the amount to be given away.
        currency: of the amount.
        earlier_minor: what of the same document was given away before.
        evidence: what the second person judges by.

    Raises:
        Refused: no evidence (E_GATE), or too many requests wait already (E_LIMIT).
    """
    in_all = minor + earlier_minor
    if second is None or in_all <= second.over_minor:
        return None
    limit = Money(minor=second.over_minor, currency=currency)
    check_asking(second, Text(en=f"above {limit}", zh=f"超过 {limit}"), evidence)
    return Weighed(minor=minor, in_all_minor=in_all)


def check_asking(second: Second, beyond: Text, evidence: str, field: str = "evidence") -> None:
    """Refuse to ask a second person without evidence (E_GATE), or where too many requests wait (E_LIMIT)."""
    if not evidence.strip():
        raise refuse(
            Code.GATE,
            f"{beyond.en} a second person decides, and needs something to judge by: name the {field}",
            f"{beyond.zh} 须由第二人审批：请填写依据（{field}）",
            missing=field,
        )
    if second.full:
        raise refuse(
            Code.LIMIT,
            f"{beyond.en} a second person decides, and too many requests of this account wait already: decide or "
            "recall one first",
            f"{beyond.zh} 须由第二人审批，而本账户待审批的申请过多：请先处理或撤回其中之一",
        )


def checked_agreed(agreed_minor: int | None, minor: int, currency: str) -> None:
    """Refuse an amount above the one that was agreed to (E_STALE); nothing was, where only one person is asked."""
    if agreed_minor is None or minor <= agreed_minor:
        return
    now, then = Money(minor=minor, currency=currency), Money(minor=agreed_minor, currency=currency)
    raise refuse(
        Code.STALE,
        f"{then} was agreed to, and it is {now} now: ask again",
        f"已同意的金额为 {then}，现为 {now}：请重新申请",
        agreed=then,
    )
