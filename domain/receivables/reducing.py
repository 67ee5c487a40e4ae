"""An order that became less than what was invoiced is credited line by line, from the newest invoices back (M6)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from domain.deal.effects import CreditInvoice
from domain.money import of_whole
from domain.receivables.entries import CreditNote, Invoice, InvoiceLine, TaxSum
from domain.receivables.taxation import UNTAXED, WHOLE_BP, Amount, taxed
from domain.refusal import Code, refuse
from domain.terms import TaxRate


class LinedCredit(NamedTuple):
    """What a credit note takes back of an invoice, line by line."""

    lines: tuple[InvoiceLine, ...]
    taxes: tuple[TaxSum, ...]
    gross_minor: int


def taken(invoice: Invoice, notes: Iterable[CreditNote], wanted: dict[int, int]) -> dict[int, int]:
    """Return how much of the wanted amounts, by order line, an invoice still bills."""
    back: dict[int, int] = {}
    for note in notes:
        for line in note.lines:
            back[line.order_line] = back.get(line.order_line, 0) + line.amount_minor
    found = {
        line.order_line: min(wanted.get(line.order_line, 0), line.amount_minor - back.get(line.order_line, 0))
        for line in invoice.lines
    }
    return {place: minor for place, minor in found.items() if minor > 0}


def lined(invoice: Invoice, amounts: dict[int, int], effect: CreditInvoice) -> LinedCredit:
    """Return these amounts with their tax, at the rates of the invoice."""
    lines = [line for line in invoice.lines if line.order_line in amounts]
    rates = [TaxRate(code=part.code, rate_bp=part.rate_bp) for part in invoice.taxes]
    wanted = [Amount(tax_code=line.tax_code, minor=amounts[line.order_line]) for line in lines]
    priced = taxed(
        wanted, rates, invoice.gross.currency, price_includes_tax=effect.price_includes_tax,
        untaxed_bp=_untaxed_bp(invoice),
    )  # fmt: skip
    return LinedCredit(
        tuple(
            line.model_copy(
                update={"net": line.net.model_copy(update={"minor": net}), "priced_minor": amounts[line.order_line]}
            )
            for line, net in zip(lines, priced.nets, strict=True)
        ),
        priced.taxes,
        priced.gross_minor,
    )


def _untaxed_bp(invoice: Invoice) -> int:
    """Return the part of the taxed net that an invoice left untaxed, in basis points (`DiscountTax.MIXED`)."""
    out = sum(part.base.minor for part in invoice.taxes if part.code == UNTAXED)
    return of_whole(WHOLE_BP, out, out + sum(part.base.minor for part in invoice.taxes if part.rate_bp)) if out else 0


def creditable_lines(number: str, credit: LinedCredit, most: int, deducted_minor: int) -> int:
    """Return how much of a credit of lines is credited: what was credited by hand or written off is not, again.

    Args:
        number: of the invoice.
        credit: what of its lines is taken back.
        most: what of its payable amount is neither credited nor written off, in minor units.
        deducted_minor: what it takes off for a deposit.

    Raises:
        Refused: it reaches into what the deposit has paid (E_AMOUNT). Which deposit is then paid back is decided by a
            person, who skips this and credits the invoice whole, or cancels.
    """
    if deducted_minor and credit.gross_minor > most:
        raise refuse(
            Code.AMOUNT,
            f"{number} was paid in part by a deposit, and more is to be credited than was payable beside it: skip "
            "this, and credit the invoice whole or cancel the order",
            f"{number} 部分由预付款抵扣，应贷记金额超过其余应付额：请跳过此项，改为整张贷记或取消订单",
        )
    return min(credit.gross_minor, most)


def less_lined(invoice: Invoice, notes: Sequence[CreditNote]) -> Invoice:
    """Return an invoice less what was credited of its lines, so that a later credit takes only what is left of it."""
    lined_notes = [note for note in notes if note.lines]
    if not lined_notes:
        return invoice
    back: dict[str, tuple[int, int]] = {}
    for part in (part for note in lined_notes for part in note.taxes):
        base, tax = back.get(part.code, (0, 0))
        back[part.code] = (base + part.base.minor, tax + part.tax.minor)
    taxes = tuple(_less(part, *back.get(part.code, (0, 0))) for part in invoice.taxes)
    gross = invoice.gross.minor - sum(note.gross.minor for note in lined_notes)
    return invoice.model_copy(update={"taxes": taxes, "gross": invoice.gross.model_copy(update={"minor": gross})})


def _less(part: TaxSum, base: int, tax: int) -> TaxSum:
    return part.model_copy(
        update={
            "base": part.base.model_copy(update={"minor": part.base.minor - base}),
            "tax": part.tax.model_copy(update={"minor": part.tax.minor - tax}),
        }
    )
