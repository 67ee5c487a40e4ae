"""Whoever owns a deal, or has owned it since the quote was submitted, decides nothing on that quote."""

from domain.approval.objections import separated
from domain.approval.seats import Candidate
from domain.deal import commands as c
from domain.deal import effects as f
from domain.machine import Actor
from domain.refusal import Code
from tests.domain.deal.driver import OPS, SALES, Driver
from tests.domain.deal.terms_fixture import STEPS, seat


def vote(content_hash: str) -> c.Decide:
    return c.Decide(approval_id="D-1-q1", verdict="approve", content_hash=content_hash)


def test_who_takes_a_deal_over_while_its_quote_is_being_approved_does_not_decide_on_it() -> None:
    d = Driver().pending()
    content = d.deal.quotes[-1].content_hash
    assert d.do(c.Assign(owner="zhao"), OPS) == ("lead_assigned", "seats_questioned")
    asked = d.waiting("resolve_approval").effect
    assert isinstance(asked, f.ResolveApproval)
    assert (asked.subject.owner, asked.subject.former_owners) == ("zhao", ("li",))
    assert separated(asked.subject) == {"zhao", "li"}

    d.vote("wang")
    d.refused(vote(content), Code.SOD, Actor(id="zhao"))
    head = STEPS[1].model_copy(update={"seats": (seat("sales_head", "qian"),)})
    d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=(STEPS[0], head)))
    d.refused(vote(content), Code.SOD, Actor(id="zhao"))
    d.refused(vote(content), Code.SOD, SALES)
    assert d.vote("qian") == ("seat_decided", "approval_granted", "quote_approved")


def test_a_deal_handed_back_and_forth_stays_apart_from_all_who_owned_it() -> None:
    d = Driver().pending()
    for owner in ("zhao", "qian", "zhao"):
        d.do(c.Assign(owner=owner), OPS)
    approval = d.deal.approval
    assert approval is not None
    assert (approval.subject.owner, approval.subject.former_owners) == ("zhao", ("li", "qian"))
    d.refused(vote(d.deal.quotes[-1].content_hash), Code.SOD, Actor(id="qian"))


def test_who_has_decided_on_a_quote_is_not_made_its_owner_before_the_end() -> None:
    d = Driver().pending()
    d.vote("wang")
    d.refused(c.Assign(owner="wang"), Code.SOD, OPS)
    d.vote("zhao")
    assert d.do(c.Assign(owner="wang"), OPS) == ("lead_assigned",)


def test_a_person_who_was_given_a_seat_by_hand_loses_it_with_the_deal() -> None:
    d = Driver().pending()
    d.do(c.TransferSeat(approval_id="D-1-q1", to="qian"), Actor(id="wang"))
    d.done("check_signer", c.SignerChecked(approval_id="D-1-q1", candidate=Candidate(person="qian")))
    d.do(c.Assign(owner="qian"), OPS)
    d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=STEPS))
    approval = d.deal.approval
    assert approval is not None
    assert "qian" not in {one.person for one in approval.steps[0].seats[0].candidates}
