"""Open items go into their accounts as commands, each under its own key: what has happened is not done again."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Protocol

from domain.account.commands import ImportOpenItem
from domain.machine import Actor, Submission
from domain.opening import OpeningItem, Verdict
from domain.receivables.entries import Instalment
from domain.refusal import Refused
from simulation.patience import patiently
from simulation.side_by_side import side_by_side
from workflows.client import Workflows
from workflows.messages import AccountSubmission

SOURCE = "import"
_ACTOR = Actor(id=SOURCE, roles=("finance",), via="import")


class Customers(Protocol):
    """Keeps the customers whose items are imported."""

    async def keep(self, item: OpeningItem) -> None:
        """Make sure that the customer of an item exists; what is known of one already stays as it is."""


class OpeningRun:
    """One import on its way into the accounts; it tells after each item how many are done.

    Attributes:
        verdicts: what became of each item, by line; one the rules refused is refused.
    """

    def __init__(self, workflows: Workflows, customers: Customers, told: Callable[[int], object]) -> None:
        self._workflows = workflows
        self._customers = customers
        self._told = told
        self.verdicts: dict[int, Verdict] = {}

    async def run(self, items: Sequence[OpeningItem]) -> None:
        """Enter all items: those of one account one after the other, accounts side by side."""
        by_account: dict[tuple[str, str, str], list[OpeningItem]] = defaultdict(list)
        for item in items:
            by_account[item.entity, item.customer_id, item.amount.currency].append(item)
        await side_by_side(self._account(of_account) for of_account in by_account.values())

    async def _account(self, items: Sequence[OpeningItem]) -> None:
        await self._customers.keep(items[0])
        for item in items:
            self.verdicts[item.line] = await self._entered(item)
            self._told(len(self.verdicts))

    async def _entered(self, item: OpeningItem) -> Verdict:
        submission: AccountSubmission = Submission(
            id=f"{SOURCE}/{item.entity}/{item.number}", actor=_ACTOR, command=command_of(item)
        )
        try:
            await patiently(
                lambda: self._workflows.submit_account(item.entity, item.customer_id, item.amount.currency, submission)
            )
        except Refused as refused:
            return Verdict(item, "refused", refused.text)
        return Verdict(item, "new")


def command_of(item: OpeningItem) -> ImportOpenItem:
    """Return the command that enters an item."""
    return ImportOpenItem(
        number=item.number,
        issued_on=item.issued_on,
        instalments=(Instalment(index=1, due_on=item.due_on, amount=item.amount),),
        attributes=item.attributes,
    )
