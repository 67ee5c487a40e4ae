"""Steps of the money machine: money of one currency pays what is owed in another, and is taken back; rates change."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain.account.exchanges import ExchangeNow, UndoExchange
from domain.money import Money
from domain.receivables.exchange import Rate, exchanged
from storage.rows import AnyRow
from tests.storage.money_cash import MAYBE, left, standing, there_are_receipts, unapplied
from tests.storage.money_steps import MoneySteps
from tests.storage.recount import EXCHANGED, rows_of

DRIFTS = st.sampled_from([Decimal("0.7"), Decimal("0.99"), Decimal("1.003"), Decimal("1.3")])
there_are_exchanges = precondition(lambda self: self.standing_exchanges())


class ExchangeSteps(MoneySteps):
    """Every step of the machine, and those over two currencies."""

    def standing_exchanges(self) -> list[AnyRow]:
        undone = {row.exchange_id for row in self.rows.undone}
        return [one for one in self.rows.exchanges if one.id not in undone]

    def rate(self, drift: Decimal) -> Rate:
        """Return a rate between the two currencies of the customer, beside the one that is kept."""
        (unit, quote), kept = next(
            (pair, kept) for pair, kept in self.rates.items() if set(pair) == {self.currency, self.abroad}
        )
        return Rate(unit=unit, quote=quote, rate=round(kept * drift, 9), source="bank")

    @rule(data=st.data(), drift=DRIFTS, ago=st.sampled_from([0, 0, 1, 20]))
    def rates_change(self, data: st.DataObject, drift: Decimal, ago: int) -> None:
        pair = data.draw(st.sampled_from(sorted(self.rates)))
        self.rates[pair] = round(self.rates[pair] * drift, 9)
        if self.rates[pair]:
            self.keep(pair, self.today - timedelta(days=ago))

    @there_are_receipts
    @rule(data=st.data(), minor=MAYBE, drift=st.none() | DRIFTS, named=st.booleans(), late=st.booleans())
    def exchange(self, data: st.DataObject, minor: int | None, drift: Decimal | None, named: bool, late: bool) -> None:
        some = [row for row in self.rows.receipts if unapplied(self.rows, row) > 0]
        row = data.draw(st.sampled_from(some or self.rows.receipts))
        rate = None if drift is None else self.rate(drift)
        there = [one for one in self.rows.invoices if one.currency == self.beside(row.currency)]
        numbers = (data.draw(st.sampled_from(there)).number,) if named and there else ()
        self.pays_abroad("exchange", row, minor, rate, numbers, late)

    @there_are_receipts
    @rule(data=st.data(), drift=DRIFTS, off=st.sampled_from([0, 0, 0, 1, -1]), late=st.booleans())
    def exchange_what_is_owed(self, data: st.DataObject, drift: Decimal, off: int, late: bool) -> None:
        """Pay an invoice of the other currency to the unit, or one unit beside it."""
        rows = [row for row in self.rows.receipts if unapplied(self.rows, row) > 0]
        pairs = [(row, one) for row in rows for one in self.owed() if row.currency != one.currency]
        if not pairs:
            return
        row, invoice = data.draw(st.sampled_from(pairs))
        rate = self.rate(drift)
        price = exchanged(Money(minor=left(self.rows, invoice), currency=invoice.currency), rate, row.currency)
        minor = min(price.minor + off, unapplied(self.rows, row))
        if minor > 0:
            self.pays_abroad("exchange owed", row, minor, rate, (invoice.number,), late)

    @precondition(lambda self: self.owed())
    @rule(data=st.data(), drift=DRIFTS, off=st.sampled_from([0, 0, 1, -1]), late=st.booleans())
    def money_of_the_other_currency_comes_for_an_invoice(
        self, data: st.DataObject, drift: Decimal, off: int, late: bool
    ) -> None:
        invoice = data.draw(st.sampled_from(self.owed()))
        rate, other = self.rate(drift), self.within(self.beside(invoice.currency))
        whole = Money(minor=left(self.rows, invoice), currency=invoice.currency)
        minor = exchanged(whole, rate, other.account.currency).minor + off
        if minor <= 0:
            return
        name = f"r{len(self.came) + 1}"
        self.pays("receive abroad", minor, run=other)
        self.rows = self.database.look(rows_of)
        row = next((row for row in self.rows.receipts if row.external_id == name), None)
        if row is not None and unapplied(self.rows, row):
            self.pays_abroad("exchange abroad", row, None, rate, (invoice.number,), late)

    def owed(self) -> list[AnyRow]:
        """Return the invoices of which something is open."""
        return [one for one in self.rows.invoices if left(self.rows, one)]

    def pays_abroad(
        self, what: str, row: AnyRow, minor: int | None, rate: Rate | None, numbers: tuple[str, ...], late: bool
    ) -> Any:  # fmt: skip
        command = ExchangeNow(
            source=row.source, external_id=row.external_id, currency=self.beside(row.currency), minor=minor, rate=rate,
            invoices=numbers,
        )  # fmt: skip
        run = self.of(row)
        done = self.step(what, lambda: run.send(command))
        assert not done or (row.source != EXCHANGED and run is not self.nobody)
        if not late:
            self.hand_over()
        return done

    def beside(self, currency: str) -> str:
        """Return the other of the two currencies."""
        return self.abroad if currency == self.currency else self.currency

    @there_are_exchanges
    @rule(data=st.data(), late=st.booleans())
    def undo(self, data: st.DataObject, late: bool) -> None:
        self.undoes(data.draw(st.sampled_from(self.standing_exchanges())))
        if not late:
            self.hand_over()

    def undoes(self, one: AnyRow) -> Any:
        row = next(row for row in self.rows.receipts if row.id == one.from_receipt_id)
        command = UndoExchange(source=row.source, external_id=row.external_id, exchange=one.external_id, reason="wrong")
        return self.step("undo exchange", lambda: self.of(row).send(command))

    @precondition(lambda self: self.late_words())
    @rule()
    def words_arrive(self) -> None:
        self.hand_over()

    @precondition(lambda self: any(row.source != EXCHANGED for row in self.rows.receipts))
    @rule(data=st.data(), drift=DRIFTS)
    def exchanged_and_taken_back_is_as_before(self, data: st.DataObject, drift: Decimal) -> None:
        """M9 over two currencies: per invoice open, per receipt unapplied, every balance, with what rates brought."""
        self.hand_over()
        self.rows = before = self.database.look(rows_of)
        row = self.receipt(data)
        there = self.within(self.beside(row.currency))
        own = {part.id for part in before.parts if part.account_id == self.account_id(there)}
        # Discounts of others may hang on money that comes beside theirs; what is recovered stays recovered.
        if any(part.discount for part in before.parts if part.id in own) or any(
            one.kind == "writeoff" for one in before.allocations if one.instalment_id in own
        ):
            return
        if not self.pays_abroad("exchange to and fro", row, None, self.rate(drift), (), late=False):
            return
        self.rows = self.database.look(rows_of)
        made = self.standing_exchanges()[-1]
        assert self.undoes(made)
        self.hand_over()
        after = self.database.look(rows_of)
        assert _without(standing(after), made.external_id) == standing(before)


def _without(found: tuple[Any, ...], exchange: str) -> tuple[Any, ...]:
    opened, receipts, posted = found
    assert receipts.pop(exchange) == 0
    return opened, receipts, posted
