"""The measurement measures what it says; how fast anything is, no test asserts."""

import json

import pytest

from bench.core import Run, summed_up
from bench.floor import fold
from cli import run


def test_bench_core_prints_one_object_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "core", "--deals", "8", "--rounds", "1", "--json"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("\n") == 1
    found = json.loads(shown)
    assert [size["deals"] for size in found["sizes"]] == [1, 2, 4, 8]
    assert found["facts"] == 47  # 33 of the deal, 14 of its account
    assert found["kept_bytes"] > 47 * 48  # a fact is an object of its own, and all of them are kept


def test_bench_core_prints_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "core", "--deals", "8", "--rounds", "1"]) == 0
    shown = capsys.readouterr().out
    assert "of the bar of 2,000" in shown
    assert "times the floor" in shown
    assert "kept of each deal, with all 47 facts" in shown


def test_the_best_run_of_each_size_counts_and_the_floor_stands_beside_it() -> None:
    found = summed_up(
        [Run(100, 47, 0.5, 0.1), Run(200, 47, 2.0, 0.2), Run(100, 47, 0.25, 0.05), Run(200, 47, 1.0, 0.25)], 1024
    )
    assert [(size.deals, size.deals_per_s, size.floor_deals_per_s) for size in found.sizes] == [
        (100, 400.0, 2000.0), (200, 200.0, 1000.0),
    ]  # fmt: skip
    assert (found.deals_per_s, found.of_bar) == (400.0, 0.2)
    assert (found.times_floor, found.growth) == (5.0, 2.0)
    assert (found.kept_bytes, found.facts) == (1024, 47)


def test_the_floor_builds_and_folds_every_fact() -> None:
    (one, other) = fold(2, 3)
    assert (one[0].deal_id, other[0].deal_id) == ("D-0", "D-1")
    assert one[0].version == 3
    assert [fact.seq for fact in one[1]] == [1, 2, 3]
