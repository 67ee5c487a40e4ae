"""Money that bounced or was charged back leaves the receipt, and with it whatever it paid, in any currency."""

from domain.account.effects import ReverseReceipt
from domain.receivables import postings
from domain.receivables.allocating import bounced
from domain.receivables.exchange import check_original
from storage.operations.books import AccountBooks, active_of_receipt
from storage.operations.exchanges import undo_for
from storage.operations.outcome import Outcome
from storage.operations.receipts import give_back, own_receipt, same_currency, take_back, unapplied_of


def reverse_receipt(books: AccountBooks, effect: ReverseReceipt) -> Outcome:
    """Take back what it paid beyond what is unapplied, here and then in other currencies; then take it out of cash."""
    check_original(effect.source, effect.external_id)
    receipt = own_receipt(books, effect.source, effect.external_id)
    same_currency(effect.amount, receipt.currency)
    applied = [one.applied for one in active_of_receipt(books.connection, receipt.id)]
    cash = sum(one.allocation.minor for one in applied if one.allocation.kind == "cash")
    beyond = effect.amount.minor - unapplied_of(books.connection, receipt) - cash
    undone = undo_for(books, receipt, beyond, effect.reason)
    bounce = bounced(applied, unapplied_of(books.connection, receipt), effect.amount.minor)
    parts = take_back(books, receipt, bounce, effect.reason)
    give_back(books, receipt.id, "reversed", effect.amount.minor, effect.reason)
    books.post("bounce", postings.of_bounce(effect.amount), books.on)
    left = unapplied_of(books.connection, receipt)
    return Outcome(f"{effect.source}/{effect.external_id}", parts, None, left, exchanged=undone)
