"""How often a customer was contacted lately, whichever account of theirs wrote to them."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, or_, select

from domain.receivables.contacts import WEEK_DAYS
from domain.terms import AccountTerms
from storage.operations.accounts import HeldAccount
from storage.tables.ledger import NOTICE
from storage.tables.records import ACCOUNT

_SINCE = timedelta(days=WEEK_DAYS + 1)
_RECENT = (
    select(NOTICE.c.at)
    .join(ACCOUNT, ACCOUNT.c.id == NOTICE.c.account_id)
    .where(
        ACCOUNT.c.customer_id == bindparam("customer_id"),
        NOTICE.c.at >= bindparam("since"),
        # What another account has planned is on its way.
        or_(
            NOTICE.c.outcome == "sent",
            and_(NOTICE.c.outcome == "planned", NOTICE.c.account_id != bindparam("account_id")),
        ),
        NOTICE.c.action.in_(("notice", "pre_due")),
    )
    .order_by(NOTICE.c.at)
)


def recent(connection: Connection, account: HeldAccount, terms: AccountTerms, at: datetime) -> tuple[datetime, ...]:
    """Return when the customer was contacted in the last days, by any account; nothing where the policy has no cap."""
    if terms.dunning.caps is None:
        return ()
    here = {"customer_id": account.customer_id, "account_id": account.id, "since": at - _SINCE}
    return tuple(connection.execute(_RECENT, here).scalars())
