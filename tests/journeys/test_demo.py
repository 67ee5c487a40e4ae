"""The demo shows deals in every stage, comes from one seed, and is filled once."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from commands.demo import PEOPLE, fill, logins
from connectors.bookkeeping.beancount import account_name
from domain.deal.state import Stage
from domain.money import Money
from domain.receivables.closing import months_from
from settings import Settings
from simulation.demo import moments, plans
from storage.database import Database
from storage.operations.edge import holder
from storage.queries.accounts import accounts
from storage.queries.checks import Check
from storage.queries.deals import DealFilter, deals
from storage.queries.events import timeline
from storage.queries.invariants import verified
from storage.queries.journal import trial_balance
from storage.queries.open_questions import open_questions
from storage.queries.work import stuck
from tests.bean_check import bean_check, posted_until
from tests.journeys.installation import Installation, output_of
from tests.sources import ROOT
from workflows.client import deal_workflow_id

NOW = datetime(2026, 9, 9, 8, 0, tzinfo=UTC)
HALF, ASKED, DOLLARS, DISPUTED, CREDITED = "D-DEMO-48", "D-DEMO-49", "D-DEMO-50", "D-DEMO-37", "D-DEMO-31"
UNSEEN = {Stage.LEAD_NEW, Stage.CANCELLING}
"""Stages that last a moment only."""


def test_the_same_day_gives_the_same_stories() -> None:
    assert plans(NOW) == plans(NOW)
    assert len({plan.customer.name for plan in plans(NOW)}) > 30
    assert {plan.customer.entity for plan in plans(NOW)} == {"CN01", "DE01"}
    assert {plan.story.customer_class for plan in plans(NOW)} == {"A", "B", "C", "NEW", "X"}


def test_nothing_happens_after_now() -> None:
    taken = moments(plans(NOW), NOW)
    assert [moment.at for moment in taken] == sorted(moment.at for moment in taken)
    assert taken[-1].at <= NOW
    assert taken[0].at < NOW - timedelta(days=119)


def customer_of(deal_id: str) -> str:
    return deal_id.removeprefix("D-")


async def logged(database: Database, deal_id: str) -> list[dict[str, Any]]:
    page = await database.read(timeline, deal_workflow_id(deal_id), "", 200)
    return [json.loads(event.data) for event in page.events]


async def test_there_are_deals_in_every_stage_and_everything_adds_up(demo: Installation) -> None:
    async with Database(f"sqlite:///{demo.data_dir / 'ltc.db'}") as database:
        found = (await database.read(deals, DealFilter(), "", 200)).deals
        stages = Counter(deal.stage for deal in found)
        broken: list[Check] = [check for check in await database.read(verified) if not check.holds]
        waiting = await database.read(stuck, datetime.now(UTC), datetime.now(UTC) - timedelta(days=365))
    assert set(stages) >= {stage.value for stage in Stage if stage not in UNSEEN}
    assert len(found) >= 40
    assert {deal.overlay for deal in found} >= {"on_hold", "credit_hold", "disputed"}
    assert broken == []
    assert (waiting.deals, waiting.accounts) == ((), ())


async def test_finance_finds_a_question_a_half_delivery_a_dispute_and_dollars(demo: Installation) -> None:
    """What the tour in the README names is there, and is what it says."""
    async with Database(f"sqlite:///{demo.data_dir / 'ltc.db'}") as database:
        asked = (await database.read(open_questions, "", "", 50)).questions
        found = {deal.deal_id: deal for deal in (await database.read(deals, DealFilter(), "", 200)).deals}
        told = {deal_id: await logged(database, deal_id) for deal_id in (HALF, CREDITED)}
        held = await database.read(accounts, customer_of(DOLLARS), datetime.now(UTC))
    (question,) = [one for one in asked if one.customer_id == customer_of(ASKED)]
    assert [len(one) for one in question.candidates] == [1, 1]
    assert question.candidates[0] != question.candidates[1]
    assert question.evidence == (
        "more than one answer, or a disputed one: a person must allocate / 存在多种可能或涉及争议：需人工核销",
    )
    (delivered,) = [event for event in told[HALF] if event["kind"] == "delivery_recorded"]
    assert (delivered["complete"], found[HALF].stage) == (False, "active")
    assert found[DISPUTED].overlay == "disputed"
    assert found[CREDITED].stage == "closed.cancelled"
    assert [event["kind"] for event in told[CREDITED]].count("invoice_credited") == 1
    assert found[DOLLARS].stage == "closed.paid"
    assert {one.currency: (one.case.open_minor, one.case.unapplied_minor) for one in held} == {
        "CNY": (0, 0), "USD": (0, 50_000),
    }  # fmt: skip


async def test_bean_check_accepts_the_books_and_finds_our_balances(demo: Installation, tmp_path: Path) -> None:
    lines = (await output_of(ROOT / "ltc", "export", "beancount", "--data-dir", str(demo.data_dir))).splitlines()
    assert bean_check(tmp_path, lines) == ""
    async with Database(f"sqlite:///{demo.data_dir / 'ltc.db'}") as database:
        balances = await database.read(trial_balance)
    asserted = [line.split()[2:4] for line in lines if " balance " in line]
    assert asserted == [
        [account_name(line.entity, line.account), Money(minor=line.balance_minor, currency=line.currency).plain]
        for line in balances
    ]
    assert {line.entity for line in balances} == {"CN01", "DE01"}


async def test_the_exported_books_have_our_balances_at_the_end_of_every_month(demo: Installation) -> None:
    lines = (await output_of(ROOT / "ltc", "export", "beancount", "--data-dir", str(demo.data_dir))).splitlines()
    days = [date.fromisoformat(line[:10]) for line in lines if " * " in line]
    months = months_from(min(days), max(days))
    assert len(months) > 3
    async with Database(f"sqlite:///{demo.data_dir / 'ltc.db'}") as database:
        for month in months:
            ours = await database.read(trial_balance, on=month.last)
            assert posted_until(lines, month.last) == {
                (account_name(line.entity, line.account), line.currency): Decimal(
                    Money(minor=line.balance_minor, currency=line.currency).plain
                )
                for line in ours
                if line.balance_minor
            }


async def test_the_logins_are_printed_kept_and_known(demo: Installation) -> None:
    made = logins(demo.data_dir)
    assert [(login.person, login.roles) for login in made] == list(PEOPLE)
    assert (demo.data_dir / "demo-logins.json").stat().st_mode & 0o077 == 0
    async with Database(f"sqlite:///{demo.data_dir / 'ltc.db'}") as database:
        for login in made:
            assert login.key in demo.said
            known = await database.read(holder, login.key)
            assert known is not None
            assert (known.person, known.roles) == (login.person, login.roles)


async def test_filling_it_again_changes_nothing(demo: Installation) -> None:
    settings = Settings(_env_file=demo.data_dir / "environment")
    before = logins(demo.data_dir)
    async with Database(settings.database_url) as database:
        events = sum(check.checked for check in await database.read(verified))
        await fill(settings)
        assert sum(check.checked for check in await database.read(verified)) == events
    assert logins(demo.data_dir) == before


async def test_a_deal_is_explained_in_both_languages_and_its_cost_counted(demo: Installation) -> None:
    where = ("--data-dir", str(demo.data_dir))
    english = await output_of(ROOT / "ltc", "explain", "D-DEMO-17", *where)
    assert "D-DEMO-17" in english
    assert "quote.pending" in english
    assert "zhao.lei: decide on quote 1" in english
    chinese = await output_of(ROOT / "ltc", "explain", "D-DEMO-17", "--language", "zh", *where)
    assert "等待：" in chinese
    assert "zhao.lei" in chinese
    cost = await output_of(ROOT / "ltc", "cost", "D-DEMO-43", *where)
    assert "deal/D-DEMO-43" in cost
    assert "together" in cost
