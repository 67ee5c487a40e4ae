"""Money that the bank exchanged pays, at the bank's rate, what its payer instructed in another currency."""

from domain.account.effects import ApplyReceipt
from domain.account.exchange_effects import ExchangeReceipt
from domain.money import Money
from domain.receivables.exchange import Rate, pays
from domain.receivables.naming import named_in
from domain.receivables.plausible import is_near
from domain.statements.posting import SOURCE
from storage.operations.accounts import find_account, hold_account
from storage.operations.books import AccountBooks
from storage.operations.exchanges import exchange_receipt
from storage.operations.items import open_items
from storage.operations.outcome import Outcome
from storage.operations.receipts import apply_receipt
from storage.operations.worths import rate_of_day


def receive(books: AccountBooks, effect: ApplyReceipt) -> Outcome:
    """Record a receipt; one that the bank has exchanged is exchanged back where that leaves no doubt.

    Its reference names invoices of the customer in the currency that was instructed, undisputed, of which just that is
    open, and the bank's rate is near the one that is known. Else it is unapplied, for a person.
    """
    done, rate = apply_receipt(books, effect), effect.receipt.rate
    if rate is None or not _is_of_bank(effect) or not _is_free(done) or not _is_near(books, effect, rate):
        return done
    into = rate.quote if rate.unit == books.account.currency else rate.unit
    numbers = _paid_exactly(books, effect, rate, into)
    if not numbers:
        return done
    receipt = effect.receipt
    asked = ExchangeReceipt(
        source=receipt.source, external_id=receipt.external_id, into=into, minor=None, rate=rate, numbers=numbers,
        by=SOURCE, entity=effect.entity, customer_id=effect.customer_id, currency=effect.currency,
        terms_hash=effect.terms_hash,
    )  # fmt: skip
    made = exchange_receipt(books, asked)
    return Outcome(done.reference, (), done.match, made.unapplied_minor, exchanged=made.exchanged)


def _is_of_bank(effect: ApplyReceipt) -> bool:
    return effect.rated_by == "source" and not effect.via and effect.receipt.source == SOURCE


def _is_free(done: Outcome) -> bool:
    """Tell whether it is new, and neither pays anything nor is asked about."""
    asked = done.match is not None and bool(done.match.candidates)
    return done.waits is None and not done.repeated and not done.allocations and not asked


def _is_near(books: AccountBooks, effect: ApplyReceipt, rate: Rate) -> bool:
    checks = effect.checks
    if checks is None:
        return False
    known = rate_of_day(books, rate.unit, rate.quote, effect.receipt.value_date, checks) or checks.policy
    return known is not None and is_near(rate, known, checks.bp)


def _paid_exactly(books: AccountBooks, effect: ApplyReceipt, rate: Rate, into: str) -> tuple[str, ...]:
    """Return the invoices of the other currency that its reference names, if just what was instructed is open."""
    connection, account = books.connection, books.account
    if find_account(connection, account.entity, account.customer_id, into) is None:
        return ()
    target = hold_account(connection, account.entity, account.customer_id, into)
    items = [held.item for held in open_items(connection, target.id)]
    numbers = named_in(effect.receipt.reference, dict.fromkeys(item.number for item in items))
    wanted = [item for item in items if item.number in numbers]
    owed = Money(minor=sum(item.open_minor for item in wanted), currency=into)
    if not owed.minor or any(item.disputed_minor for item in wanted) or not pays(effect.receipt.amount, owed, rate):
        return ()
    return numbers
