"""The codes of EN 16931 that LTC uses, named; everything else about code lists is left to the official rules."""

from enum import StrEnum

from domain.value import Text


class InvoiceType(StrEnum):
    """What a document is (BT-3, UNTDID 1001)."""

    INVOICE = "380"
    CREDIT_NOTE = "381"
    DEBIT_NOTE = "383"
    """A claim for fees and interest beside the price."""
    CORRECTED = "384"
    PREPAYMENT = "386"


class TaxCategory(StrEnum):
    """How a supply is taxed (BT-95, BT-102, BT-118, BT-151; UNCL 5305); reduced rates are ``S`` too."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUTSIDE = "O"


class PaymentMeans(StrEnum):
    """How to pay (BT-81, UNCL 4461)."""

    CREDIT_TRANSFER = "30"
    SEPA_CREDIT_TRANSFER = "58"


class TaxRounding(StrEnum):
    """Which rule the tax of a category (BT-117) keeps, to the cent.

    ``on_base``: the base times the rate, half up. ``within_gross``: prices contain the tax, which is taken out of the
    category's gross sum, half up. ``share``: a part of another document's tax, less than a cent off either rule, so
    that all parts together are that document's tax.
    """

    ON_BASE = "on_base"
    WITHIN_GROSS = "within_gross"
    SHARE = "share"


EXPLAINED = frozenset(TaxCategory) - {TaxCategory.STANDARD, TaxCategory.ZERO}
"""The categories that must say why there is no tax (BT-120, BT-121)."""

REASON_CODES = {
    TaxCategory.REVERSE_CHARGE: "VATEX-EU-AE",
    TaxCategory.INTRA_COMMUNITY: "VATEX-EU-IC",
    TaxCategory.EXPORT: "VATEX-EU-G",
    TaxCategory.OUTSIDE: "VATEX-EU-O",
}
"""The reason code (BT-121) of the categories that have but one; why something is exempt, the company must say."""

REASONS = {
    TaxCategory.REVERSE_CHARGE: Text(en="Reverse charge: the buyer owes the tax", zh="反向征税：由购买方缴纳税款"),
    TaxCategory.INTRA_COMMUNITY: Text(en="Intra-community supply", zh="欧盟成员国之间供货，免税"),
    TaxCategory.EXPORT: Text(en="Export outside the EU, free of tax", zh="出口至欧盟以外，免税"),
    TaxCategory.OUTSIDE: Text(en="Not subject to VAT", zh="不属于增值税征税范围"),
}
"""The reason (BT-120) of the same categories."""
