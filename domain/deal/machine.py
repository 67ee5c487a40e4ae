"""The deal as its shells see it: one pure machine, the same in the workflow, the simulator and the linter."""

from domain.deal.agenda import agenda
from domain.deal.consequences import effects
from domain.deal.decide import decide
from domain.deal.evolve import DealFact, evolve, fold
from domain.deal.explain import explain
from domain.deal.moves import moves
from domain.deal.reading import blank
from domain.deal.rows import approval_rows, row_of, task_rows
from domain.deal.whole import whole

__all__ = [
    "DealFact",
    "agenda",
    "approval_rows",
    "blank",
    "decide",
    "effects",
    "evolve",
    "explain",
    "fold",
    "moves",
    "row_of",
    "task_rows",
    "whole",
]
