"""A payment plan is written as the promises that its instalments are."""

from domain.account.effects import MakePlan
from domain.account.plan_effects import EndPlan
from domain.receivables.allocating import of_invoice
from domain.receivables.plans import Planned, plan_of, replaced, to_end
from domain.receivables.second_person import Weighed
from storage.operations.books import AccountBooks
from storage.operations.claims import close_promise, open_promises, promises_made, store_promises
from storage.operations.outcome import Outcome
from storage.operations.relief import relief_of


def make_plan(books: AccountBooks, effect: MakePlan) -> Outcome:
    """Record a payment plan within the bounds of the policy, or one that a second person has allowed."""
    connection, account_id = books.connection, books.account.id
    items = of_invoice(books.touch([effect.number]), effect.number)
    plan_id = f"{effect.number}-PL{promises_made(connection, account_id) + 1}"
    running = open_promises(connection, account_id)
    told = effect.model_dump(include={"schedule", "second", "agreed", "reason"})
    before = relief_of(connection, books.invoice_id(effect.number))
    asked = Planned(plan_id=plan_id, before=before, **told)
    parts = plan_of(items, running, asked, books.terms, books.on)
    if isinstance(parts, Weighed):
        return Outcome(effect.number, waits=parts)
    gone = replaced(effect.number, running)
    for promise_id in gone:
        close_promise(books, promise_id, "replaced")
    store_promises(books, parts)
    return Outcome(plan_id, minor=sum(part.minor for part in parts), replaced=gone)


def end_plan(books: AccountBooks, effect: EndPlan) -> Outcome:
    """End a plan: what it still covered is claimed again, and nobody broke it."""
    of_invoice(books.touch([effect.number]), effect.number)
    parts = to_end(effect.number, open_promises(books.connection, books.account.id))
    for part in parts:
        close_promise(books, part.promise_id, "withdrawn")
    return Outcome(parts[0].plan, minor=sum(part.minor for part in parts))
