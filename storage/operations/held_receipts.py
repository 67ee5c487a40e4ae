"""A receipt that waits for a second person in one account is not booked by another: its name is taken there."""

from sqlalchemy import bindparam, select

from domain.account.asked_twice import key_taken
from domain.account.effects import ApplyReceipt
from domain.account.requests import named
from domain.approval.standing import OPEN
from storage.operations.accounts import HeldAccount
from storage.operations.books import Books
from storage.tables.records import APPROVAL

_ELSEWHERE = select(APPROVAL.c.approval_id).where(
    APPROVAL.c.status.in_(sorted(OPEN)),
    APPROVAL.c.kind == "receipt",
    APPROVAL.c.reference == bindparam("reference"),
    APPROVAL.c.owner_workflow != bindparam("own"),
)


def check_not_held(books: Books, effect: ApplyReceipt) -> None:
    """Refuse what a person reports of a receipt that waits in another account (E_IDEM); a bank's word counts."""
    if effect.second is None:
        return
    asked = {"reference": named(effect), "own": _workflow(books.account)}
    held = books.connection.execute(_ELSEWHERE, asked).first()
    if held is not None:
        raise key_taken(effect, held.approval_id)


def _workflow(account: HeldAccount) -> str:
    return f"account/{account.entity}/{account.customer_id}/{account.currency}"
