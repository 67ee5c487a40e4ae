"""Opening balances go through the real accounts: each item once, however often it is started again."""

from datetime import date

from domain.money import Money
from domain.opening import Home, OpeningItem, judged
from simulation.opening_run import OpeningRun
from simulation.standard_deal import ENTITY
from storage.queries.journal import trial_balance
from storage.queries.opening import known_invoices
from tests.workflows.harness import Company, fresh
from workflows.client import account_workflow_id


class Customers:
    """Keeps whom the items are about, as the command does."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.kept: list[str] = []

    async def keep(self, item: OpeningItem) -> None:
        self.kept.append(item.customer_id)
        await self.company.customer(item.customer_id, item.name)


def items_of(tag: str, minor: int = 100) -> list[OpeningItem]:
    return [
        OpeningItem(
            line=line,
            entity=ENTITY,
            customer_id=f"{tag}-{line % 2}",
            name=f"Firm {tag}",
            number=f"{tag}/{line:04}",
            issued_on=date(2026, 2, 27),
            due_on=date(2126, 3, 13),
            amount=Money(minor=minor * line, currency="CAD"),
            attributes=(("terms", "NAA8"),),
        )
        for line in range(2, 9)
    ]


async def entered(company: Company, items: list[OpeningItem]) -> tuple[OpeningRun, list[int], list[str]]:
    told: list[int] = []
    customers = Customers(company)
    run = OpeningRun(company.workflows, customers, told.append)
    await run.run(items)
    return run, told, customers.kept


def receivable(company: Company) -> int:
    lines = company.database.look(trial_balance, ENTITY, "CAD")
    return sum(line.balance_minor for line in lines if line.account == "receivable")


async def test_items_are_entered_once_and_a_repeat_changes_nothing(ltc: Company) -> None:
    tag = fresh()
    items, before = items_of(tag), receivable(ltc)
    half, _, _ = await entered(ltc, items[:3])
    assert {one.outcome for one in half.verdicts.values()} == {"new"}
    run, told, kept = await entered(ltc, items)
    assert sorted(run.verdicts) == [2, 3, 4, 5, 6, 7, 8]
    assert {one.outcome for one in run.verdicts.values()} == {"new"}
    assert (told, sorted(kept)) == ([1, 2, 3, 4, 5, 6, 7], [f"{tag}-0", f"{tag}-1"])
    assert receivable(ltc) - before == 100 * sum(range(2, 9))
    known = ltc.database.look(known_invoices, [one.number for one in items])
    assert [one.outcome for one in judged(items, known, Home({ENTITY}, (), date(2026, 2, 27)))] == ["known"] * 7
    kinds = await ltc.kinds(account_workflow_id(ENTITY, f"{tag}-0", "CAD"))
    assert kinds.count("open_item_imported") == 4
    await ltc.assert_healthy(account_workflow_id(ENTITY, f"{tag}-1", "CAD"))


async def test_other_content_under_the_number_is_refused_and_the_others_go_on(ltc: Company) -> None:
    tag = fresh()
    await entered(ltc, items_of(tag)[:1])
    before = receivable(ltc)
    changed = [items_of(tag, minor=7)[0], *items_of(tag)[1:3]]
    run, _, _ = await entered(ltc, changed)
    assert [run.verdicts[line].outcome for line in (2, 3, 4)] == ["refused", "new", "new"]
    why = run.verdicts[2].why
    assert why is not None
    assert why.en
    assert why.zh
    assert receivable(ltc) - before == 300 + 400
