"""What waits for a person holds back only what is about the same document; everything else goes past it."""

from collections.abc import Sequence
from typing import Any

import pytest

from domain.account import commands as a
from domain.account import effects as g
from domain.account.decide import decide
from domain.account.evolve import AccountFact, evolve
from domain.account.explain import explain as explain_account
from domain.account.lanes import heads as account_heads
from domain.account.state import Account
from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.explain import explain
from domain.deal.lanes import heads
from domain.machine import SYSTEM, Pending
from domain.terms import BillingPart, BillingTerms, Trigger
from tests.domain.account.run import Run, cny
from tests.domain.deal.driver import OPS, START, Driver
from tests.domain.deal.terms_fixture import TERMS, terms

KEY: dict[str, Any] = {"entity": "CN01", "customer_id": "C-1", "currency": "CNY"}
LEDGER: dict[str, Any] = {**KEY, "terms_hash": "h"}


def asked(lane: str, effects: Sequence[Any], parked: Sequence[int]) -> tuple[Any, ...]:
    """Return effects of a lane, some of them parked."""
    return tuple(
        Pending[Any](id=f"x/{nth}/{one.kind}", lane=lane, effect=one, at=START, parked="no" if nth in parked else None)
        for nth, one in enumerate(effects)
    )


def letter(version: int) -> f.SendQuote:
    return f.SendQuote(
        deal_id="D-1", customer_id="C-1", version=version, lines=(), rates=(), price_includes_tax=False,
        valid_until=START, content_hash="h", payment_terms="net30",
    )  # fmt: skip


def reminder(version: int) -> f.TellCustomer:
    return f.TellCustomer(customer_id="C-1", template="quote_reminder", deal_id="D-1", quote=letter(version))


NOTICE = f.TellCustomer(customer_id="C-1", template="acceptance_notice", deal_id="D-1")
TELL = f.Notify(people=("li",), template="lead_assigned", deal_id="D-1")
CRM = f.SyncCrm(deal_id="D-1", outcome="won")
BOOKING = f.CreateOrder(deal_id="D-1", customer_id="C-1", revision=1, lines=(), total=cny(100))


def sending(number: str) -> f.SendInvoice:
    return f.SendInvoice(customer_id="C-1", number=number)


@pytest.mark.parametrize(
    ("effects", "parked", "head"),
    [
        ((letter(1), letter(2)), (), 0),
        ((letter(1), letter(2)), (0,), 1),
        ((letter(1), reminder(1), NOTICE), (0,), 2),
        ((letter(1), reminder(1)), (0,), None),
        ((letter(1), reminder(1), letter(2)), (0, 2), None),
        ((NOTICE, NOTICE), (0,), 1),
        ((TELL, TELL), (0,), 1),
        ((sending("INV-1"), sending("INV-2")), (0,), 1),
        ((sending("INV-1"), sending("INV-1")), (0,), None),
        ((CRM, CRM), (0,), None),
        ((BOOKING, BOOKING), (0,), None),
    ],
)  # fmt: skip
def test_of_a_deal_what_is_parked_holds_the_same_document_back(
    effects: Sequence[Any], parked: Sequence[int], head: int | None
) -> None:
    deal = Driver().qualified().deal.model_copy(update={"pending": asked("lane", effects, parked)})

    found = heads(deal).get("lane")

    assert (None if found is None else found.id) == (None if head is None else deal.pending[head].id)


REFRESH = g.RefreshCase(**LEDGER, number="INV-1")
JUDGE = g.JudgePromise(**LEDGER, promise_id="p")
STAFF = g.NotifyStaff(role="finance", template="call_task", customer_id="C-1")


def telling(number: str, open_minor: int) -> g.TellDeal:
    return g.TellDeal(deal_id="D-1", number=number, open_minor=open_minor)


@pytest.mark.parametrize(
    ("effects", "parked", "head"),
    [
        ((g.LoadCase(**KEY), REFRESH), (0,), None),
        ((g.LoadCase(**KEY, policy="standard@1"), REFRESH), (0,), 1),
        ((JUDGE, REFRESH), (0,), 1),
        ((REFRESH, JUDGE), (0,), 1),
        ((REFRESH, REFRESH), (0,), 1),
        ((STAFF, STAFF), (0,), 1),
        ((telling("INV-1", 5), telling("INV-1", 0)), (0,), None),
        ((telling("INV-1", 5), telling("INV-2", 0)), (0,), 1),
        ((JUDGE, REFRESH), (), 0),
    ],
)
def test_of_an_account_what_is_parked_holds_back_what_cannot_do_without_it(
    effects: Sequence[Any], parked: Sequence[int], head: int | None
) -> None:
    account = Account(**KEY, loaded=True, pending=asked("lane", effects, parked))

    found = account_heads(account).get("lane")

    assert (None if found is None else found.id) == (None if head is None else account.pending[head].id)


def test_an_invoice_that_is_refused_does_not_hold_the_next_one_and_is_dated_anew_when_it_is_tried_again() -> None:
    parts = (
        BillingPart(id="deposit", share_bp=5000, upon=Trigger.ORDERED),
        BillingPart(id="rest", share_bp=5000, upon=Trigger.DELIVERED),
    )
    d = Driver(terms(billing=BillingTerms(parts=parts, rates=TERMS.billing.rates, default_tax="S13"))).booked()
    first = d.waiting("issue_invoice")
    assert isinstance(first.effect, f.IssueInvoice)
    d.do(c.EffectFailed(effect_id=first.id, error="E_PERIOD"), SYSTEM, first.id)
    d.wait(days=3)
    d.do(c.RecordDelivery())

    head = heads(d.deal)["billing"]
    assert isinstance(head.effect, f.IssueInvoice)
    assert head.effect.item == "rest"
    d.do(c.EffectDone(effect_id=head.id, result=issued("rest", "INV-1")), SYSTEM, head.id)
    d.do(c.RetryEffect(effect_id=first.id), OPS)

    again = heads(d.deal)["billing"]
    assert isinstance(again.effect, f.IssueInvoice)
    assert (again.id, again.effect.item, again.parked) == (first.id, "deposit", None)
    assert (again.effect.issue_on - first.effect.issue_on).days == 3
    assert again.effect.supplied_on == first.effect.supplied_on


def issued(item: str, number: str) -> c.Issued:
    return c.Issued(item=item, number=number, net=cny(100), gross=cny(113), due_on="2026-10-09")


def test_it_is_told_what_waits_behind_what() -> None:
    effects = (letter(1), reminder(1), NOTICE)
    deal = Driver().qualified().deal.model_copy(update={"pending": asked("customer", effects, (0,))})
    told = [blocker.what for blocker in explain(deal, START).waiting if blocker.who == "ltc"]
    assert [what.en for what in told] == ["tell_customer waits behind x/0/send_quote", "tell_customer is under way"]
    assert "x/0/send_quote" in told[0].zh

    account = Account(**KEY, loaded=True, pending=asked("deal/D-1", (telling("INV-1", 5), telling("INV-1", 0)), (0,)))
    told = [blocker.what for blocker in explain_account(account, START).waiting if blocker.who == "ltc"]
    assert [what.en for what in told] == ["tell_deal waits behind x/0/tell_deal"]


def test_an_invoice_is_counted_in_though_the_refresh_before_it_was_refused() -> None:
    run = Run()
    parked = asked("ledger", (g.RefreshCase(**LEDGER, number="INV-0"),), (0,))
    running = Pending[Any](id="x/1/judge_promise", lane="ledger", effect=JUDGE, at=START)
    for others in (parked, (*parked, *asked("ledger", (REFRESH,), ())), (running,)):
        account = run.account.model_copy(update={"pending": others})
        word = a.InvoiceOpened(number="INV-9", deal_id="D-1", gross=cny(5))
        entered = AccountFact(
            seq=account.version + 1, at=run.now, actor=SYSTEM, cause="word", event=_entered(account, word)
        )
        asked_for = [one.effect for one in evolve(account, entered).pending if isinstance(one.effect, g.RefreshCase)]
        assert "INV-9" in [effect.number for effect in asked_for]


def _entered(account: Account, word: a.InvoiceOpened) -> Any:
    (event,) = decide(account, word, SYSTEM, START)
    return event
