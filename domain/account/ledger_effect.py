"""What every ledger operation names, and what those name that give money away."""

from domain.receivables.second_person import Second
from domain.value import Value


class LedgerEffect(Value):
    """What every ledger operation on an account names.

    Attributes:
        terms_hash: the content hash of the account's `AccountTerms`, which `LoadCase` stored in the ledger: a
            history carries the terms once. Empty in what waits for `LoadCase`, whose result fills it in.
    """

    entity: str
    customer_id: str
    currency: str
    terms_hash: str


class GivenAway(LedgerEffect):
    """What gives money away, or says whose it is: above an amount it takes two people.

    Attributes:
        second: when a second person must agree; none where the policy asks for nobody, or somebody has agreed.
        agreed: the approval by which it is done, empty where one person was enough.
    """

    second: Second | None = None
    agreed: str = ""
