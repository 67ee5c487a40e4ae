"""A quote's amounts and its content hash are derived from its lines, the same way for every reader (A2, M5)."""

import hashlib
import json
import re
from collections.abc import Sequence
from decimal import Decimal

from domain.money import LARGEST_MINOR, Money, Rounding
from domain.quotes import QuoteLine, Totals
from domain.receivables.taxation import WHOLE_BP, Amount, taxed
from domain.refusal import Code, refuse
from domain.terms import BillingPart, DealTerms, PartKind, TaxRate

_QUANTITY = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


def quantity_of(text: str) -> Decimal:
    """Read a quantity: digits with at most six decimals, above zero (E_AMOUNT)."""
    if _QUANTITY.fullmatch(text) is None or not (quantity := Decimal(text)):
        raise refuse(
            Code.AMOUNT,
            f"{text!r} is not a quantity, write e.g. 12 or 2.5",
            f"{text!r} 不是数量，请写成 12 或 2.5 的形式",
            quantity=text,
        )
    return quantity


def line_amount(line: QuoteLine, price: Money) -> Money:
    """Return quantity × price, half up; a negative price or an amount above the largest is refused (E_AMOUNT)."""
    amount = price.times(quantity_of(line.quantity), Rounding.HALF_UP)
    if price.minor < 0 or amount.minor > LARGEST_MINOR:
        most = Money(minor=LARGEST_MINOR, currency=price.currency)
        raise refuse(
            Code.AMOUNT,
            f"line {line.position}: {price} × {line.quantity} is not an amount that can be sold: from 0 to {most}",
            f"第 {line.position} 行：{price} × {line.quantity} 不是可销售的金额，须在 0 与 {most} 之间",
            line=line.position,
        )
    return amount


def amounts_of(lines: Sequence[QuoteLine]) -> tuple[Amount, ...]:
    """Return what every line costs at its agreed price, checked to be of one currency (E_CCY)."""
    return tuple(Amount(tax_code=line.tax_code, minor=line_amount(line, line.net_price).minor) for line in lines)


def discount_bp(line: QuoteLine) -> int:
    """Return a line's discount in basis points, rounded up; negative above list, zero where there is no list price."""
    listed = line.list_price.minor
    return -((line.net_price.minor - listed) * WHOLE_BP // listed) if listed else 0


def one_currency(lines: Sequence[QuoteLine]) -> str:
    """Return the currency of all prices; none at all or two of them are refused (E_AMOUNT, E_CCY)."""
    found = {price.currency for line in lines for price in (line.list_price, line.net_price)}
    if not found:
        raise refuse(Code.AMOUNT, "a quote needs at least one line", "报价单至少需要一行")
    if len(found) > 1:
        names = ", ".join(sorted(found))
        raise refuse(
            Code.CCY, f"all prices must be of one currency, not {names}", f"所有价格须为同一币种，而不是 {names}"
        )
    return found.pop()


def totals_of(
    lines: Sequence[QuoteLine], rates: Sequence[TaxRate], price_includes_tax: bool, untaxed_bp: int = 0
) -> Totals:
    """Return the amounts that the rules are asked with.

    ``rates`` are those of a day (`rates_on`), ``untaxed_bp`` is of the payment terms.

    `max_discount_bp` is the largest of the lines, each rounded up, so that no rule is missed by rounding;
    `discount_bp` is that of the whole, half up.

    Raises:
        Refused: no line, two currencies, a quantity or price that cannot be sold, an unknown tax category.
    """
    currency = one_currency(lines)
    agreed = amounts_of(lines)
    listed = [Amount(tax_code=line.tax_code, minor=line_amount(line, line.list_price).minor) for line in lines]
    priced, at_list = (
        taxed(amounts, rates, currency, price_includes_tax=price_includes_tax, untaxed_bp=untaxed_bp)
        for amounts in (agreed, listed)
    )
    whole = sum(amount.minor for amount in listed)
    given = whole - sum(amount.minor for amount in agreed)
    return Totals(
        total=Money(minor=priced.net_minor, currency=currency),
        list_total=Money(minor=at_list.net_minor, currency=currency),
        gross=Money(minor=priced.gross_minor, currency=currency),
        max_discount_bp=max(discount_bp(line) for line in lines),
        discount_bp=(2 * given * WHOLE_BP + whole) // (2 * whole) if whole else 0,
    )


def with_tax_codes(lines: Sequence[QuoteLine], default: str) -> tuple[QuoteLine, ...]:
    """Give the policy's default tax category to lines that name none."""
    return tuple(line if line.tax_code else line.model_copy(update={"tax_code": default}) for line in lines)


def _material(rate: TaxRate) -> list[str | int]:
    """Return what of a rate is material; what most rates do not have is left out, so that old hashes stay."""
    more = [str(part) for part in (rate.category, rate.since) if part is not None]
    return [rate.code, rate.rate_bp, *more]


def _agreed(part: BillingPart) -> list[object]:
    """Return what of a part is material; a plain share is written as it always was."""
    plain: list[object] = [part.id, part.share_bp, part.upon.value]
    if part.kind is PartKind.MILESTONE and part.due is None:
        return plain
    recurs = [] if part.every is None else [part.every.value, part.arrears]
    return [*plain, part.kind.value, "" if part.due is None else str(part.due), *recurs]


def content_hash(lines: Sequence[QuoteLine], terms: DealTerms, nonstandard_terms: bool) -> str:
    """Return the SHA-256 of all that is material to an approval: lines, prices, tax, schedule and payment terms.

    Only what is named here counts, so a field that is added later changes no hash; ``2.50`` and ``2.5`` are equal.
    """
    content = {
        "currency": terms.currency,
        "lines": [
            [
                line.position, line.sku, line.description, format(quantity_of(line.quantity).normalize(), "f"),
                line.unit, line.list_price.minor, line.net_price.minor, line.net_price.currency, line.tax_code,
                *((line.every.value,) if line.every else ()),
            ]
            for line in lines
        ],
        "billing": [_agreed(part) for part in terms.billing.parts],
        "rates": [_material(rate) for rate in terms.billing.rates],
        "price_includes_tax": terms.billing.price_includes_tax,
        "payment": [[part.share_bp, str(part.due)] for part in terms.payment.instalments],
        "nonstandard_terms": nonstandard_terms,
    }  # fmt: skip
    if terms.payment.discount is not None:
        content["discount"] = terms.payment.discount.model_dump(mode="json")
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
