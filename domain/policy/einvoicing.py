"""In which electronic form a legal entity sends its invoices, by the country of the customer."""

from domain.einvoice.forms import Form, Need
from domain.value import Strict


class EInvoiceRules(Strict):
    """The electronic form for customers of one country.

    Attributes:
        form: ``facturx`` (CII inside the PDF and beside it), ``ubl`` or ``cii`` (beside the PDF).
        needs: what the customer's master data must have beyond EN 16931, or no invoice is issued: ``buyer_reference``,
            ``vat_id``, ``electronic_address``.
    """

    form: Form
    needs: tuple[Need, ...] = ()
