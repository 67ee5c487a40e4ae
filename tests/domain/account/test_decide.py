"""The account's door: who may do what, what the ledger's answers make true, and that nothing goes round in circles."""

from typing import Any

import pytest

from domain.account import commands as c
from domain.account import effects as f
from domain.account import events as e
from domain.account.agenda import agenda
from domain.account.decide import decide, open_account
from domain.account.evolve import AccountFact, evolve
from domain.account.explain import stage_of
from domain.account.moves import moves
from domain.account.notice_commands import SayNotice
from domain.account.reading import finished
from domain.account.rows import row_of, tasks_of
from domain.account.state import Account
from domain.machine import CLOCK, SYSTEM, Actor
from domain.money import LARGEST_MINOR, Money
from domain.receivables.entries import CaseCounters, CaseView, Instalment, NextStep
from domain.refusal import Code, Refused
from domain.terms import LadderLevel
from domain.value import Text, Value
from tests.domain.account.run import DAY_0, FINANCE, LedgerRefused, Run, at, cny, dunning, on, terms

SALES = Actor(id="sam", roles=("sales",))
BANK = Actor(id="psp", via="webhook")


def refused(run: Run, command: Value, actor: Actor = FINANCE) -> Code:
    with pytest.raises(Refused) as told:
        decide(run.account, command, actor, run.now)
    return told.value.code


def receipt(minor: int = 100, currency: str = "CNY", **changes: Any) -> c.RecordReceipt:
    amount = Money(minor=minor, currency=currency)
    rest: dict[str, Any] = {"source": "bank", "external_id": "1", "amount": amount, "value_date": DAY_0}
    return c.RecordReceipt(**(rest | changes))


def foreign(number: str) -> c.ImportOpenItem:
    part = Instalment(index=1, due_on=DAY_0, amount=cny(5))
    return c.ImportOpenItem(number=number, issued_on=DAY_0, instalments=(part,))


def step(account: Account, *events: Any, cause: str = "x") -> Account:
    for event in events:
        fact = AccountFact(seq=account.version + 1, at=at(0), actor=SYSTEM, cause=cause, event=event)
        account = evolve(account, fact)
    return account


# --- loading --------------------------------------------------------------------------------------------------------


def test_the_first_effect_loads_the_case_and_until_then_only_word_is_taken() -> None:
    blank, events = open_account("CN01", "c1", "CNY")
    account = step(blank, *events)
    assert [pending.id for pending in account.pending] == ["account/CN01/c1/CNY/1/load_case"]
    for command in (receipt(), c.PauseDunning(reason="x"), c.Dispute(number="1", reason="other")):
        with pytest.raises(Refused) as told:
            decide(account, command, FINANCE, at(0))
        assert told.value.code == Code.STATE
    word = c.InvoiceOpened(number="INV-1", deal_id="d1", gross=cny(5))
    assert [event.kind for event in decide(account, word, SYSTEM, at(0))] == ["invoice_entered"]
    assert (agenda(account), finished(account), stage_of(account)) == ((), False, "loading")


def test_word_from_before_the_loading_is_refreshed_unless_the_case_counted_it_in() -> None:
    blank, events = open_account("CN01", "c1", "CNY")
    words = [e.InvoiceEntered(number=number, deal_id="d", gross=cny(5)) for number in ("INV-1", "INV-2")]
    account = step(blank, *events, *words)
    loaded = e.CaseLoaded(
        customer_name="X",
        terms=terms(),
        terms_hash="h1",
        case=CaseView(),
        counters=CaseCounters(),
        numbers=("INV-1",),
    )
    account = step(account, loaded, cause=account.pending[0].id)
    left = [pending.effect for pending in account.pending]
    assert [
        (type(effect), effect.number, effect.terms_hash) for effect in left if isinstance(effect, f.RefreshCase)
    ] == [(f.RefreshCase, "INV-2", "h1")]
    assert len(left) == 1


def test_a_refresh_that_waits_behind_another_operation_serves_two_invoices() -> None:
    run = Run()
    words = [e.InvoiceEntered(number=f"INV-{n}", deal_id="d", gross=cny(5)) for n in range(5)]
    account = step(run.account, *words)
    assert [pending.effect.kind for pending in account.pending] == ["refresh_case", "refresh_case"]


def test_an_account_in_another_currency_takes_no_invoice() -> None:
    word = c.InvoiceOpened(number="1", deal_id="d1", gross=Money(minor=1, currency="USD"))
    assert refused(Run(), word, SYSTEM) == Code.CCY


# --- who may do what ------------------------------------------------------------------------------------------------


def test_finance_records_money_and_sales_does_not() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=30)
    share = (c.Share(number=number, minor=1),)
    for command in (
        receipt(),
        c.Allocate(source="b", external_id="1", shares=share),
        c.WriteOffNow(number=number, reason="x"),
        c.Credit(number=number, reason="x"),
        c.Unallocate(source="b", external_id="1", reason="x"),
    ):
        assert refused(run, command, SALES) == Code.AUTH
    for claim in (c.Dispute(number=number, reason="price"), c.Promise(number=number, on=on(3))):
        (asked,) = decide(run.account, claim, SALES, run.now)
        assert isinstance(asked, e.LedgerAsked)
    assert refused(run, c.Dispute(number=number, reason="price"), Actor(id="x")) == Code.AUTH


def test_a_verified_bank_may_report_receipts_and_nothing_else() -> None:
    run = Run()
    run.send(receipt(), BANK)
    assert run.account.case.unapplied_minor == 100
    assert refused(run, c.PauseDunning(reason="x"), BANK) == Code.AUTH


def test_accepting_a_dispute_credits_so_it_needs_who_may_credit() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=30)
    run.send(c.Dispute(number=number, minor=30, reason="price"), SALES)
    assert refused(run, c.Resolve(number=number, outcome="accept"), SALES) == Code.AUTH
    run.send(c.Resolve(number=number, outcome="accept"))
    (credited,) = run.events(e.InvoiceCredited)
    assert (credited.minor, credited.credit_note, run.account.case.open_minor) == (30, "CN-2026-000001", 70)
    assert [(told.open_minor, told.disputed_minor) for told in run.told] == [(100, 30), (70, 0)]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (receipt(0), Code.AMOUNT),
        (receipt(-5), Code.AMOUNT),
        (receipt(LARGEST_MINOR + 1), Code.AMOUNT),
        (receipt(5, "USD"), Code.CCY),
        (c.Dispute(number="INV-2026-000001", reason="mood"), Code.GATE),
        (c.Dispute(number="INV-2026-000001", minor=0, reason="price"), Code.AMOUNT),
        (c.Promise(number="INV-2026-000001", minor=0, on=DAY_0), Code.AMOUNT),
        (c.PauseDunning(reason="x", until=at(-1)), Code.GATE),
        (c.Resolve(number="INV-2026-000001", outcome="reject"), Code.STATE),
        (c.ResumeDunning(), Code.STATE),
        (c.RetryEffect(effect_id="x"), Code.STATE),
        (c.Allocate(source="b", external_id="1", shares=(c.Share(number="x", minor=1),)), Code.STATE),
        (CaseView(), Code.STATE),
        (foreign("INV-2026-000002"), Code.GATE),
        (foreign("cn-2027-000001 "), Code.GATE),
    ],
)
def test_what_cannot_be_is_refused_before_the_ledger_is_asked(command: Value, code: Code) -> None:
    run = Run()
    run.issue("d1", 100, due_day=30)
    assert refused(run, command) == code


def test_money_is_reported_when_it_is_there() -> None:
    """A bank may date its value some days ahead; a year ahead is a slip of the pen, whatever way it comes in."""
    run = Run()
    late = receipt().model_copy(update={"value_date": on(8)})
    assert refused(run, late) == Code.GATE
    run.send(receipt().model_copy(update={"value_date": on(7)}))
    assert run.account.case.unapplied_minor == 100


# --- the ledger's answers -------------------------------------------------------------------------------------------


def test_a_receipt_settles_an_invoice_and_tells_its_deal() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=30)
    seen = len(run.facts)
    run.pay("1", 60, number)
    run.pay("2", 50, number)
    assert run.kinds()[seen:] == [
        "ledger_asked",
        "receipt_recorded",
        "invoice_partly_paid",
        "case_changed",
        "effect_completed",
        "ledger_asked",
        "receipt_recorded",
        "invoice_settled",
        "case_changed",
        "effect_completed",
    ]
    assert [(told.deal_id, told.open_minor) for told in run.told] == [("d1", 40), ("d1", 0)]
    assert (run.account.case.unapplied_minor, finished(run.account)) == (10, False)


def test_the_same_receipt_three_times_is_one_receipt() -> None:
    """G18: with other content it is refused, a person is told, and one receipt remains."""
    run = Run()
    for _ in range(3):
        run.send(receipt(), BANK)
    assert (len(run.events(e.ReceiptRecorded)), run.account.case.unapplied_minor) == (1, 100)
    run.send(receipt(200), BANK)
    (alarm,) = run.events(e.AttentionNeeded)
    assert (alarm.error[:6], run.account.case.unapplied_minor) == ("E_IDEM", 100)
    with pytest.raises(LedgerRefused) as told:
        run.send(receipt(200), FINANCE)
    assert told.value.args == ("E_IDEM",)
    assert run.account.case.unapplied_minor == 100


def test_the_fact_that_answers_a_command_is_caused_by_the_effect_it_asked_for() -> None:
    run = Run()
    run.send(receipt())
    asked = next(fact for fact in run.facts if isinstance(fact.event, e.LedgerAsked))
    answer = next(fact for fact in run.facts if isinstance(fact.event, e.ReceiptRecorded))
    assert answer.cause == f"account/CN01/c1/CNY/{asked.seq}/apply_receipt"


def test_a_bounce_opens_the_invoice_again() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=30)
    run.pay("1", 100, number)
    run.send(c.ReverseReceiptNow(source="bank", external_id="1", amount=cny(100), reason="bounced"))
    (again,) = run.events(e.InvoiceReopened)
    assert (again.open_minor, run.told[-1].open_minor) == (100, 100)
    assert run.account.case.oldest_due_on == on(30)


def test_a_dispute_of_what_gets_paid_ends_as_withdrawn() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=30)
    run.send(c.Dispute(number=number, reason="price"))
    run.pay("1", 100, number)
    (ended,) = run.events(e.DisputeResolved)
    assert (ended.outcome, run.account.case.disputed_minor, stage_of(run.account)) == ("withdrawn", 0, "settled")


def test_a_write_off_tells_the_deal_that_it_is_bad_debt() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=30)
    run.send(c.WriteOffNow(number=number, reason="insolvent"))
    assert (run.told[-1].open_minor, run.told[-1].written_off) == (0, True)
    assert run.book.balances == {"receivable": 0, "revenue": -100, "bad_debt": 100}
    assert finished(run.account)


def test_a_refusal_of_the_ledger_answers_the_command_and_changes_nothing() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=30)
    before = run.account
    with pytest.raises(LedgerRefused) as told:
        run.send(c.Credit(number=number, minor=101, reason="x"))
    assert told.value.args == ("E_AMOUNT",)
    assert run.kinds()[-2:] == ["ledger_asked", "command_refused"]
    assert (run.account.case, run.account.pending) == (before.case, ())


def test_a_result_nobody_waits_for_and_one_of_the_wrong_kind_are_refused() -> None:
    run = Run()
    done = c.EffectDone(effect_id="account/CN01/c1/CNY/1/load_case", result=c.Done())
    assert refused(run, done, SYSTEM) == Code.STATE
    run.account = step(run.account, e.DunningResumed())
    wrong = c.EffectDone(effect_id=run.account.pending[0].id, result=c.Done())
    assert refused(run, wrong, SYSTEM) == Code.STATE
    assert refused(run, c.EffectFailed(effect_id="x", error="y"), SYSTEM) == Code.STATE


def test_an_older_view_of_the_case_that_comes_late_is_not_taken() -> None:
    run = Run()
    newer = CaseView(open_minor=5, items=1, revision=9)
    account = step(run.account, e.CaseChanged(case=newer), e.CaseChanged(case=CaseView(revision=8)))
    assert account.case == newer


# --- timers ---------------------------------------------------------------------------------------------------------


def notice(**changes: Any) -> NextStep:
    rest: dict[str, Any] = {"at": at(33), "action": "notice", "level": 1, "stage": "reminder"}
    return NextStep(**(rest | changes))


def test_a_timer_armed_for_another_step_does_nothing() -> None:
    run = Run()
    run.issue("d1", 100, due_day=30)
    for stale in (notice(at=at(32)), notice(stage="L1"), notice(action="promise", stage="p1")):
        assert decide(run.account, c.StepDue(step=stale), CLOCK, at(33)) == ()
    assert decide(run.account, c.PauseEnded(), CLOCK, at(33)) == ()


def test_one_notice_is_under_way_at_a_time() -> None:
    run = Run()
    run.issue("d1", 100, due_day=30)
    due = agenda(run.account)[0].command
    (event,) = decide(run.account, due, CLOCK, at(33))
    account = step(run.account, event)
    assert (account.notice, agenda(account)) == ("reminder", ())
    assert decide(account, due, CLOCK, at(33)) == ()
    assert [(pending.lane, pending.effect.kind) for pending in account.pending] == [("notice", "send_notice")]


def test_a_notice_that_reaches_nobody_needs_a_person_and_the_level_stays() -> None:
    run = Run()
    run.issue("d1", 100, due_day=0)
    run.channel = ""
    run.until(at(30))
    assert [kind for kind in run.kinds() if kind.startswith("notice")] == ["notice_due", "notice_undeliverable"]
    assert (run.account.undeliverable, run.account.case.level) == ("reminder", 0)
    assert [staff.template for staff in run.staff] == ["undeliverable"]
    assert "resume_dunning" in [task.command for task in tasks_of(run.account, run.now)]
    assert row_of(run.account, run.now).attention
    run.channel = "email"
    run.send(c.ResumeDunning())
    run.until(at(30, 10))
    assert run.stages() == [(at(30), "reminder")]


def test_a_notice_that_is_void_but_still_due_is_not_tried_for_ever() -> None:
    run = Run()
    run.issue("d1", 100, due_day=0)
    due = agenda(run.account)[0].command
    account = step(run.account, *decide(run.account, due, CLOCK, at(3)))
    stuck = c.NoticeResult(outcome="void", case=account.case)
    events = decide(account, c.EffectDone(effect_id=account.pending[0].id, result=stuck), SYSTEM, at(3))
    assert [event.kind for event in events] == ["notice_undeliverable", "case_changed"]
    moved = stuck.model_copy(update={"case": CaseView()})
    events = decide(account, c.EffectDone(effect_id=account.pending[0].id, result=moved), SYSTEM, at(3))
    assert [event.kind for event in events] == ["notice_void", "case_changed"]


def test_what_the_clock_asked_and_the_ledger_refuses_waits_for_a_person() -> None:
    run = Run()
    run.issue("d1", 100, due_day=0)
    account = step(run.account, e.NoticeDue(step=agenda(run.account)[0].command.step))  # type: ignore[union-attr]  # a step is due
    sending = account.pending[0].id
    no = c.AccountRefusal(code="E_NOTFOUND", text=Text(en="gone", zh="没了"))
    (parked,) = decide(account, c.EffectDone(effect_id=sending, result=no), SYSTEM, at(3))
    account = step(account, parked)
    assert (parked.kind, account.pending[0].parked, agenda(account)) == ("attention_needed", "E_NOTFOUND: gone", ())
    assert moves(account)[-2:] == ("retry_effect", "skip_effect")
    skipped = step(account, *decide(account, c.SkipEffect(effect_id=sending, reason="x"), FINANCE, at(3)))
    assert (skipped.pending, skipped.undeliverable, agenda(skipped)) == ((), "reminder", ())
    retried = step(account, *decide(account, c.RetryEffect(effect_id=sending), FINANCE, at(3)))
    assert retried.pending[0].parked is None
    with pytest.raises(Refused) as told:
        decide(account, c.RetryEffect(effect_id="other"), FINANCE, at(3))
    assert told.value.code == Code.NOTFOUND


def test_a_failed_effect_is_parked_with_its_error() -> None:
    run = Run()
    account = step(run.account, e.DunningResumed())
    (event,) = decide(account, c.EffectFailed(effect_id=account.pending[0].id, error="no route"), SYSTEM, at(0))
    assert step(account, event).pending[0].parked == "no route"


def test_a_pause_holds_the_ladder_and_ends_by_itself_with_the_level_kept() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=0)
    run.send(c.PauseDunning(reason="talks", until=at(15, 14)), moment=at(5))
    assert refused(run, c.PauseDunning(reason="again")) == Code.STATE
    run.send(c.Promise(number=number, on=on(8)), moment=at(6))
    run.until(at(40))
    resumed = next(fact for fact in run.facts if isinstance(fact.event, e.DunningResumed))
    assert (resumed.at, [event.by_clock for event in run.events(e.DunningResumed)]) == (at(15, 14), [True])
    # A promise is judged in a pause too; what fell into it follows at its end.
    assert [fact.at for fact in run.facts if isinstance(fact.event, e.PromiseBroken)] == [at(9, 0)]
    assert run.stages() == [(at(3), "reminder"), (at(15, 14), "L1"), (at(20), "L2"), (at(30), "L3")]


def test_a_pause_without_end_is_ended_by_a_person() -> None:
    run = Run()
    run.issue("d1", 100, due_day=0)
    run.send(c.PauseDunning(reason="talks"))
    run.until(at(8))
    assert (run.stages(), stage_of(run.account)) == ([], "paused")
    run.send(c.ResumeDunning())
    run.until(at(8, 1))
    assert [event.by_clock for event in run.events(e.DunningResumed)] == [False]
    assert run.account.pause is None
    run.until(at(8, 23))
    assert run.stages() == [(at(8), "reminder")]


def test_the_actions_of_levels_hold_credit_make_tasks_and_hand_over() -> None:
    levels = (
        LadderLevel(id="call", day=3, actions=("call_task", "credit_hold", "stop_delivery")),
        LadderLevel(id="agency", day=10, channels=("letter",), actions=("hand_over", "credit_hold")),
        LadderLevel(id="never", day=20),
    )
    run = Run(terms(dunning(levels=levels)))
    number = run.issue("d1", 100, due_day=0)
    run.until(at(4))
    assert [staff.template for staff in run.staff] == ["call_task"]
    row = row_of(run.account, run.now)
    assert (row.credit_hold, row.delivery_stop, run.holds) == (True, True, [(True, True)])
    ids = [fact.cause for fact in run.facts if isinstance(fact.event, e.EffectCompleted)]
    assert len(ids) == len(set(ids)) == 2
    run.until(at(59))
    run.send(SayNotice(outcome="done"))
    run.until(at(60))
    assert [stage for _, stage in run.stages()] == ["call", "agency"]
    assert (stage_of(run.account), len(run.events(e.CreditHoldSet))) == ("handed_over", 1)
    run.pay("1", 100, number)
    assert (run.account.credit_hold, run.kinds().count("credit_hold_lifted"), finished(run.account)) == (False, 1, True)
    assert run.holds[-1] == (False, False)
