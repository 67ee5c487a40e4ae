"""A request is an operation of the ledger that waits for a second person; what is agreed to is done as it was asked."""

import hashlib
import json
from typing import Literal, NamedTuple

from domain.account.effects import (
    AccountEffect,
    ApplyReceipt,
    CreditNote,
    GivenAway,
    HandOver,
    MakePlan,
    MoveReceipt,
    ResolveDispute,
    ReverseReceipt,
    TakeRefund,
    WriteOff,
)
from domain.account.exchange_effects import ExchangeReceipt
from domain.approval.seats import IN_ALL, Approval, Subject, SubjectKind
from domain.money import Money
from domain.receivables.second_person import Weighed
from domain.value import Text, Value

MOST_OPEN = 8
"""Requests that may wait at once, before a person's next one is refused: the state of an account stays small."""
KEPT_OVER = 8
"""Requests kept after they are over: more than can end before the event log has them."""

_NAMED = 20
"""So many receipts of which a report says that it is other money are named to the second person; the log has all."""

Outcome = Literal["rejected", "returned", "recalled", "expired", "refused", "overtaken", "done"]


class Request(Value):
    """Something that waits for a second person, or did.

    Attributes:
        id: of its approval.
        effect: what is done when it is agreed to, with the very amount that was asked.
        approval: none for the moment in which it is being asked for.
        agreed: the second person has agreed, and the ledger is asked.
        outcome: how it ended, empty before.
    """

    id: str
    effect: AccountEffect
    approval: Approval | None = None
    agreed: bool = False
    outcome: Outcome | Literal[""] = ""

    @property
    def waits(self) -> bool:
        """Whether somebody may still decide on it."""
        return not self.agreed and not self.outcome


def frozen(effect: GivenAway, waits: Weighed) -> GivenAway:
    """Return an operation over exactly what was weighed, as it is to be agreed to."""
    fields: dict[str, object] = {"second": None, "minor": waits.minor}
    if waits.compared:
        fields["compared"] = waits.compared
    if waits.dispute is not None:
        fields["dispute"] = waits.dispute
    return effect.model_copy(update=fields)


def subject_of(effect: GivenAway, waits: Weighed, requester: str) -> Subject:
    """Return what is asked for; the content hash covers all that the operation says, but not the day it is done."""
    said = effect.model_dump(mode="json", exclude={"second", "agreed", "terms_hash", "issue_on"})
    return Subject(
        kind=subject_kind(effect),
        reference=named(effect),
        content_hash=hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest(),
        amount=Money(minor=waits.minor, currency=effect.currency),
        measures=((IN_ALL, waits.in_all_minor),),
        requester=requester,
    )


def subject_kind(effect: GivenAway) -> SubjectKind:
    """Return as what an operation is asked for."""
    kind = _KINDS.get(type(effect))
    if kind is None:
        raise AssertionError(f"{type(effect).__name__} needs no second person: name its kind here")
    return kind


_KINDS: dict[type[GivenAway], SubjectKind] = {
    WriteOff: "write_off",
    CreditNote: "credit_note",
    ResolveDispute: "credit_note",
    MoveReceipt: "claim",
    TakeRefund: "refund",
    ApplyReceipt: "receipt",
    ReverseReceipt: "reversal",
    HandOver: "hand_over",
    MakePlan: "plan",
    ExchangeReceipt: "exchange",
}


def described(effect: GivenAway) -> Text:
    """Say what an operation does, without its amount."""
    match effect:
        case WriteOff():
            return Text(en=f"write off {effect.number}", zh=f"核销坏账 {effect.number}")
        case CreditNote() if effect.paid_part == "refund":
            return Text(
                en=f"credit {effect.number} and pay back what was paid", zh=f"红冲 {effect.number} 并退还已付部分"
            )
        case CreditNote():
            return Text(en=f"credit {effect.number}", zh=f"红冲 {effect.number}")
        case ResolveDispute():
            return Text(en=f"credit the disputed part of {effect.number}", zh=f"红冲 {effect.number} 的争议部分")
        case HandOver():
            return Text(en=f"hand {effect.customer_id} over for collection", zh=f"将 {effect.customer_id} 移交催收")
        case MakePlan():
            parts, last = len(effect.schedule), effect.schedule[-1][0]
            return Text(
                en=f"let {effect.number} be paid in {parts} instalments until {last}",
                zh=f"{effect.number} 分 {parts} 期还款，至 {last}",
            )
        case MoveReceipt() | TakeRefund() | ApplyReceipt() | ReverseReceipt() | ExchangeReceipt():
            return _described_of_receipt(effect)
        case _:
            raise AssertionError(f"{type(effect).__name__} needs no second person: describe it here")


def _described_of_receipt(
    effect: MoveReceipt | TakeRefund | ApplyReceipt | ReverseReceipt | ExchangeReceipt,
) -> Text:
    receipt = effect.receipt if isinstance(effect, ApplyReceipt) else effect
    name = f"{receipt.source}/{receipt.external_id}"
    match effect:
        case MoveReceipt():
            return Text(en=f"claim {name} for {effect.to_customer_id}", zh=f"为 {effect.to_customer_id} 认领 {name}")
        case TakeRefund():
            return Text(en=f"refund of {name}", zh=f"退款 {name}")
        case ApplyReceipt():
            return Text(en=f"book receipt {name}", zh=f"登记收款 {name}")
        case ReverseReceipt():
            return Text(en=f"reverse {name}", zh=f"冲回 {name}")
        case ExchangeReceipt():
            return Text(en=f"exchange {name} into {effect.into}", zh=f"将 {name} 折算为 {effect.into}")


def named(effect: GivenAway) -> str:
    """Name an operation in a list that people of both languages read."""
    said = described(effect)
    return f"{said.en} / {said.zh}"


class Said(NamedTuple):
    """What a requester said for it: why, and what proves it; each may be empty."""

    reason: str
    evidence: str


def said_of(effect: AccountEffect | GivenAway) -> Said:
    """Return what was said for an operation; for money that came in, what the report of it says."""
    if isinstance(effect, ApplyReceipt):
        receipt = effect.receipt
        told = (receipt.value_date.isoformat(), receipt.payer, receipt.reference, *receipt.invoices)
        return Said("; ".join(part for part in told if part), _other_than(effect.besides))
    if isinstance(effect, ExchangeReceipt):
        return Said("", effect.compared)
    return Said(getattr(effect, "reason", ""), getattr(effect, "evidence", ""))


def _other_than(besides: tuple[str, ...]) -> str:
    if not besides:
        return ""
    named, more = ", ".join(besides[:_NAMED]), len(besides) - _NAMED
    en, zh = (f" and {more} more", f" 等共 {len(besides)} 笔") if more > 0 else ("", "")
    return f"said to be other money than {named}{en} / 登记人称与 {named}{zh} 不是同一笔"


def grounds(effect: GivenAway) -> str:
    """Return what the second person judges by."""
    return "; ".join(part for part in said_of(effect) if part)


def open_requests(requests: tuple[Request, ...]) -> tuple[Request, ...]:
    """Return those on which somebody may still decide."""
    return tuple(request for request in requests if request.waits)


def kept(requests: tuple[Request, ...]) -> tuple[Request, ...]:
    """Return all that are not over, and the newest of those that are."""
    over = [request.id for request in requests if request.outcome]
    gone = frozenset(over[:-KEPT_OVER])
    return tuple(request for request in requests if request.id not in gone)
