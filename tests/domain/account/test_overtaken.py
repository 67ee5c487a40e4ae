"""What waits for a second person about open money ends when nothing is open, however that came to be."""

import hashlib
import json
from collections.abc import Callable

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.agenda import agenda
from domain.account.effects import ResolveDispute
from domain.account.requests import frozen, open_requests, subject_of
from domain.account.rows import approvals_of, tasks_of
from domain.deal.effects import CreditInvoice, LineAmount
from domain.machine import SYSTEM
from domain.receivables.second_person import Weighed
from domain.refusal import Code
from domain.terms import Alone, ApprovalTerms
from tests.domain.account.run import FINANCE, LedgerRefused, Run, at, cny, now_of, on, terms
from tests.domain.account.test_plan_approval import RULES, plan
from tests.domain.account.test_second_person import BOSS, decision, refused

KINDS = ("write_off", "credit", "plan")
Ask = Callable[[Run, str], None]


def owing() -> tuple[Run, str]:
    alone = tuple(Alone.model_validate({"kind": kind, "minor": 1_000}) for kind in KINDS)
    run = Run(terms(plan=RULES, alone=alone, approval=ApprovalTerms()))
    return run, run.issue("d1", 9_000, due_day=30)


def write_off(run: Run, number: str) -> None:
    run.send(c.WriteOffNow(number=number, minor=9_000, reason="insolvent", evidence="court file 7"))


def arrange(run: Run, number: str) -> None:
    run.send(plan(number, 5, 15, 25), moment=at(1))


def give_in(run: Run, number: str) -> None:
    run.send(c.Dispute(number=number, reason="price"))
    run.send(c.Resolve(number=number, outcome="accept", reason="they are right"))


def credit(run: Run, number: str) -> None:
    run.send(c.Credit(number=number, minor=9_000, reason="damaged"))


ABOUT_OPEN = pytest.mark.parametrize("ask", [write_off, arrange, give_in])


@ABOUT_OPEN
def test_payment_of_all_ends_the_request_and_only_its_asker_hears_of_it(ask: Ask) -> None:
    run, number = owing()
    ask(run, number)
    asked = open_requests(run.account.requests)[-1].id
    before = len(run.staff)
    stale = decision(run)
    run.pay("1", 9_000, number)
    assert [(one.approval_id, one.outcome, one.by) for one in run.events(e.RequestEnded)] == [(asked, "overtaken", "")]
    assert [(one.template, one.people) for one in run.staff[before:]] == [("request_overtaken", ("fin",))]
    assert [row.status for row in approvals_of(run.account)] == ["superseded"]
    assert (tasks_of(run.account, run.now), agenda(run.account), run.account.pending) == ((), (), ())
    assert refused(run, stale, BOSS) is Code.STATE
    assert run.book.balances.get("bad_debt", 0) == 0


@ABOUT_OPEN
def test_payment_of_a_part_or_of_another_invoice_ends_nothing(ask: Ask) -> None:
    run, number = owing()
    other = run.issue("d2", 500, due_day=30)
    ask(run, number)
    run.pay("1", 8_999, number)
    run.pay("2", 500, other)
    assert run.book.invoice(other).open_minor == 0
    assert (run.events(e.RequestEnded), len(open_requests(run.account.requests))) == ([], 1)


@pytest.mark.parametrize("outcome", ["reject", "withdrawn"])
def test_consent_to_accept_one_dispute_accepts_no_other(outcome: str) -> None:
    run, number = owing()
    give_in(run, number)
    stale = decision(run)
    run.send(c.Resolve.model_validate({"number": number, "outcome": outcome, "reason": "they were wrong"}))
    assert [one.outcome for one in run.events(e.RequestEnded)] == ["overtaken"]
    run.send(c.Dispute(number=number, minor=8_000, reason="other"))
    assert refused(run, stale, BOSS) is Code.STATE
    assert (run.events(e.InvoiceCredited), run.account.case.disputed_minor) == ([], 8_000)
    run.send(c.Resolve(number=number, outcome="accept", reason="they are right this time"))
    run.send(decision(run), BOSS)
    assert [(one.minor, one.reason) for one in run.events(e.InvoiceCredited)] == [(8_000, "they are right this time")]
    assert [one.outcome for one in run.events(e.RequestEnded)] == ["overtaken", "done"]


def test_a_dispute_that_ends_leaves_what_else_waits_about_its_invoice() -> None:
    run, number = owing()
    run.send(c.Dispute(number=number, minor=100, reason="price"))
    run.send(c.WriteOffNow(number=number, minor=8_000, reason="insolvent", evidence="court file 7"))
    run.send(c.Resolve(number=number, outcome="reject", reason="no"))
    assert (run.events(e.RequestEnded), len(open_requests(run.account.requests))) == ([], 1)


def test_a_credit_of_a_paid_invoice_is_still_decided_on() -> None:
    run, number = owing()
    credit(run, number)
    run.pay("1", 9_000, number)
    assert run.events(e.RequestEnded) == []
    run.send(decision(run), BOSS)
    assert [event.minor for event in run.events(e.InvoiceCredited)] == [9_000]
    assert run.account.case.unapplied_minor == 9_000


def test_one_request_that_is_done_ends_the_other_about_the_same_money() -> None:
    run, number = owing()
    write_off(run, number)
    arrange(run, number)
    run.send(decision(run, place=0), BOSS)
    assert [one.outcome for one in run.events(e.RequestEnded)] == ["done", "overtaken"]
    assert run.book.balances["bad_debt"] == 9_000


def test_who_agreed_to_what_is_not_possible_any_more_hears_that_nothing_was_done() -> None:
    run, number = owing()
    write_off(run, number)
    run.pay("1", 1, number)
    with pytest.raises(LedgerRefused, match=Code.AMOUNT):
        run.send(decision(run), BOSS)
    (told,) = run.events(e.CommandRefused)
    assert "your consent is on record, nothing was done, and the request has ended" in told.text.en
    assert "您的同意已记录，但未作任何账务处理，该申请已结束" in told.text.zh
    assert run.book.balances.get("bad_debt", 0) == 0


def deal_credits(run: Run, minor: int) -> c.InvoiceCreditedByDeal:
    """Credit the newest of an order in the ledger; what the deal tells the account is returned."""
    effect = CreditInvoice(
        deal_id="d1",
        number="",
        reason="amended",
        issue_on=run.now.date(),
        entity="CN01",
        customer_id="c1",
        currency="CNY",
        items=("all",),
        amounts=(LineAmount(position=1, minor=minor),),
    )
    (note,) = now_of(run.ledger.credit_invoice(f"deal/d1/credit-{minor}", run.now, effect)).notes
    return c.InvoiceCreditedByDeal(number=note.number, deal_id="d1", credit_note=note.credit_note)


def hear(run: Run, word: c.InvoiceCreditedByDeal) -> None:
    run.apply(word, SYSTEM, f"word-{word.credit_note}")
    run.perform()


def bounced(run: Run, minor: int) -> None:
    run.send(c.ReverseReceiptNow(source="bank", external_id="1", amount=cny(minor), reason="returned"))


@ABOUT_OPEN
def test_what_a_deal_credits_ends_the_request_once_nothing_is_open(ask: Ask) -> None:
    run, number = owing()
    ask(run, number)
    before = len(run.staff)
    hear(run, deal_credits(run, 1_000))
    assert (run.events(e.RequestEnded), len(open_requests(run.account.requests))) == ([], 1)
    stale = decision(run)
    hear(run, deal_credits(run, 8_000))
    assert [(one.outcome, one.by) for one in run.events(e.RequestEnded)] == [("overtaken", "")]
    assert [(one.template, one.people) for one in run.staff[before:]] == [("request_overtaken", ("fin",))]
    assert [row.status for row in approvals_of(run.account)] == ["superseded"]
    assert refused(run, stale, BOSS) is Code.STATE
    # The deal knows by itself what its own credit leaves open.
    assert [told.open_minor for told in run.told if told.number == number and not told.disputed_minor] == []


def partly_paid_and_disputed() -> tuple[Run, str]:
    run, number = owing()
    run.pay("1", 4_000, number)
    run.send(c.Dispute(number=number, minor=5_000, reason="price"))
    run.send(c.Resolve(number=number, outcome="accept", reason="price was wrong"))
    return run, number


@pytest.mark.parametrize("late", [False, True], ids=["heard_at_once", "heard_after_the_bounce"])
def test_consent_to_a_dispute_that_a_deals_credit_ended_credits_no_other(late: bool) -> None:
    run, number = partly_paid_and_disputed()
    stale = decision(run)
    word = deal_credits(run, 5_000)
    if late:
        bounced(run, 4_000)
        hear(run, word)
    else:
        hear(run, word)
        bounced(run, 4_000)
    assert [one.outcome for one in run.events(e.RequestEnded)] == ["overtaken"]
    run.send(c.Dispute(number=number, minor=4_000, reason="other"))
    assert refused(run, stale, BOSS) is Code.STATE
    assert (run.events(e.InvoiceCredited), run.account.case.disputed_minor) == ([], 4_000)


def test_consent_that_is_under_way_with_another_dispute_does_not_credit_that_one() -> None:
    run, number = partly_paid_and_disputed()
    deal_credits(run, 5_000)
    back = c.ReverseReceiptNow(source="bank", external_id="1", amount=cny(4_000), reason="returned")
    commands = (back, c.Dispute(number=number, minor=4_000, reason="other"), decision(run))
    for place, command in enumerate(commands):
        run.apply(command, BOSS if place == 2 else FINANCE, f"cmd-{place}")
    run.perform()
    assert [(one.outcome, one.reason.partition(":")[0]) for one in run.events(e.RequestEnded)] == [
        ("refused", "E_STALE")
    ]
    assert (run.events(e.InvoiceCredited), run.account.case.disputed_minor) == ([], 4_000)
    run.send(c.Resolve(number=number, outcome="accept", reason="price was wrong"))
    run.send(decision(run), BOSS)
    assert [one.minor for one in run.events(e.InvoiceCredited)] == [4_000]


def test_the_dispute_that_a_waiting_request_is_about_is_named_in_what_is_agreed_to() -> None:
    run, number = owing()
    for reason in ("price", "other"):
        run.send(c.Dispute(number=number, reason=reason))
        run.send(c.Resolve(number=number, outcome="accept", reason="they are right"))
        run.send(c.Resolve(number=number, outcome="reject", reason="they are not"))
    raised = [event.effect for event in run.events(e.RequestRaised)]
    assert [(effect.dispute, effect.minor) for effect in raised] == [(1, 9_000), (2, 9_000)]


@pytest.mark.parametrize(("dispute", "said"), [(None, {}), (2, {"dispute": 2})])
def test_what_a_waiting_request_did_not_say_changes_not_what_people_agree_to(
    dispute: int | None, said: dict[str, int]
) -> None:
    """A request of before disputes were told apart keeps its hash, under which its people were asked."""
    effect = ResolveDispute(
        entity="CN01", customer_id="c1", currency="CNY", terms_hash="h", number="INV-1", outcome="accept",
        reason="price", issue_on=on(1),
    )  # fmt: skip
    content = {
        "entity": "CN01", "customer_id": "c1", "currency": "CNY", "kind": "resolve_dispute", "number": "INV-1",
        "outcome": "accept", "reason": "price", "minor": 500,
    }  # fmt: skip
    weighed = Weighed(minor=500, in_all_minor=500, dispute=dispute)
    hashed = subject_of(frozen(effect, weighed), weighed, "wu.ting").content_hash
    assert hashed == hashlib.sha256(json.dumps(content | said, sort_keys=True).encode()).hexdigest()
