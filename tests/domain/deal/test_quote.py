"""A quote is priced by its lines, approved by its hash, sent as approved, and accepted in time."""

from datetime import datetime, timedelta

import pytest

from domain.approval.seats import Candidate
from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.machine import agenda
from domain.deal.state import Stage
from domain.machine import SYSTEM, Actor
from domain.money import LARGEST_MINOR, Money
from domain.quotes import QuoteLine
from domain.refusal import Code
from domain.terms import QuoteTerms
from domain.value import Text
from tests.domain.deal.driver import START, Driver, cny, line
from tests.domain.deal.terms_fixture import STEPS, TERMS, span, terms

EUR = Money(minor=100, currency="EUR")


def dear(line: QuoteLine) -> QuoteLine:
    return line.model_copy(update={"net_price": Money(minor=LARGEST_MINOR, currency="CNY")})


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((line(quantity="0"),), Code.AMOUNT),
        ((line(quantity="-1"),), Code.AMOUNT),
        ((line(quantity="1e9"),), Code.AMOUNT),
        ((line(), line()), Code.GATE),
        ((line(position=0),), Code.GATE),
        ((line(net="-1.00"),), Code.AMOUNT),
        ((dear(line()),), Code.AMOUNT),
        ((dear(line(1, "1")), dear(line(2, "1"))), Code.AMOUNT),
        ((line().model_copy(update={"net_price": EUR}),), Code.CCY),
        ((line().model_copy(update={"list_price": EUR}),), Code.CCY),
        ((line().model_copy(update={"description": "x" * 70_000}),), Code.LIMIT),
    ],
)
def test_lines_that_cannot_be_sold_are_refused(lines: tuple[QuoteLine, ...], code: Code) -> None:
    Driver().qualified().refused(c.CreateQuote(lines=lines), code)


def test_a_quote_is_added_up_with_its_tax() -> None:
    d = Driver().drafted(line(), line(2, "2.5", "100.00", "100.00"))

    quote = d.deal.quotes[0]
    assert (quote.version, quote.status, quote.editor) == (1, "draft", "li")
    assert quote.totals.total == cny("90250.00")
    assert quote.totals.gross == cny("101982.50")
    assert quote.totals.max_discount_bp == 1000
    assert [line.tax_code for line in quote.lines] == ["S13", "S13"]


def test_a_blocked_customer_gets_no_quote() -> None:
    blocked = QuoteTerms(validity=span("30d"), validity_max=span("90d"), blocked=True)
    d = Driver(terms(quote=blocked)).qualified()
    d.refused(c.CreateQuote(lines=(line(),)), Code.HOLD)


def test_a_draft_is_edited_in_place_and_a_submitted_version_is_superseded() -> None:
    d = Driver().drafted()
    assert d.do(c.EditQuote(lines=(line(net="9500.00"),))) == ("quote_edited",)
    assert [quote.version for quote in d.deal.quotes] == [1]

    d.do(c.SubmitQuote())
    d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=STEPS))
    assert d.do(c.EditQuote(lines=(line(net="9400.00"),))) == (
        "approval_superseded",
        "quote_superseded",
        "quote_created",
    )

    assert [(quote.version, quote.status, bool(quote.lines)) for quote in d.deal.quotes] == [
        (1, "superseded", False),
        (2, "draft", True),
    ]
    assert d.stage() is Stage.QUOTE_DRAFT
    d.refused(c.SendQuoteNow(), Code.STATE)
    refused = d.refused(_vote("D-1-q1", d.deal.quotes[0].content_hash), Code.STATE, Actor(id="wang"))
    assert refused.text.en.startswith("decide is not possible in quote.draft (nothing is being approved); ")


def test_everybody_who_edited_a_quote_may_not_approve_it() -> None:
    d = Driver().drafted()
    d.do(c.EditQuote(lines=(line(net="9500.00"),)), Actor(id="sun", roles=("sales",)))
    d.do(c.EditQuote(lines=(line(net="9400.00"),)))
    d.do(c.SubmitQuote(), Actor(id="ma", roles=("sales",)))

    assert d.deal.approval is not None
    subject = d.deal.approval.subject
    assert (subject.editors, subject.requester, subject.owner) == (("li", "sun"), "ma", "li")


def test_the_approval_is_asked_with_integers() -> None:
    d = Driver().drafted()
    d.do(c.SubmitQuote())

    asked = d.waiting("resolve_approval").effect
    assert isinstance(asked, f.ResolveApproval)
    assert dict(asked.subject.measures) == {
        "max_discount_bp": 1000,
        "discount_bp": 1000,
        "total_minor": 9_000_000,
        "gross_minor": 10_170_000,
        "list_total_minor": 10_000_000,
        "list_gross_minor": 11_300_000,
        "payment_days": 30,
        "nonstandard_terms": 0,
    }
    assert (asked.approval_id, asked.customer_class, asked.policy) == ("D-1-q1", "C", TERMS.policy)


def test_validity_ends_at_the_customers_midnight_and_within_the_policys_limit() -> None:
    d = Driver(terms(customer_zone="America/New_York")).drafted()

    d.refused(c.SubmitQuote(valid_until=START), Code.GATE)
    d.refused(c.SubmitQuote(valid_until=START + timedelta(days=92)), Code.LIMIT)
    d.do(c.SubmitQuote())

    # 7 September, 10:00 in Shanghai, is still the 6th in New York.
    assert d.deal.quotes[-1].valid_until == datetime.fromisoformat("2026-10-07T00:00:00-04:00")


def test_an_asked_validity_stands_as_it_is() -> None:
    d = Driver().drafted()
    until = START + timedelta(days=5)
    d.do(c.SubmitQuote(valid_until=until))
    assert d.deal.quotes[-1].valid_until == until


def test_without_a_rule_that_fires_the_policy_itself_approves() -> None:
    d = Driver(steps=()).drafted()
    d.do(c.SubmitQuote())
    assert d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=())) == (
        "approval_not_needed",
        "quote_approved",
    )
    assert d.stage() is Stage.QUOTE_APPROVED


@pytest.mark.parametrize(("verdict", "outcome"), [("reject", "rejected"), ("return", "returned")])
def test_a_no_gives_the_quote_back(verdict: str, outcome: str) -> None:
    d = Driver().pending()

    found = d.vote("wang", verdict, "too cheap")

    assert found[-1] == "quote_not_approved"
    assert (d.stage(), d.deal.quotes[-1].status) == (Stage.QUOTE_DRAFT, outcome)
    assert [pending.effect.kind for pending in d.deal.pending].count("notify") == 2
    if outcome == "rejected":
        d.refused(c.SubmitQuote(), Code.STATE)
    else:
        assert d.do(c.SubmitQuote()) == ("quote_created", "quote_submitted", "approval_requested")
        assert d.deal.quotes[-1].version == 2


def test_a_recalled_quote_is_submitted_again_as_the_next_version() -> None:
    d = Driver().pending()
    d.refused(c.Recall(approval_id="D-1-q1"), Code.AUTH, Actor(id="wang"))
    assert d.do(c.Recall(approval_id="D-1-q1", reason="typo")) == ("approval_recalled", "quote_not_approved")
    assert d.stage() is Stage.QUOTE_DRAFT
    d.do(c.SubmitQuote())
    assert d.deal.approval is not None
    assert (d.deal.approval.id, d.deal.approval.status) == ("D-1-q2", "resolving")


def test_separation_of_duties_and_stale_hashes() -> None:
    d = Driver().pending()
    own = d.deal.quotes[-1].content_hash
    d.refused(_vote("D-1-q1", own), Code.SOD, Actor(id="li", roles=("sales",)))
    d.refused(_vote("D-1-q1", "0" * 64), Code.STALE, Actor(id="wang"))
    d.refused(_vote("D-1-q9", own), Code.NOTFOUND, Actor(id="wang"))


def test_the_same_decision_again_changes_nothing() -> None:
    d = Driver().pending()
    d.vote("wang")
    before = d.deal
    assert d.vote("wang") == ()
    assert d.deal is before
    d.refused(_vote("D-1-q1", d.deal.quotes[-1].content_hash, "reject"), Code.DECIDED, Actor(id="wang"))


def test_a_decision_is_carried_inside_the_envelope() -> None:
    covered = tuple(step.model_copy(update={"covers": (("total_minor", 9_000_000),)}) for step in STEPS)
    d = Driver(steps=covered).approved()
    d.do(c.EditQuote(lines=(line(quantity="9"),)))
    d.do(c.SubmitQuote())
    cheaper = tuple(step.model_copy(update={"covers": (("total_minor", 8_100_000),)}) for step in STEPS)

    found = d.done("resolve_approval", c.Resolved(approval_id="D-1-q2", steps=cheaper))

    assert found[-1] == "quote_approved"
    assert d.deal.prior_approval is None


def test_a_signer_is_checked_by_the_organisation() -> None:
    d = Driver().pending()
    wang = Actor(id="wang")
    assert d.do(c.AddSigner(approval_id="D-1-q1", who="sun", position="before"), wang) == ("signer_questioned",)
    asked = d.waiting("check_signer").effect
    assert isinstance(asked, f.CheckSigner)
    assert (asked.who, asked.policy) == ("sun", TERMS.policy)
    text = Text(en="left", zh="已离职")
    assert d.done("check_signer", c.SignerChecked(approval_id="D-1-q1", refused=text)) == ("signer_declined",)

    d.do(c.TransferSeat(approval_id="D-1-q1", to="sun"), wang)
    answer = c.SignerChecked(approval_id="D-1-q1", candidate=Candidate(person="sun"))
    assert d.done("check_signer", answer) == ("seat_transferred",)
    d.refused(_vote("D-1-q1", d.deal.quotes[-1].content_hash), Code.AUTH, wang)
    d.vote("sun")


def test_people_change_while_seats_are_open() -> None:
    d = Driver().pending()
    assert d.do(c.OrgChanged(), SYSTEM) == ("seats_questioned",)
    sun = STEPS[0].seats[0].model_copy(update={"candidates": (Candidate(person="sun"),)})
    again = (STEPS[0].model_copy(update={"seats": (sun,)}), STEPS[1])
    assert d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=again))[0] == "seats_resolved"
    d.vote("sun")
    Driver().drafted().refused(c.OrgChanged(), Code.STATE, SYSTEM)


def test_people_change_by_date_while_seats_are_open() -> None:
    d, holiday = Driver().drafted(), START + timedelta(hours=2)
    d.do(c.SubmitQuote())
    d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=STEPS, until=holiday))
    assert d.tick() == ("seats_questioned",)
    assert (d.now, d.waiting("resolve_approval").at) == (holiday, holiday)
    assert "people_change" not in {due.command.what for due in agenda(d.deal)}, "not again before there is an answer"

    d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=STEPS, until=holiday + timedelta(hours=1)))
    d.do(c.HoldDeal(reason="why"))
    d.wait(days=2)
    d.do(c.Release())
    assert d.tick() == ("seats_questioned",)
    assert d.now == holiday + timedelta(days=2), "what fell into the hold is done at its end"

    d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=STEPS, until=holiday + timedelta(days=3)))
    assert d.do(c.OrgChanged(), SYSTEM) == ("seats_questioned",)
    d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=STEPS))
    assert "people_change" not in {due.command.what for due in agenda(d.deal)}, "somebody withdrew the absence"


def test_people_who_come_and_go_after_the_approval_wake_nobody() -> None:
    d = Driver().drafted()
    d.do(c.SubmitQuote())
    d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=STEPS[:1], until=START + timedelta(days=2)))
    d.vote("wang")
    assert d.stage() is Stage.QUOTE_APPROVED
    assert "people_change" not in {due.command.what for due in agenda(d.deal)}
    late = c.Elapsed(what="people_change", reference="D-1-q1")
    d.wait(days=3)
    d.refused(late, Code.STATE, SYSTEM)


def test_a_result_for_an_approval_that_is_over_comes_too_late() -> None:
    d = Driver().drafted()
    d.do(c.SubmitQuote())
    d.do(c.EditQuote(lines=(line(),)))
    assert d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=STEPS)) == ("effect_completed",)


def test_the_clock_of_an_approval_warns_escalates_and_expires_with_the_quote() -> None:
    d = Driver().drafted()
    d.do(c.SubmitQuote(valid_until=START + timedelta(days=12)))
    d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=STEPS))

    assert d.tick() == ("step_warned",)
    assert d.tick() == ("step_escalated",)
    d.tick()
    assert d.tick() == ("approval_expired", "quote_expired")
    assert d.now == START + timedelta(days=12)
    assert d.stage() is Stage.QUOTE_EXPIRED


def test_an_approval_grows_too_old() -> None:
    d = Driver().pending()
    while d.tick()[0] != "approval_expired":
        pass
    assert d.now == START + timedelta(days=15)
    assert (d.stage(), d.deal.quotes[-1].status) == (Stage.QUOTE_DRAFT, "expired")


def test_sending_gives_the_customer_everything() -> None:
    d = Driver().approved()
    d.do(c.SendQuoteNow())

    sent = d.waiting("send_quote").effect
    assert isinstance(sent, f.SendQuote)
    quote = d.deal.quotes[-1]
    assert (sent.version, sent.content_hash, sent.valid_until) == (1, quote.content_hash, quote.valid_until)
    assert (sent.lines, sent.rates, sent.payment_terms) == (quote.lines, TERMS.billing.rates, "net30")
    assert (sent.entity, sent.zone, sent.prepared_by) == ("CN01", "Asia/Shanghai", "li")


def test_an_approved_quote_is_not_sent_after_its_time() -> None:
    d = Driver().approved()
    d.wait(days=31)
    d.refused(c.SendQuoteNow(), Code.EXPIRED)


def test_the_customer_is_reminded_twice_and_then_the_quote_expires() -> None:
    d = Driver().quoted()

    assert [d.tick(), d.tick(), d.tick()] == [("quote_reminded",), ("quote_reminded",), ("quote_expired",)]

    assert d.now == datetime.fromisoformat("2026-10-08T00:00:00+08:00")
    reminders = [fact for fact in d.facts if fact.event.kind == "quote_reminded"]
    assert [fact.at.isoformat() for fact in reminders] == ["2026-09-30T16:00:00+00:00", "2026-10-06T16:00:00+00:00"]
    told = [pending.effect for pending in d.deal.pending if isinstance(pending.effect, f.TellCustomer)]
    assert [tell.template for tell in told] == ["quote_reminder", "quote_reminder"]
    d.refused(c.AcceptQuote(content_hash=d.deal.quotes[-1].content_hash, accepted_by="x"), Code.EXPIRED)
    assert d.do(c.CreateQuote(lines=(line(),))) == ("quote_created",)
    assert d.deal.quotes[-1].version == 2


def test_a_reminder_due_before_sending_is_left_out() -> None:
    d = Driver().drafted()
    d.do(c.SubmitQuote(valid_until=START + timedelta(days=3)))
    d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=()))
    d.do(c.SendQuoteNow())
    assert [due.command.what for due in agenda(d.deal)] == ["quote_reminder", "quote_expiry"]
    assert agenda(d.deal)[0].command.reference == "1/2"


def test_acceptance_binds_to_what_was_sent_in_time() -> None:
    d = Driver().quoted()
    d.refused(c.AcceptQuote(content_hash="0" * 64, accepted_by="x"), Code.STALE)
    d.wait(days=40)
    d.refused(c.AcceptQuote(content_hash=d.deal.quotes[-1].content_hash, accepted_by="x"), Code.EXPIRED)


def test_a_purchase_order_where_the_class_needs_one() -> None:
    billing = TERMS.billing.model_copy(update={"po_required": True})
    d = Driver(terms(billing=billing)).quoted()
    d.refused(c.AcceptQuote(content_hash=d.deal.quotes[-1].content_hash, accepted_by="x"), Code.GATE)
    d.accept(po_reference="PO-7")
    assert d.deal.order is not None
    assert d.deal.order.po_reference == "PO-7"


def test_a_customer_may_negotiate_or_decline() -> None:
    d = Driver().quoted()
    assert d.do(c.EditQuote(lines=(line(net="8800.00"),)))[-1] == "quote_created"
    d.refused(c.AcceptQuote(content_hash=d.deal.quotes[0].content_hash, accepted_by="x"), Code.STATE)

    d = Driver().quoted()
    portal = Actor(id="customer", via="link")
    d.refused(c.SendQuoteNow(), Code.AUTH, portal)
    assert d.do(c.DeclineQuote(reason="price"), portal) == ("quote_declined", "deal_lost")
    assert (d.stage(), d.deal.quotes[-1].status) == (Stage.LOST, "declined")


def test_old_versions_are_few_and_keep_no_lines() -> None:
    d = Driver().pending()
    for nth in range(2, 16):
        d.do(c.EditQuote(lines=(line(),)))
        d.do(c.SubmitQuote())
        d.done("resolve_approval", c.Resolved(approval_id=f"D-1-q{nth}", steps=STEPS))
    assert [quote.version for quote in d.deal.quotes] == list(range(6, 16))
    assert [quote.version for quote in d.deal.quotes if quote.lines] == [15]


def _vote(approval_id: str, content_hash: str, verdict: str = "approve") -> c.Decide:
    return c.Decide.model_validate(
        {"approval_id": approval_id, "verdict": verdict, "content_hash": content_hash, "reason": "x"}
    )
