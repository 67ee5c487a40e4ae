"""What becomes of what banks report, as a company writes it."""

from domain.statements.payer import PayerMismatch
from domain.value import Strict


class StatementRules(Strict):
    """Money from bank statements.

    Attributes:
        payer_mismatch: somebody else than the customer pays (三流不一致): ``flag`` books and marks it, ``hold`` books
            it as unidentified until it is claimed with a third-party payment letter, ``accept`` does neither.
    """

    payer_mismatch: PayerMismatch = "flag"
