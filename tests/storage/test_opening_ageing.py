"""Another system's open items, in whatever columns, order and currency, have their exact ageing at every cut-off."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connectors.mapped_tables.forms import load_map
from connectors.mapped_tables.open_items import OpenItemMap, read_open_items
from domain.account import effects as account
from domain.kpi.check import compare
from domain.kpi.checkfile import inputs_of, read_check
from domain.kpi.report import figures
from domain.money import exponent
from domain.opening import OpeningItem
from domain.receivables.invoicing import imported_invoice
from simulation.opening_run import command_of
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.figures import facts
from storage.queries.invariants import verified
from tests.storage.samples import HASH, NOW, terms

ITEMS = 150
DAYS = [date(2020, 3, 31) + timedelta(days=30 * place) for place in range(5)]
BANDS = {"not_due": (-10_000, 0), "1-30": (1, 30), "31-60": (31, 60), "61-90": (61, 90), "90+": (91, 10_000)}
FORMS: dict[str, tuple[str, str]] = {
    "plain": (
        (
            "customer: {column: cust}\nnumber: {column: doc}\nissued_on: {column: posted}\ndue_on: {column: due}\n"
            "currency: {column: ccy}\namount: {column: open}\nattributes: {country: {column: land}}\n"
        ),
        ",",
    ),
    "German": (
        (
            "delimiter: ';'\ndecimal: ','\nthousands: '.'\nday: DD.MM.YYYY\ncustomer: {column: Kunde}\n"
            "number: {column: Beleg}\nissued_on: {column: Datum}\ndue_on: {column: Fällig}\n"
            "currency: {column: Währung}\namount: {column: Offen}\nattributes: {country: {column: Land}}\n"
        ),
        ";",
    ),
}


def listed(chance: Random) -> list[dict[str, Any]]:
    """Make items of few customers: due before they are posted, on the very edges of the bands, in three currencies."""
    found = []
    for place in range(ITEMS):
        currency = chance.choice(("USD", "USD", "CAD", "JPY"))
        edge = chance.choice(DAYS) - timedelta(days=chance.choice((-1, 0, 1, 30, 31, 60, 61, 90, 91)))
        posted = edge - timedelta(days=chance.choice((-3, 0, 10, 30, 65)))
        found.append(
            {
                "number": f"{place:07d}", "customer": f"0{chance.randrange(12):03d}", "issued": posted, "due": edge,
                "currency": currency, "country": chance.choice(("U001", "CA02")), "minor": chance.randrange(1, 10**8),
            }
        )  # fmt: skip
    chance.shuffle(found)
    return found


def written(rows: Sequence[dict[str, Any]], form: str) -> str:
    """Write the list as a spreadsheet of its country would."""
    out = io.StringIO()
    german = form == "German"
    headings = (
        "Kunde Beleg Datum Fällig Währung Offen Land" if german else "cust doc posted due ccy open land"
    ).split()
    writer = csv.writer(out, delimiter=FORMS[form][1])
    writer.writerow(headings)
    for row in rows:
        plain = f"{Decimal(row['minor']).scaleb(-exponent(row['currency'])):,f}"
        swapped = plain.translate(str.maketrans(",.", ".,")) if german else plain.replace(",", "")
        days = [f"{day:%d.%m.%Y}" if german else day.isoformat() for day in (row["issued"], row["due"])]
        writer.writerow([row["customer"], row["number"], *days, row["currency"], swapped, row["country"]])
    return out.getvalue()


async def entered(ledger: LedgerBooks, items: Iterable[OpeningItem]) -> None:
    """Enter items as their accounts do."""
    known: set[tuple[str, str, str]] = set()
    for item in items:
        names = (item.entity, item.customer_id, item.amount.currency)
        key: dict[str, Any] = dict(zip(("entity", "customer_id", "currency"), names, strict=True))
        if names not in known:
            known.add(names)
            own = terms().model_copy(update={"entity": item.entity, "currency": item.amount.currency})
            await ledger.load_case(account.LoadCase(**key), NOW, own, f"{HASH}-{item.amount.currency}", item.name)
        asked = command_of(item)
        invoice = imported_invoice(asked.number, names, asked.issued_on, asked.instalments, asked.attributes)
        effect = account.ImportInvoice(invoice=invoice, terms_hash=f"{HASH}-{item.amount.currency}", **key)
        await ledger.operate(f"import/{item.number}", NOW, effect)


def expected(rows: Iterable[dict[str, Any]], currency: str, cutoffs: Iterable[date]) -> dict[str, Any]:
    """Count the ageing from the list itself: what was posted by a day, by days past due."""
    own = [row for row in rows if row["currency"] == currency]
    places = exponent(currency)

    def buckets(members: Sequence[dict[str, Any]], on: date) -> dict[str, Any]:
        late = [((on - row["due"]).days, row["minor"]) for row in members if row["issued"] <= on]
        return {
            name: {
                "n": sum(low <= days <= high for days, _ in late),
                "amount": float(Decimal(sum(m for days, m in late if low <= days <= high)).scaleb(-places)),
            }
            for name, (low, high) in BANDS.items()
        }

    table = []
    for on in cutoffs:
        there = [row["minor"] for row in own if row["issued"] <= on]
        groups = {
            country: buckets([row for row in own if row["country"] == country], on)
            for country in sorted({row["country"] for row in own})
        }
        table.append(
            {
                "cutoff": on.isoformat(), "open_n": len(there),
                "open_amount": float(Decimal(sum(there)).scaleb(-places)), "buckets": buckets(own, on),
                "by_country": groups,
            }
        )  # fmt: skip
    return {"aging": table}


@pytest.mark.parametrize(("seed", "form"), [(1, "plain"), (2, "German"), (3, "plain")])
async def test_the_ageing_is_exact_at_every_cut_off(
    database: Database, ledger: LedgerBooks, tmp_path: Path, seed: int, form: str
) -> None:
    rows = listed(Random(seed))
    (tmp_path / "map.yaml").write_text("entity: {default: CN01}\n" + FORMS[form][0], encoding="utf-8")
    (tmp_path / "items.csv").write_text(written(rows, form), encoding="utf-8")
    read = read_open_items(tmp_path / "items.csv", load_map(tmp_path / "map.yaml", OpenItemMap))
    assert read.set_aside == ()
    await entered(ledger, read.items)
    for currency in ("USD", "CAD", "JPY"):
        check = read_check(json.dumps(expected(rows, currency, DAYS)))
        found = compare(figures(database.look(facts, "CN01", currency), inputs_of(check)), check)
        assert found.passed, found
    assert [check.name for check in database.look(verified) if not check.holds] == []
