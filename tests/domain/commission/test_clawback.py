"""What a preview takes back of commission is what the fold takes back once it is done."""

from datetime import UTC, date, datetime

from domain.cancellation import CancellationPreview, CancelledCredit
from domain.commission.clawback import with_clawback
from domain.commission.facts import Change, Sale, SoldLine
from domain.commission.fold import commission, totals
from domain.money import Money
from domain.policy.commission import CommissionRule

AT = datetime(2026, 3, 2, tzinfo=UTC)
LATER = datetime(2026, 3, 9, tzinfo=UTC)
ON = date(2026, 3, 9)


def cny(minor: int) -> Money:
    return Money(minor=minor, currency="CNY")


def sale(number: str, agent: str) -> Sale:
    return Sale(
        entity="CN01", number=number, deal_id="D-1", agent=agent, currency="CNY", at=AT, on=AT.date(),
        net_minor=100_000, gross_minor=113_000, lines=(SoldLine(sku="A", net_minor=100_000),),
    )  # fmt: skip


def paid(number: str, minor: int, at: datetime) -> Change:
    return Change(entity="CN01", number=number, what="cash", document="bank/1", at=at, on=at.date(), gross_minor=minor)


SALES = (sale("INV-1", "li"), sale("INV-2", "wang"), sale("INV-3", "li"))
CASH = (paid("INV-1", 113_000, AT), paid("INV-3", 56_500, AT))


def test_both_bases_lose_what_is_credited_and_others_lose_nothing() -> None:
    credit = CancelledCredit(number="INV-1", amount=cny(56_500), tax_minor=6_500, offset_minor=0, released_minor=56_500)
    preview = CancellationPreview(
        deal_id="D-1", delivered="owed", credits=(credit,), credited=cny(56_500), owed=cny(0), in_all=cny(56_500)
    )
    for basis in ("invoiced", "cash_received"):
        rules = (CommissionRule.model_validate({"id": "all", "basis": basis, "rate_bp": 300}),)

        told = with_clawback(preview, "CN01", SALES, CASH, rules, LATER, ON)

        assert [(one.person, one.change) for one in told.clawback] == [("li", cny(-1_500))]
        done = (
            paid("INV-1", -56_500, LATER),
            paid("INV-1", 56_500, AT).model_copy(update={"what": "credit", "at": LATER, "on": ON, "net_minor": 50_000}),
        )
        before, after = (totals(commission(SALES, facts, rules)) for facts in (CASH, (*CASH, *done)))
        assert after["li", "CNY"] - before["li", "CNY"] == -1_500
        assert after.get(("wang", "CNY")) == before.get(("wang", "CNY"))


def test_what_credits_nothing_takes_nothing_back() -> None:
    preview = CancellationPreview(deal_id="D-1", delivered="owed", credited=cny(0), owed=cny(0), in_all=cny(0))
    rules = (CommissionRule(id="all", basis="invoiced", rate_bp=300),)
    assert with_clawback(preview, "CN01", SALES, CASH, rules, LATER, ON) == preview
