"""In which electronic form an invoice goes out, by the customer's country, and what of the buyer it then needs."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from domain.einvoice.codes import TaxCategory
from domain.einvoice.findings import Finding, OwnRule, Severity, Syntax, own
from domain.einvoice.model import EInvoice
from domain.refusal import Code, Refused, refuse
from domain.value import Value

_TOLD = 4
"""Of so many findings the sentences are told; of the others the ids."""


class Form(StrEnum):
    """How an electronic invoice goes out: CII inside its own PDF and beside it, or UBL or CII beside the PDF."""

    FACTUR_X = "facturx"
    UBL = "ubl"
    CII = "cii"

    @property
    def syntax(self) -> Syntax:
        """The form of its XML."""
        return Syntax.UBL if self is Form.UBL else Syntax.CII


class Need(StrEnum):
    """What of the buyer an invoice must carry beyond EN 16931: BT-10 (e.g. a Leitweg-ID), BT-48, BT-49."""

    BUYER_REFERENCE = "buyer_reference"
    VAT_ID = "vat_id"
    ELECTRONIC_ADDRESS = "electronic_address"


class FormRule(Value):
    """The form for customers of a country (ISO 3166), and what their invoices must carry."""

    country: str
    form: Form
    needs: tuple[Need, ...] = ()

    def lacking(self, invoice: EInvoice) -> Iterator[Finding]:
        """Yield what the rule needs and the invoice does not carry.

        A claim outside VAT supplies nothing, so it needs nothing; a VAT identifier it must not even name (BR-O-02).
        """
        if all(part.treatment.category is TaxCategory.OUTSIDE for part in invoice.breakdown):
            return
        header = invoice.header
        carried = {
            Need.BUYER_REFERENCE: header.buyer_reference,
            Need.VAT_ID: header.buyer.vat_id,
            Need.ELECTRONIC_ADDRESS: header.buyer.electronic,
        }
        for need in self.needs:
            if not carried[need]:
                term, en, zh = _NEEDED[need]
                yield own(OwnRule.PRESENT, term, f"{term}: the customer has no {en}", f"{term}：客户资料缺少{zh}")


_NEEDED = {
    Need.BUYER_REFERENCE: ("BT-10", "buyer_reference (Leitweg-ID or the like)", "购买方参考号 buyer_reference"),
    Need.VAT_ID: ("BT-48", "VAT identifier in tax_id, e.g. DE123456789", "增值税号 tax_id"),
    Need.ELECTRONIC_ADDRESS: ("BT-49", "electronic_address and no e-mail", "电子地址 electronic_address"),
}


def not_sendable(number: str, rule: FormRule, findings: Sequence[Finding]) -> Refused:
    """Return the refusal of a document with something fatal in it: the ids of the rules, and what they say (E_GATE)."""
    fatal = [one for one in findings if one.severity is Severity.FATAL]
    ids = ", ".join(dict.fromkeys(one.rule for one in fatal))
    en, zh = ("; ".join(texts) for texts in zip(*((one.text.en, one.text.zh) for one in fatal[:_TOLD]), strict=True))
    return refuse(
        Code.GATE,
        f"{number} cannot go out as {rule.form} ({ids}): mend the customer's data or the policy, then retry. {en}",
        f"{number} 无法以 {rule.form} 格式开具（{ids}）：请更正客户资料或流程策略后重试。{zh}",
        rules=ids,
    )
