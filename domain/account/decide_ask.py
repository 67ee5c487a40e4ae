"""A person's command becomes one ledger operation under way; only the ledger's answer makes it true.

What can be known here is refused here: the role, the currency, amounts that are none, reasons that are not listed.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.account import commands as c
from domain.account import decide_refund as refunds
from domain.account import decide_request as requests
from domain.account import effects as f
from domain.account import events as e
from domain.account.asked_twice import asked_once
from domain.account.decide_hold import hand_over, lift_hold, release_hold, set_hold
from domain.account.decide_notice import said as notice_said
from domain.account.decide_reply import replied, resume
from domain.account.decide_request import second
from domain.account.exchange_effects import ExchangeReceipt, UndoReceiptExchange
from domain.account.exchanges import ExchangeNow, UndoExchange
from domain.account.hold_commands import HandOverNow, LiftHold, ReleaseHold, SetHold
from domain.account.moves import check_role
from domain.account.note_commands import Note
from domain.account.notice_commands import SayNotice
from domain.account.paper_commands import MailStatement
from domain.account.paper_events import StatementAsked
from domain.account.plan_commands import Plan, WithdrawPlan
from domain.account.plan_effects import EndPlan
from domain.account.promise_commands import WithdrawPromise
from domain.account.promise_effects import EndPromise
from domain.account.reading import Events, pending_of, terms_of
from domain.account.refunds import RefundNow, SayRefund
from domain.account.reply_commands import CustomerReplied
from domain.account.reported import check_days, check_issued, check_report, receipt_of
from domain.account.state import Account
from domain.approval.requests import AddSigner, Decide, Recall, TransferSeat
from domain.local_time import local_day
from domain.machine import Actor
from domain.money import LARGEST_MINOR, Money, too_large
from domain.nobody import UNIDENTIFIED
from domain.receivables.allocating import checked_amount
from domain.receivables.invoicing import imported_invoice
from domain.receivables.numbering import is_ours
from domain.receivables.second_person import Second
from domain.refusal import Code, refuse
from domain.terms import RequestKind, Tolerance
from domain.value import Value

_SOURCES = ("webhook", "import")
"""Through which a bank or another system speaks for itself."""
_TRUSTING = frozenset({"finance", "credit", "admin"})


def _ask(account: Account, command: Value, effect: type[f.LedgerEffect], **fields: Any) -> Events:
    asked = effect(
        entity=account.entity,
        customer_id=account.customer_id,
        currency=account.currency,
        terms_hash=account.terms_hash,
        **fields,
    )
    if isinstance(asked, f.GivenAway):
        asked = asked_once(account, asked)
    return (e.LedgerAsked.model_validate({"command": type(command).model_fields["kind"].default, "effect": asked}),)


def _checked(account: Account, minor: int | None) -> int | None:
    """Check an amount of an invoice; none stands for all there is (E_AMOUNT)."""
    return minor if minor is None else checked_amount(Money(minor=minor, currency=account.currency), account.currency)


def _record_receipt(account: Account, command: c.RecordReceipt, actor: Actor, now: datetime) -> Events:
    checked_amount(command.amount, account.currency)
    check_report(command, local_day(terms_of(account).dunning.zone, now), actor.via)
    _check_rate(command)
    receipt = receipt_of(command, now)
    told = {
        "receipt": receipt,
        "tolerance": terms_of(account).tolerance,
        "via": "webhook" if actor.via == "webhook" else "",
        "besides": command.besides,
    }
    if receipt.rate is not None:
        told |= {"policy": terms_of(account).policy, "rated_by": "source" if actor.via in _SOURCES else ""}
    return _ask(account, command, f.ApplyReceipt, second=_second_of(account, "receipt", actor), **told)


def _second_of(account: Account, kind: RequestKind, actor: Actor) -> Second | None:
    """Return when a second person is wanted for what a person says of money; of what a bank says, nobody is."""
    return None if actor.via in _SOURCES else second(account, kind, actor)


def _check_rate(command: c.RecordReceipt) -> None:
    rate, currency = command.rate, command.amount.currency
    if rate is not None and (rate.unit == rate.quote or currency not in (rate.unit, rate.quote)):
        raise refuse(
            Code.CCY,
            f"{rate} says nothing of {currency}: state what {currency} is worth in another currency",
            f"{rate} 与 {currency} 无关：请注明 {currency} 与另一币种之间的汇率",
        )


def _allocate(account: Account, command: c.Allocate, actor: Actor, now: datetime) -> Events:
    for share in command.shares:
        _checked(account, share.minor)
    shares = tuple((share.number, share.minor) for share in command.shares)
    tolerance = terms_of(account).tolerance if command.missing == "tolerance" else Tolerance()
    told = {"source": command.source, "external_id": command.external_id, "shares": shares}
    return _ask(account, command, f.AllocateReceipt, tolerance=tolerance, **told)


def _unallocate(account: Account, command: c.Unallocate, actor: Actor, now: datetime) -> Events:
    return _ask(
        account,
        command,
        f.UnallocateReceipt,
        source=command.source,
        external_id=command.external_id,
        numbers=command.invoices,
        reason=command.reason,
    )


def _reverse(account: Account, command: c.ReverseReceiptNow, actor: Actor, now: datetime) -> Events:
    checked_amount(command.amount, account.currency)
    return _ask(
        account,
        command,
        f.ReverseReceipt,
        source=command.source,
        external_id=command.external_id,
        amount=command.amount,
        reason=command.reason,
        second=_second_of(account, "reversal", actor),
    )


def _claim(account: Account, command: c.ClaimReceipt, actor: Actor, now: datetime) -> Events:
    if command.customer_id == UNIDENTIFIED:
        raise refuse(
            Code.GATE,
            f"name the customer whose money {command.source}/{command.external_id} is",
            f"请指明收款 {command.source}/{command.external_id} 属于哪个客户",
        )
    if command.entity != account.entity:
        raise refuse(
            Code.GATE,
            f"{command.source}/{command.external_id} came to {account.entity}, and its cash stays in the books of "
            f"{account.entity}: claim it for the customer's account there, or pay it over",
            f"收款 {command.source}/{command.external_id} 付给了 {account.entity}，资金在其账上："
            "请认领至该主体的客户账户，或另行划转",
            entity=account.entity,
        )
    return _ask(
        account,
        command,
        f.MoveReceipt,
        source=command.source,
        external_id=command.external_id,
        to_entity=command.entity,
        to_customer_id=command.customer_id,
        evidence=command.evidence,
        second=second(account, "claim", actor),
    )


def _exchange(account: Account, command: ExchangeNow, actor: Actor, now: datetime) -> Events:
    if command.currency == account.currency:
        raise refuse(
            Code.CCY,
            f"{command.source}/{command.external_id} is {account.currency} already: name another currency",
            f"收款 {command.source}/{command.external_id} 已是 {account.currency}：请指明另一币种",
        )
    told: dict[str, Any] = command.model_dump(include={"source", "external_id"})
    told |= {"numbers": command.invoices, "by": actor.id}
    told |= {"into": command.currency, "rate": command.rate, "policy": terms_of(account).policy}
    minor, asks = _checked(account, command.minor), second(account, "exchange", actor)
    return _ask(account, command, ExchangeReceipt, minor=minor, second=asks, **told)


def _undo_exchange(account: Account, command: UndoExchange, actor: Actor, now: datetime) -> Events:
    told = command.model_dump(include={"source", "external_id", "exchange", "reason"})
    return _ask(account, command, UndoReceiptExchange, **told)


def _dispute(account: Account, command: c.Dispute, actor: Actor, now: datetime) -> Events:
    reasons = terms_of(account).dispute_reasons
    if command.reason not in reasons:
        names = ", ".join(reasons)
        raise refuse(
            Code.GATE,
            f"{command.reason!r} is no reason of a dispute: use one of {names}",
            f"{command.reason!r} 不是争议原因：请使用 {names} 之一",
            reasons=names,
        )
    minor = _checked(account, command.minor)
    return _ask(account, command, f.OpenDispute, number=command.number, minor=minor, reason=command.reason)


def _today(account: Account, now: datetime) -> dict[str, Any]:
    return {"issue_on": local_day(terms_of(account).dunning.zone, now)}


def _resolve(account: Account, command: c.Resolve, actor: Actor, now: datetime) -> Events:
    if command.outcome == "accept":
        # What is accepted is credited, and a credit needs who may credit.
        check_role("credit", actor)
    told = {"number": command.number, "outcome": command.outcome, "reason": command.reason}
    asks = second(account, "credit", actor) if command.outcome == "accept" else None
    return _ask(account, command, f.ResolveDispute, second=asks, **told, **_today(account, now))


def _promise(account: Account, command: c.Promise, actor: Actor, now: datetime) -> Events:
    rules, minor = terms_of(account).promise, _checked(account, command.minor)
    check_days(command.on)
    broken = account.case.promises_broken
    if rules.max_broken is not None and broken >= rules.max_broken and not _TRUSTING.intersection(actor.roles):
        raise refuse(
            Code.LIMIT,
            f"{broken} promises were broken: only finance or credit may take another",
            f"已有 {broken} 次承诺未履行：仅财务或信用人员可再登记承诺",
            broken=broken,
        )
    return _ask(account, command, f.MakePromise, number=command.number, minor=minor, on=command.on, rules=rules)


def _withdraw(account: Account, command: WithdrawPromise, actor: Actor, now: datetime) -> Events:
    told = command.model_dump(include={"number", "promise_id", "reason"})
    return _ask(account, command, EndPromise, **told)


def _withdraw_plan(account: Account, command: WithdrawPlan, actor: Actor, now: datetime) -> Events:
    return _ask(account, command, EndPlan, number=command.number, reason=command.reason)


def _plan(account: Account, command: Plan, actor: Actor, now: datetime) -> Events:
    for part in command.instalments:
        _checked(account, part.minor)
    check_days(*(part.due_on for part in command.instalments))
    schedule = tuple((part.due_on, part.minor) for part in command.instalments)
    told = {"number": command.number, "schedule": schedule, "reason": command.reason}
    return _ask(account, command, f.MakePlan, second=second(account, "plan", actor), **told)


def _write_off(account: Account, command: c.WriteOffNow, actor: Actor, now: datetime) -> Events:
    minor = _checked(account, command.minor)
    told = {"number": command.number, "minor": minor, "reason": command.reason, "evidence": command.evidence}
    return _ask(account, command, f.WriteOff, second=second(account, "write_off", actor), **told)


def _credit(account: Account, command: c.Credit, actor: Actor, now: datetime) -> Events:
    told = {"number": command.number, "minor": _checked(account, command.minor), "reason": command.reason}
    told |= {"paid_part": command.paid_part, "by": actor.id}
    return _ask(account, command, f.CreditNote, second=second(account, "credit", actor), **told, **_today(account, now))


def _import(account: Account, command: c.ImportOpenItem, actor: Actor, now: datetime) -> Events:
    if is_ours(command.number):
        raise refuse(
            Code.GATE,
            f"{command.number} has the form of our own numbers and would be given out again: put a mark of the other "
            f"system before it, e.g. OLD-{command.number}",
            f"{command.number} 与本系统自己的编号格式相同，日后会重复：请加上原系统的前缀，例如 OLD-{command.number}",
        )
    check_days(command.issued_on, *(part.due_on for part in command.instalments))
    check_issued(command.issued_on, now)
    owner = (account.entity, account.customer_id, account.currency)
    invoice = imported_invoice(command.number, owner, command.issued_on, command.instalments, command.attributes)
    if invoice.gross.minor > LARGEST_MINOR:
        raise too_large(invoice.gross, invoice.gross.currency)
    return _ask(account, command, f.ImportInvoice, invoice=invoice)


def _pause(account: Account, command: c.PauseDunning, actor: Actor, now: datetime) -> Events:
    if command.until is not None and (command.until.tzinfo is None or command.until <= now):
        raise refuse(
            Code.GATE,
            f"{command.until} is no end of a pause: name a later instant with its zone",
            f"{command.until} 不能作为暂停的结束：请填写晚于当前、带时区的时间",
        )
    return (e.DunningPaused(reason=command.reason, until=command.until),)


def _parked(account: Account, effect_id: str) -> None:
    pending = pending_of(account, effect_id)
    if pending is None or pending.parked is None:
        waiting = ", ".join(each.id for each in account.pending if each.parked is not None)
        raise refuse(
            Code.NOTFOUND,
            f"no effect {effect_id} waits for a person; waiting are: {waiting}",
            f"没有等待人工处理的操作 {effect_id}；等待中的有：{waiting}",
        )


def _retry(account: Account, command: c.RetryEffect, actor: Actor, now: datetime) -> Events:
    _parked(account, command.effect_id)
    return (e.EffectRetried(effect_id=command.effect_id),)


def _skip(account: Account, command: c.SkipEffect, actor: Actor, now: datetime) -> Events:
    _parked(account, command.effect_id)
    return (e.EffectSkipped(effect_id=command.effect_id, reason=command.reason),)


def _statement(account: Account, command: MailStatement, actor: Actor, now: datetime) -> Events:
    return (StatementAsked(),)


def _note(account: Account, command: Note, actor: Actor, now: datetime) -> Events:
    return (e.Noted(what=command.what, text=command.text),)


ASKS: dict[type[Value], Callable[..., Events]] = {
    c.RecordReceipt: _record_receipt,
    c.Allocate: _allocate,
    c.Unallocate: _unallocate,
    c.ReverseReceiptNow: _reverse,
    c.ClaimReceipt: _claim,
    ExchangeNow: _exchange,
    UndoExchange: _undo_exchange,
    c.Dispute: _dispute,
    c.Resolve: _resolve,
    c.Promise: _promise,
    WithdrawPromise: _withdraw,
    Plan: _plan,
    WithdrawPlan: _withdraw_plan,
    c.WriteOffNow: _write_off,
    c.Credit: _credit,
    c.ImportOpenItem: _import,
    c.PauseDunning: _pause,
    c.ResumeDunning: resume,
    CustomerReplied: replied,
    ReleaseHold: release_hold,
    SetHold: set_hold,
    LiftHold: lift_hold,
    HandOverNow: hand_over,
    SayNotice: notice_said,
    c.RetryEffect: _retry,
    c.SkipEffect: _skip,
    RefundNow: refunds.refund,
    SayRefund: refunds.say,
    Decide: requests.decide_seat,
    TransferSeat: requests.transfer_seat,
    AddSigner: requests.add_signer,
    Recall: requests.recall,
    MailStatement: _statement,
    Note: _note,
}
