"""A refund leaves once, never above what is unapplied, and is settled only by what somebody knows."""

from datetime import timedelta

import pytest

from domain.account import events as e
from domain.account import refunds as r
from domain.account.agenda import agenda
from domain.account.commands import ClaimReceipt, Credit, InvoiceCreditedByDeal
from domain.account.decide import decide
from domain.account.explain import explain
from domain.account.reading import finished
from domain.account.requests import open_requests
from domain.account.rows import approvals_of
from domain.approval.requests import Decide
from domain.approval.seats import IN_ALL
from domain.credit_words import credit_words
from domain.deal.cancelling import cancel_billing
from domain.deal.commands import BillingCancelled, Cancel, CreditedPart
from domain.deal.decide_cancel import nothing_billed
from domain.machine import SYSTEM, Actor
from domain.payouts import POLLS
from domain.receivables.freed import FreedCash
from domain.receivables.refunding import refund_name
from domain.refusal import Code, Refused
from domain.terms import Alone
from tests.domain.account.run import FINANCE, LedgerRefused, Run, cny, terms
from tests.domain.deal.driver import Driver

OTHER = Actor(id="eve", roles=("finance",))
DONE, LOST = r.PayoutTold(status="done", reference="PO-1"), r.PayoutTold(status="unknown", reason="no answer")
NONE = r.PayoutTold(status="none")


def paid_in(*answers: r.PayoutTold, minor: int = 1_000, alone: int | None = None) -> Run:
    """Return an account with a receipt of unapplied cash, and what its provider will say."""
    run = Run(terms(alone=() if alone is None else (Alone(kind="refund", minor=alone),)))
    run.pay("1", minor)
    run.answers = list(answers)
    return run


def refund(minor: int) -> r.RefundNow:
    return r.RefundNow(source="bank", external_id="1", amount=cny(minor), reason="paid twice")


def said(outcome: str = "done") -> r.SayRefund:
    return r.SayRefund.model_validate({"refund_id": "bank/1-R1", "outcome": outcome, "evidence": "bank statement"})


def test_what_the_provider_has_paid_has_left_the_cash() -> None:
    run = paid_in(DONE)
    run.send(refund(400))
    (taken,), (gone,) = run.events(r.RefundTaken), run.events(r.RefundPaid)
    assert (taken.refund_id, taken.amount, taken.by) == ("bank/1-R1", cny(400), "fin")
    assert (gone.amount, gone.reference) == (cny(400), "PO-1")
    assert run.book.balances == {"cash": 600, "unapplied": -600, "refunds": 0}
    assert run.account.case.unapplied_minor == 600
    assert run.account.refunds == ()


def test_what_failed_is_unapplied_again_and_finance_hears_of_it() -> None:
    run = paid_in(r.PayoutTold(status="failed", reason="account closed"))
    run.send(refund(400))
    assert [event.reason for event in run.events(r.RefundFailed)] == ["account closed"]
    assert run.book.balances == {"cash": 1_000, "unapplied": -1_000, "refunds": 0}
    assert [told.template for told in run.staff] == ["refund_failed"]


@pytest.mark.parametrize("minor", [1_001, 0, -5])
def test_never_more_than_pays_nothing(minor: int) -> None:
    run = paid_in()
    with pytest.raises((LedgerRefused, Refused), match=Code.AMOUNT):
        run.send(refund(minor))
    assert run.book.balances == {"cash": 1_000, "unapplied": -1_000}


def test_what_is_on_its_way_pays_nothing_else() -> None:
    run = paid_in(LOST)
    run.send(refund(700))
    with pytest.raises(LedgerRefused, match=Code.AMOUNT):
        run.send(refund(301))
    assert run.account.case.unapplied_minor == 300
    assert run.book.balances == {"cash": 1_000, "unapplied": -300, "refunds": -700}


def test_an_answer_that_is_lost_is_asked_for_and_the_refund_paid_once() -> None:
    run = paid_in(LOST, LOST, DONE)
    run.send(refund(400))
    begun = run.now
    assert [due.at for due in agenda(run.account)] == [begun + POLLS[0]]
    run.until(begun + POLLS[0])
    assert run.events(r.RefundPaid) == []
    run.until(begun + POLLS[0] + POLLS[1])
    assert [event.reference for event in run.events(r.RefundPaid)] == ["PO-1"]
    assert run.account.pending == ()
    assert run.kinds().count("refund_taken") == 1


def unknown_to_the_end() -> Run:
    run = paid_in(LOST, *[NONE] * len(POLLS))
    run.send(refund(400))
    run.until(run.now + sum(POLLS, timedelta()) + timedelta(hours=1))
    return run


def test_what_nobody_knows_is_asked_of_a_person_and_never_guessed() -> None:
    run = unknown_to_the_end()
    assert len(run.events(r.RefundPolled)) == len(POLLS)
    assert run.events(r.RefundKnown) == []
    assert [told.template for told in run.staff] == ["refund_unknown"]
    first = explain(run.account, run.now).waiting[0]
    assert (first.who, first.command) == ("role:finance", "say_refund")
    assert agenda(run.account) == ()
    assert not finished(run.account)


@pytest.mark.parametrize(("outcome", "cash", "unapplied"), [("done", 600, -600), ("failed", 1_000, -1_000)])
def test_another_person_says_what_became_of_it(outcome: str, cash: int, unapplied: int) -> None:
    run = unknown_to_the_end()
    with pytest.raises(Refused, match=Code.SOD):
        decide(run.account, said(outcome), FINANCE, run.now)
    run.send(said(outcome), OTHER)
    assert run.book.balances == {"cash": cash, "unapplied": unapplied, "refunds": 0}
    assert [event.reason for event in run.events(r.RefundKnown)] == ["bank statement (eve)"]
    with pytest.raises(Refused, match=Code.STATE):
        decide(run.account, said(outcome), OTHER, run.now)


def test_above_the_amount_another_person_agrees_before_the_provider_is_asked() -> None:
    run = paid_in(DONE, DONE, alone=300)
    run.send(refund(300))
    run.send(refund(1))
    assert [event.amount for event in run.events(r.RefundTaken)] == [cny(300)]
    (row,) = approvals_of(run.account)
    assert (row.kind, row.amount, row.requester) == ("refund", cny(1), "fin")
    agree = Decide(approval_id=row.approval_id, verdict="approve", content_hash=row.content_hash)
    with pytest.raises(Refused, match=Code.SOD):
        decide(run.account, agree, FINANCE, run.now)
    run.send(agree, Actor(id="boss"))
    assert [event.amount for event in run.events(r.RefundPaid)] == [cny(300), cny(1)]
    assert [event.outcome for event in run.events(e.RequestEnded)] == ["done"]
    assert run.book.balances["cash"] == 699


@pytest.mark.parametrize(("alone", "refunds", "asked"), [(3_000, 3, 0), (2_999, 0, 3)])
def test_what_a_credit_frees_of_many_receipts_is_weighed_in_all(alone: int, refunds: int, asked: int) -> None:
    run = paid_in(*[DONE] * 3, minor=1, alone=alone)
    number = run.issue("D", 3_000, 30)
    for name in "abc":
        run.pay(name, 1_000, number)

    run.send(Credit(number=number, minor=3_000, reason="damaged", paid_part="refund"))

    assert [event.amount.minor for event in run.events(r.RefundTaken)] == [1_000] * refunds
    requests = open_requests(run.account.requests)
    assert [one.approval.subject.amount.minor for one in requests if one.approval] == [1_000] * asked
    assert {one.approval.subject.measures for one in requests if one.approval} == (
        {((IN_ALL, 3_000),)} if asked else set()
    )
    assert run.book.balances["cash"] == 3_001 - 1_000 * refunds
    assert [one.paid_part for one in run.notes] == ["refund"], "the note says that it is asked for, not that it is done"


@pytest.mark.parametrize("freed", [(), (FreedCash(source="bank", external_id="1", minor=600),)])
def test_a_credit_note_is_sent_with_what_was_asked_for_the_paid_part(freed: tuple[FreedCash, ...]) -> None:
    run = paid_in(DONE)
    told = {"number": "INV-1", "deal_id": "D", "credit_note": "CN-1", "reason": "cancelled", "by": "fin"}
    run.apply(InvoiceCreditedByDeal.model_validate(told | {"refund": freed}), SYSTEM, "word")
    number = run.issue("E", 3_000, 30)
    run.send(Credit(number=number, minor=500, reason="damaged"))
    asked = ("refund" if freed else "unapplied", "unapplied")
    assert tuple(one.paid_part for one in run.notes) == asked


@pytest.mark.parametrize(("in_all", "refunds"), [(1_000, 1), (1_001, 0)])
def test_what_a_cancellation_frees_with_all_its_credit_notes_is_weighed_in_all(in_all: int, refunds: int) -> None:
    run = paid_in(DONE, alone=1_000)
    freed = (FreedCash(source="bank", external_id="1", minor=600),)
    told = {"number": "INV-1", "deal_id": "D", "credit_note": "CN-1", "reason": "cancelled", "by": "fin"}
    run.apply(InvoiceCreditedByDeal.model_validate(told | {"refund": freed, "refund_minor": in_all}), SYSTEM, "word")
    run.perform()
    assert len(run.events(r.RefundTaken)) == refunds
    assert len(open_requests(run.account.requests)) == 1 - refunds


def test_each_word_of_a_cancellation_says_what_all_of_them_pay_back() -> None:
    asked = Driver().booked()
    asked.do(Cancel(reason="withdrawn", paid_part="refund"), FINANCE)
    one, two, none = (
        CreditedPart(number=f"INV-{n}", credit_note=f"CN-{n}", amount=cny(9), left_minor=0, freed=freed)
        for n, freed in enumerate(
            [
                (
                    FreedCash(source="bank", external_id="1", minor=5),
                    FreedCash(source="bank", external_id="2", minor=7),
                ),
                (FreedCash(source="bank", external_id="2", minor=11),),
                (),
            ]
        )
    )
    effect = cancel_billing(asked.deal, "credited", "withdrawn", asked.now.date())
    preview = nothing_billed(asked.deal, Cancel(reason="withdrawn"), asked.now)
    words = credit_words(effect, BillingCancelled(preview=preview, notes=(one, two, none)), "D/1")
    assert [(word.credit_note, word.refund, word.refund_minor) for _, word in words] == [
        ("CN-0", one.freed, 23), ("CN-1", two.freed, 23), ("CN-2", (), 23),
    ]  # fmt: skip


def test_a_receipt_is_not_claimed_while_its_refund_is_under_way() -> None:
    run = paid_in(LOST)
    run.send(refund(400))
    claim = ClaimReceipt(source="bank", external_id="1", entity="CN01", customer_id="c2", evidence="theirs")
    with pytest.raises(LedgerRefused, match=Code.STATE):
        run.send(claim)


def test_a_person_can_name_the_refund_of_a_receipt_with_the_longest_name_there_can_be() -> None:
    refund_id = refund_name("%" * 200, "E" * 200, 1)
    assert r.SayRefund(refund_id=refund_id, outcome="failed", evidence="the bank has nothing").refund_id == refund_id
