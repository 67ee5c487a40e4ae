"""A payment plan is written as the promises that its instalments are."""

from domain.account.effects import MakePlan
from domain.receivables.allocating import of_invoice
from domain.receivables.plans import plan_of
from storage.operations.books import AccountBooks
from storage.operations.claims import open_promises, promises_made, store_promises
from storage.operations.outcome import Outcome


def make_plan(books: AccountBooks, effect: MakePlan) -> Outcome:
    """Record a payment plan within the rules of the policy."""
    connection, account_id = books.connection, books.account.id
    items = of_invoice(books.touch([effect.number]), effect.number)
    plan_id = f"{effect.number}-PL{promises_made(connection, account_id) + 1}"
    running = open_promises(connection, account_id)
    parts = plan_of(items, running, plan_id, effect.schedule, books.terms, books.on)
    store_promises(books, parts)
    return Outcome(plan_id, minor=sum(part.minor for part in parts))
