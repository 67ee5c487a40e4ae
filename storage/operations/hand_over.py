"""What is open of an account is given to whoever collects it; no money moves by that."""

from domain.account.effects import HandOver
from domain.receivables.hand_over import checked_hand_over
from storage.operations.books import AccountBooks
from storage.operations.items import open_items
from storage.operations.outcome import Outcome


def hand_over(books: AccountBooks, effect: HandOver) -> Outcome:
    """Weigh what is open; above the policy's amount nothing is handed over before a second person has agreed."""
    minor = sum(one.item.open_minor for one in open_items(books.connection, books.account.id))
    waits = checked_hand_over(effect.second, effect.minor, minor, effect.currency, effect.reason)
    return Outcome(effect.stage, minor=minor, waits=waits)
