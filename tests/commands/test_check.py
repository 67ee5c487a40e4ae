"""A step that fails is seen in the summary, and every step is a command that exists."""

import shutil

from rich.console import Console

from commands.check import Outcome, Step, carry_out, steps, summary
from tests.sources import ROOT


def test_every_step_can_be_run_from_the_root() -> None:
    programs = {step.command[0] for step in steps()}
    assert {program for program in programs if not (ROOT / program).exists() and not shutil.which(program)} == set()


def test_a_failure_is_carried_and_shown() -> None:
    console = Console(record=True, width=80)
    outcomes = [
        carry_out(Step("works", ("true",)), "1/2 works", console),
        carry_out(Step("breaks", ("sh", "-c", "exit 3")), "2/2 breaks", console),
    ]
    console.print(summary(outcomes))

    assert [outcome.exit_code for outcome in outcomes] == [0, 3]
    lines = [line.split()[:2] for line in console.export_text().splitlines()]
    assert ["ok", "works"] in lines
    assert ["FAILED", "breaks"] in lines


def test_the_summary_shows_the_seconds() -> None:
    console = Console(record=True, width=80)
    console.print(summary([Outcome(Step("typed", ()), 0, 12.34)]))
    assert ["ok", "typed", "12.3"] in [line.split() for line in console.export_text().splitlines()]
