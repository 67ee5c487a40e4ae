"""The money figures say what happened: the truth is made with the receipts, and every movement is judged by it."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import pytest
from rich.console import Console

from bench import covering, einvoice, ledger, through_workflows
from bench.receipts import LARGE, SMALL, books
from bench.timing import Took
from commands.bench_money import Money, show
from domain.receivables.covering import MOST_ITEMS
from domain.receivables.entries import Allocation, CaseView, Match, Movement
from embedded.temporal_server import TemporalServer
from storage.database import Database
from storage.migrate import upgrade
from storage.queries.invariants import verified


def test_the_same_seed_makes_the_same_books() -> None:
    made = list(books(2_000, 200))
    assert made == list(books(2_000, 200))
    assert made != list(books(2_000, 200, seed=8))
    assert sum(len(book.items) for book in made) == 2_000
    assert Counter(len(book.items) for book in made) == {LARGE: 10, SMALL: 100}
    assert sum(len(book.receipts) for book in made) == 200
    assert {paid.kind for book in made for paid in book.receipts} == {"named", "several", "amount", "twins", "stray"}


def test_the_truth_of_every_receipt_follows_from_the_items() -> None:
    for book in books(2_000, 200):
        minors = {item.number: item.minor for item in book.items}
        paid_for = [number for paid in book.receipts for number in paid.pays]
        assert len(set(paid_for)) == len(paid_for)
        for paid in book.receipts:
            named = {number for number in minors if number in paid.reference}
            assert named in (paid.pays, set())
            if paid.kind == "twins":
                assert [minors[number] for number in minors].count(paid.minor) == 2
            elif paid.kind == "stray":
                sums = {sum(some) for many in range(1, MOST_ITEMS + 1) for some in combinations(minors.values(), many)}
                assert paid.minor not in sums
            else:
                assert paid.minor == sum(minors[number] for number in paid.pays)


@pytest.fixture
async def filled(postgres_url: Callable[[], Awaitable[str]]) -> tuple[str, str]:
    urls = (await postgres_url(), await postgres_url())
    for url in urls:
        upgrade(url)
        async with Database(url) as database:
            told: list[int] = []
            await ledger.fill(database, books(400, 40), told.append)
            assert told[-1] == 400
    return urls


async def test_no_receipt_is_wrong_and_the_books_hold(filled: tuple[str, str]) -> None:
    made = list(books(400, 40))
    found = await ledger.measured(*filled, made)
    assert (found.items, found.receipts, found.wrong) == (400, 40, 0)
    named = sum(paid.kind in ("named", "several") for book in made for paid in book.receipts)
    twins = sum(paid.kind == "twins" for book in made for paid in book.receipts)
    assert found.automatic >= named > 0
    assert found.asked >= twins > 0
    assert found.automatic + found.asked + found.unapplied == 40
    async with Database(filled[0]) as database:
        assert [check.name for check in await database.read(verified) if not check.holds] == []


def test_a_movement_that_pays_anything_else_is_wrong() -> None:
    paid = [one for book in books(2_000, 200) for one in book.receipts if one.kind in ("named", "twins")][:2]
    part = Allocation(number="X", instalment=1, kind="cash", minor=1)
    asked = Match(allocations=(), rule="none", candidates=(("A",), ("B",)))
    wrong = Movement(reference="r", allocations=(part,), case=CaseView())
    right = wrong.model_copy(
        update={"allocations": tuple(part.model_copy(update={"number": number}) for number in paid[0].pays)}
    )
    question = Movement(reference="r", match=asked, case=CaseView())
    nothing = Movement(reference="r", case=CaseView())
    ours, floor = Took(1.0, 4.0), Took(0.5, 2.0)
    ends = [ledger.summed_up(9, paid[:1], [moved], ours, floor) for moved in (wrong, right, question, nothing)]
    assert [(one.wrong, one.automatic, one.asked, one.unapplied) for one in ends] == [
        (1, 1, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1),
    ]  # fmt: skip
    assert (ends[0].per_s, ends[0].floor_per_s, ends[0].times_floor, ends[0].per_core_s) == (0.25, 0.5, 2.0, 1.0)


async def test_receipts_through_workflows_are_all_booked(
    temporal_server: TemporalServer, postgres_url: Callable[[], Awaitable[str]], tmp_path: Path
) -> None:
    made, url = list(books(200, 20)), await postgres_url()
    upgrade(url)
    async with Database(url) as database:
        await ledger.fill(database, made, lambda items: None)
    settings = through_workflows.settings_of(temporal_server.address, tmp_path, url)
    found = await through_workflows.measured(settings, made)
    assert (found.receipts, found.accounts) == (20, 11)
    assert found.of_bare == pytest.approx(found.per_s / found.bare_per_s)


def test_the_figures_are_printed_beside_their_floors() -> None:
    rate = einvoice.Rate("PDF and checked UBL", 2, 80.0, 100.0, 2.0, 1.25)
    found = Money(
        ledger.Applied(400, 40, 300.0, 900.0, 350.0, 1000.0, 1.5, 3.0, 38, 1, 1, 0),
        through_workflows.Through(20, 11, 10.0, 40.0, 0.25),
        covering.Worst(12, "all alike, no sum", 100, 50.0, 2.0, 25.0, 1.0),
        einvoice.EInvoicing(rate, rate, 1.5),
    )
    console = Console(record=True, width=120)
    show(found, console)
    shown = " ".join(console.export_text().split())
    assert "receipts on the ledger 300.0 900.0 3.00 1.50" in shown
    assert "receipts through workflows 10.0 40.0 4.00" in shown
    assert "40 receipts against 400 open items: 38 allocated by themselves, 0 of them wrong, 1 asked" in shown
    assert "the worst of 12 hard searches took 50 ms (all alike, no sum, 100 items)" in shown
    assert asdict(found.ledger)["wrong"] == 0


def test_every_hard_search_is_searched_and_the_worst_named() -> None:
    found = covering.measured((20, 40))
    assert found.inputs == 2 * len(covering.HARD)
    assert found.input in covering.HARD
    assert found.items in (20, 40)
