"""A quote that is not approved tells its owner who said no, why, and what is to be done."""

import pytest

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.machine import explain
from domain.deal.state import Stage
from domain.machine import SYSTEM
from domain.refusal import Code
from domain.value import Text
from tests.domain.deal.driver import Driver, line
from tests.domain.deal.terms_fixture import STEPS


@pytest.mark.parametrize(
    ("verdict", "en", "zh"),
    [
        ("return", "returned by wang: offer 6 %", "wang 已退回：offer 6 %"),
        ("reject", "rejected by wang: offer 6 %", "wang 已驳回：offer 6 %"),
    ],
)
def test_who_turned_a_quote_down_and_why_is_in_the_task_and_in_the_mail(verdict: str, en: str, zh: str) -> None:
    d = Driver().pending()
    d.vote("wang", verdict, "offer 6 %")
    owed = explain(d.deal, d.now).waiting[0].what
    assert (owed.en, owed.zh) == (f"rework quote 1: {en}", f"修改第 1 版报价：{zh}")
    told = [pending.effect for pending in d.deal.pending if isinstance(pending.effect, f.Notify)]
    assert [dict(notify.facts)["decided_by"] for notify in told if notify.template == "quote_not_approved"] == ["wang"]
    assert [dict(notify.facts)["reason"] for notify in told if notify.template == "quote_not_approved"] == ["offer 6 %"]

    d.do(c.EditQuote(lines=(line(),)))
    assert explain(d.deal, d.now).waiting[0].what.en == "submit quote 2"
    assert [quote.turned_down_for for quote in d.deal.quotes] == ["", ""]


def test_a_quote_that_ran_out_of_time_was_turned_down_by_nobody() -> None:
    d = Driver().pending()
    while d.stage() is Stage.QUOTE_PENDING:
        d.tick()
    assert explain(d.deal, d.now).waiting[0].what.en == "rework quote 1: expired"


def test_a_quote_with_list_prices_of_its_own_is_given_back_before_anybody_is_asked() -> None:
    d = Driver().drafted()
    d.do(c.SubmitQuote())
    asked = d.waiting("resolve_approval").effect
    assert isinstance(asked, f.ResolveApproval)
    assert asked.lines == d.deal.quotes[-1].lines

    wrong = Text(en="line 1: the list price of A is 2", zh="第 1 行：A 的目录价为 2")
    found = d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=(), mispriced=wrong))

    assert found == ("approval_returned", "quote_not_approved")
    assert (d.stage(), d.deal.quotes[-1].status) == (Stage.QUOTE_DRAFT, "returned")
    owed = explain(d.deal, d.now).waiting[0].what
    assert owed.en == f"rework quote 1: returned: E_GATE: {wrong.en} / {wrong.zh}"
    d.refused(c.SendQuoteNow(), Code.STATE)
    d.do(c.SubmitQuote())
    again = d.waiting("resolve_approval").effect
    assert isinstance(again, f.ResolveApproval)
    assert (again.approval_id, again.lines) == ("D-1-q2", d.deal.quotes[-1].lines)


def test_a_change_of_people_asks_for_no_prices_again() -> None:
    d = Driver().pending()
    d.do(c.OrgChanged(), SYSTEM)
    asked = d.waiting("resolve_approval").effect
    assert isinstance(asked, f.ResolveApproval)
    assert asked.lines == ()
    late = c.Resolved(approval_id="D-1-q1", steps=STEPS, mispriced=Text(en="x", zh="x"))
    assert d.done("resolve_approval", late) == ("seats_resolved",)
