"""How customers are classified: first match wins, so the classes that exclude stand first."""

from domain.policy.forms import Amounts, Condition, Name
from domain.value import Strict


class ClassRules(Strict):
    """A customer class (客户分类) and what it stands for elsewhere in the policy.

    Attributes:
        when: the condition over the customer; the last class needs ``true``.
        block_quotes: this class excludes: no quote is made; an undecidable condition puts a customer here.
        terms, ladder, tolerance, schedule: names in their sections.
        sla: the response clock of leads; none means no clock.
        credit_limit: for the credit check; none means no limit.
        po_required: an invoice needs the customer's purchase order.
    """

    id: Name
    when: Condition
    block_quotes: bool = False
    terms: Name
    ladder: Name
    tolerance: Name
    schedule: Name
    sla: str | None = None
    credit_limit: Amounts | None = None
    po_required: bool = False
