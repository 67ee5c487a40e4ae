"""Above the policy's amount nothing is given away by one person: the ledger has not moved until another has agreed."""

from datetime import timedelta
from typing import Any

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.agenda import agenda
from domain.account.decide import decide
from domain.account.explain import explain
from domain.account.moves import moves
from domain.account.reading import finished
from domain.account.requests import KEPT_OVER, MOST_OPEN
from domain.account.rows import approvals_of, tasks_of
from domain.approval.questions import OrgChanged
from domain.approval.requests import AddSigner, Decide, Recall, TransferSeat
from domain.machine import Actor
from domain.refusal import Code, Refused
from domain.span import Span
from domain.terms import Alone, ApprovalTerms
from domain.value import Value
from tests.domain.account.run import FINANCE, LedgerRefused, Run, at, cny, step, terms

BOSS, CHIEF, SALES = Actor(id="boss"), Actor(id="chief"), Actor(id="sam", roles=("sales",))
OVER = 1_000


def run(**changes: Any) -> Run:
    rules = ApprovalTerms(sla=Span.parse("8h wall"), warn_at_bp=(5_000,), max_age=Span.parse("15d"))
    alone = tuple(Alone(kind=kind, minor=OVER) for kind in ("write_off", "credit", "claim"))
    return Run(terms(alone=alone, approval=rules, **changes))


def written_off(run: Run, minor: int | None, number: str = "") -> str:
    """Ask for a write-off of a new invoice of 10,000, or of one that is there; returns its number."""
    known = number or run.issue(f"D-{len(run.facts)}", 10_000, 30)
    run.send(c.WriteOffNow(number=known, minor=minor, reason="insolvent", evidence="court file 7"))
    return known


def decision(run: Run, verdict: str = "approve", place: int = -1, **changes: Any) -> Decide:
    row = approvals_of(run.account)[place]
    told = {"approval_id": row.approval_id, "verdict": verdict, "content_hash": row.content_hash, "reason": "because"}
    return Decide.model_validate(told | changes)


def refused(run: Run, command: Value, actor: Actor) -> Code:
    with pytest.raises(Refused) as told:
        decide(run.account, command, actor, run.now)
    return told.value.code


def test_up_to_the_amount_one_person_is_enough() -> None:
    one = run()
    number = written_off(one, OVER)
    assert [event.minor for event in one.events(e.InvoiceWrittenOff)] == [OVER]
    assert one.events(e.RequestRaised) == []
    assert one.book.invoice(number).open_minor == 9_000
    assert one.account.requests == ()


def test_above_the_amount_nothing_moves_before_another_person_agrees() -> None:
    one = run()
    number = written_off(one, OVER + 1)
    (row,) = approvals_of(one.account)
    assert (row.kind, row.status, row.requester, row.assignees) == ("write_off", "pending", "fin", ("boss", "chief"))
    assert (row.amount.minor, row.deal_id, row.owner_workflow) == (1_001, "", "account/CN01/c1/CNY")
    assert one.book.invoice(number).open_minor == 10_000
    assert one.book.balances.get("bad_debt", 0) == 0
    one.send(decision(one), BOSS)
    assert one.book.invoice(number).open_minor == 8_999
    assert one.book.balances["bad_debt"] == 1_001
    (off,) = one.events(e.InvoiceWrittenOff)
    assert (off.minor, off.reason, off.evidence) == (1_001, "insolvent", "court file 7")
    assert [event.outcome for event in one.events(e.RequestEnded)] == ["done"]
    assert approvals_of(one.account)[0].status == "approved"


def test_all_that_is_open_is_frozen_as_it_was_when_it_was_asked() -> None:
    one = run()
    number = written_off(one, None)
    assert approvals_of(one.account)[0].amount.minor == 10_000
    one.pay("1", 4_000, number)
    with pytest.raises(LedgerRefused, match=Code.AMOUNT):
        one.send(decision(one), BOSS)
    assert one.book.invoice(number).open_minor == 6_000
    assert [(event.outcome, event.reason[:8]) for event in one.events(e.RequestEnded)] == [("refused", "E_AMOUNT")]
    assert [(told.template, told.people) for told in one.staff][-1] == ("request_not_done", ("fin", "boss"))


def test_small_amounts_of_one_invoice_add_up() -> None:
    one = run()
    number = written_off(one, 600)
    written_off(one, 400, number)
    assert one.account.requests == ()
    written_off(one, 1, number)
    assert one.book.invoice(number).written_off_minor == 1_000
    assert [event.amount.minor for event in one.events(e.RequestRaised)] == [1]


@pytest.mark.parametrize(
    ("actor", "changes", "code"),
    [
        (FINANCE, {}, Code.SOD),
        (Actor(id="boss", on_behalf_of="fin"), {"on_behalf_of": "fin"}, Code.SOD),
        (Actor(id="somebody", roles=("finance", "admin")), {}, Code.AUTH),
        (BOSS, {"content_hash": "0" * 64}, Code.STALE),
        (BOSS, {"verdict": "reject", "reason": " "}, Code.GATE),
        (BOSS, {"approval_id": "CN01.c1.CNY.1"}, Code.NOTFOUND),
    ],
)
def test_a_decision_is_by_another_person_on_what_was_asked(actor: Actor, changes: dict[str, Any], code: Code) -> None:
    one = run()
    number = written_off(one, 2_000)
    assert refused(one, decision(one, **changes), actor) is code
    assert one.book.invoice(number).open_minor == 10_000


@pytest.mark.parametrize(("verdict", "outcome"), [("reject", "rejected"), ("return", "returned")])
def test_what_is_turned_down_is_never_done_and_its_asker_hears_why(verdict: str, outcome: str) -> None:
    one = run()
    number = written_off(one, 2_000)
    one.send(decision(one, verdict), BOSS)
    assert one.book.invoice(number).open_minor == 10_000
    assert [(event.outcome, event.by, event.reason) for event in one.events(e.RequestEnded)] == [
        (outcome, "boss", "because")
    ]
    assert one.staff[-1].people == ("fin",)
    assert dict(one.staff[-1].facts)["why"] == "because"
    assert refused(one, decision(one), CHIEF) is Code.STATE


def test_who_asked_may_take_it_back_and_nobody_else() -> None:
    one = run()
    written_off(one, 2_000)
    approval_id = approvals_of(one.account)[0].approval_id
    assert refused(one, Recall(approval_id=approval_id), BOSS) is Code.AUTH
    one.send(Recall(approval_id=approval_id, reason="paid after all"))
    assert [event.outcome for event in one.events(e.RequestEnded)] == ["recalled"]
    assert refused(one, decision(one), BOSS) is Code.STATE


def test_evidence_is_wanted_where_a_second_person_judges_by_it() -> None:
    one = run()
    number = one.issue("D-1", 10_000, 30)
    one.send(c.WriteOffNow(number=number, minor=OVER, reason="small"))
    with pytest.raises(LedgerRefused, match=Code.GATE):
        one.send(c.WriteOffNow(number=number, minor=1, reason="one more"))
    assert one.account.requests == ()


def test_a_credit_above_the_amount_waits_and_is_dated_when_it_is_issued() -> None:
    one = run()
    number = one.issue("D-1", 10_000, 30)
    one.send(c.Credit(number=number, minor=5_000, reason="damaged"), moment=at(3))
    assert one.events(e.InvoiceCredited) == []
    one.send(decision(one), BOSS, at(9))
    (credited,) = one.events(e.InvoiceCredited)
    assert (credited.minor, credited.credit_note[:7]) == (5_000, "CN-2026")
    assert one.book.invoice(number).open_minor == 5_000
    asked = next(event.effect for event in one.events(e.RequestRaised))
    assert asked.issue_on.isoformat() == "2026-03-05"


def test_an_accepted_dispute_is_a_credit_and_stays_open_until_it_is_agreed_to() -> None:
    one = run()
    number = one.issue("D-1", 10_000, 30)
    one.send(c.Dispute(number=number, minor=3_000, reason="price"), SALES)
    one.send(c.Resolve(number=number, outcome="accept"))
    assert one.book.invoice(number).disputed
    assert one.account.case.disputed_minor == 3_000
    one.send(decision(one), BOSS)
    assert not one.book.invoice(number).disputed
    assert one.book.invoice(number).open_minor == 7_000
    assert [event.outcome for event in one.events(e.DisputeResolved)] == ["accept"]


def test_a_dispute_turned_down_needs_nobody_else() -> None:
    one = run()
    number = one.issue("D-1", 10_000, 30)
    one.send(c.Dispute(number=number, minor=3_000, reason="price"), SALES)
    one.send(c.Resolve(number=number, outcome="reject"), SALES)
    assert one.account.requests == ()
    assert one.account.case.disputed_minor == 0


def test_a_claim_above_the_amount_moves_the_money_only_when_it_is_agreed_to() -> None:
    one = run()
    one.pay("1", 5_000)
    claim = c.ClaimReceipt(
        source="bank", external_id="1", entity="CN01", customer_id="c2", evidence="their remittance advice"
    )
    one.send(claim)
    assert one.account.case.unapplied_minor == 5_000
    assert one.events(e.ReceiptClaimed) == []
    one.send(decision(one), BOSS)
    assert [(event.minor, event.customer_id) for event in one.events(e.ReceiptClaimed)] == [(5_000, "c2")]
    assert one.ledger.book("CN01", "c2", "CNY").unapplied_minor == 5_000


def test_the_clock_reminds_and_at_last_lets_the_request_expire() -> None:
    one = run()
    number = written_off(one, 2_000)
    opened = one.now
    one.until(opened + timedelta(hours=5))
    assert [told.template for told in one.staff] == ["approval_due", "approval_reminder"]
    assert one.staff[0].due == opened + timedelta(hours=8)
    one.until(opened + timedelta(days=16))
    assert [event.outcome for event in one.events(e.RequestEnded)] == ["expired"]
    assert one.book.invoice(number).open_minor == 10_000


def test_people_who_come_or_go_are_seated_anew_by_word_and_by_date() -> None:
    one = run()
    written_off(one, 2_000)
    one.steps, one.people_change = (step("chief"),), at(2)
    one.apply(OrgChanged(), Actor(id="organisation", via="workflow"), "organisation")
    one.perform()
    assert approvals_of(one.account)[0].assignees == ("chief",)
    assert at(2) in [due.at for due in agenda(one.account)]
    one.steps, one.people_change = (step("boss"),), None
    one.until(at(2))
    assert approvals_of(one.account)[0].assignees == ("boss",)
    assert refused(one, decision(one), CHIEF) is Code.AUTH


def test_word_of_people_is_refused_where_no_seat_is_open() -> None:
    assert refused(run(), OrgChanged(), Actor(id="organisation", via="workflow")) is Code.STATE


def test_a_seat_is_handed_over_and_a_signer_added_as_in_a_deal() -> None:
    one = run()
    written_off(one, 2_000)
    approval_id = approvals_of(one.account)[0].approval_id
    one.send(TransferSeat(approval_id=approval_id, to="vice"), BOSS)
    assert approvals_of(one.account)[0].assignees == ("chief", "vice")
    one.send(AddSigner(approval_id=approval_id, who="extra", position="after"), CHIEF)
    one.send(decision(one), CHIEF)
    assert one.events(e.RequestAgreed) == []
    one.send(decision(one), Actor(id="extra"))
    assert [event.outcome for event in one.events(e.RequestEnded)] == ["done"]


def test_nobody_at_all_leaves_it_stuck_with_operations_and_undone() -> None:
    one = run()
    one.steps = (step(),)
    number = written_off(one, 2_000)
    assert approvals_of(one.account)[0].status == "stuck"
    assert [told.template for told in one.staff] == ["approval_stuck"]
    (owed,) = (
        blocker
        for blocker in explain(one.account, one.now).waiting
        if not blocker.command and blocker.who == "role:ops"
    )
    assert owed.what.en == f"write off {number}, 20.00 CNY: too few may decide: give its seats people"
    assert one.book.invoice(number).open_minor == 10_000


def test_who_is_late_may_still_decide_and_is_not_said_to_be_nobody() -> None:
    one = run()
    number = written_off(one, 2_000)
    one.until(one.now + timedelta(days=2))
    assert approvals_of(one.account)[0].status == "stuck"
    told = {blocker.who: blocker.what.en for blocker in explain(one.account, one.now).waiting}
    assert told["boss"].startswith("decide: write off")
    assert told["role:ops"].startswith(f"write off {number}, 20.00 CNY: too late")
    one.send(decision(one), BOSS)
    assert one.book.invoice(number).open_minor == 8_000


def test_who_must_decide_is_told_by_when_on_the_page_and_in_the_inbox() -> None:
    one = run()
    number = written_off(one, 2_000)
    first = explain(one.account, one.now).waiting[0]
    assert (first.who, first.command, first.by) == ("boss", "decide", one.now + timedelta(hours=8))
    assert f"write off {number}, 20.00 CNY" in first.what.en
    assert {row.who for row in tasks_of(one.account, one.now)} >= {"boss", "chief"}
    assert {"decide", "recall"} <= set(moves(one.account))
    assert "decide" not in moves(run().account)


def test_an_account_that_owes_nothing_waits_for_a_decision_before_it_ends() -> None:
    one = run()
    number = one.issue("d1", 10_000, 30)
    one.send(c.Credit(number=number, minor=2_000, reason="damaged"))
    one.pay("1", 10_000, number)
    assert (one.account.case.open_minor, finished(one.account)) == (0, False)
    one.send(decision(one, "reject"), BOSS)
    assert finished(one.account)


def test_so_many_may_wait_and_so_many_that_are_over_are_kept() -> None:
    one = run()
    for _ in range(MOST_OPEN):
        written_off(one, 2_000)
    with pytest.raises(LedgerRefused, match=Code.LIMIT):
        written_off(one, 2_000)
    number = written_off(one, OVER)
    assert one.book.invoice(number).open_minor == 9_000
    for place in range(MOST_OPEN):
        one.send(decision(one, place=place), BOSS)
    for _ in range(3):
        written_off(one, 2_000)
        one.send(decision(one), BOSS)
    assert len(one.account.requests) == KEPT_OVER + 1
    assert len(one.events(e.InvoiceWrittenOff)) == MOST_OPEN + 1 + 3


def test_the_same_decision_again_is_answered_as_the_first_and_done_once() -> None:
    one = run()
    written_off(one, 2_000)
    same = decision(one)
    one.send(same, BOSS)
    assert decide(one.account, same, BOSS, one.now) == ()
    assert refused(one, decision(one, "reject"), BOSS) is Code.DECIDED
    assert len(one.events(e.InvoiceWrittenOff)) == 1


@pytest.mark.parametrize("via", ["webhook", "import"])
def test_what_a_bank_reports_needs_nobody(via: Any) -> None:
    one = alone_for("receipt", "reversal")
    bank = Actor(id="bank", roles=("finance",), via=via)
    one.send(paid("1", 5_000), bank)
    one.send(c.ReverseReceiptNow(source="bank", external_id="1", amount=cny(5_000), reason="R"), bank)
    assert one.events(e.RequestRaised) == []
    assert [event.amount.minor for event in one.events(e.ReceiptReversed)] == [5_000]


def test_money_that_a_person_reports_above_the_amount_is_booked_when_another_agrees() -> None:
    one = alone_for("receipt")
    number = one.issue("D-1", 5_000, 30)
    one.send(paid("1", OVER))
    assert [event.unapplied_minor for event in one.events(e.ReceiptRecorded)] == [OVER]
    one.send(paid("2", 4_000, number))
    assert len(one.events(e.ReceiptRecorded)) == 1
    assert ("bank", "2") not in one.book.receipts
    (row,) = approvals_of(one.account)
    assert (row.kind, row.amount, row.requester) == ("receipt", cny(4_000), "fin")
    assert "book receipt bank/2" in row.reference
    one.send(decision(one), BOSS)
    assert one.book.invoice(number).open_minor == 1_000
    assert [event.external_id for event in one.events(e.ReceiptRecorded)] == ["1", "2"]
    one.send(paid("2", 4_000, number))
    assert len(one.events(e.RequestRaised)) == 1, "reported again it is there already"


def test_money_that_a_person_takes_back_above_the_amount_stays_until_another_agrees() -> None:
    """Small parts of one receipt add up, so that nobody empties it alone."""
    one = alone_for("reversal")
    one.send(paid("1", 5_000))
    for minor in (600, 401):
        one.send(c.ReverseReceiptNow(source="bank", external_id="1", amount=cny(minor), reason="R"))
    assert one.account.case.unapplied_minor == 4_400
    (row,) = approvals_of(one.account)
    assert (row.kind, row.amount) == ("reversal", cny(401))
    one.send(decision(one), BOSS)
    assert one.account.case.unapplied_minor == 3_999


def test_an_agreed_receipt_that_its_bank_reports_otherwise_meanwhile_is_refused() -> None:
    one = alone_for("receipt")
    one.send(paid("1", 4_000))
    one.send(paid("1", 900), Actor(id="bank", via="webhook"))
    one.until(one.now)
    with pytest.raises(LedgerRefused) as told:
        one.send(decision(one), BOSS)
    assert told.value.args == (Code.IDEM,)
    assert one.account.case.unapplied_minor == 900


def alone_for(*kinds: Any) -> Run:
    rules = ApprovalTerms(sla=Span.parse("8h wall"), warn_at_bp=(5_000,), max_age=Span.parse("15d"))
    return Run(terms(alone=tuple(Alone(kind=kind, minor=OVER) for kind in kinds), approval=rules))


def paid(external_id: str, minor: int, *invoices: str) -> c.RecordReceipt:
    return c.RecordReceipt(
        source="bank", external_id=external_id, amount=cny(minor), value_date=at(0).date(), invoices=invoices
    )
