"""A company whose policy a test has changed, and a deal of one line that goes straight to its invoice."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import Connection, func, select

from domain.account import commands as a
from domain.deal import commands as c
from domain.money import Money
from domain.quotes import QuoteLine
from domain.receivables.entries import Invoice
from simulation.standard_deal import CURRENCY
from storage.operations.invoices import find_invoice
from storage.operations.stored_invoices import invoice_by_id
from storage.tables.ledger import POSTING
from storage.tables.records import ACCOUNT
from tests.sources import ROOT
from tests.workflows.journeys import Journey


def policy_with(folder: Path, *changes: tuple[tuple[str | int, ...], object]) -> Path:
    """Write the shipped policy with the values at some keys exchanged, and free lines, so that any price is a price."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("org.yaml", "pricebook.csv"):
        shutil.copy(ROOT / "policies" / name, folder / name)
    reader = YAML(typ="safe", pure=True)
    tree: Any = json.loads(json.dumps(reader.load(ROOT / "policies" / "standard.yaml"), default=str))
    for path, value in ((("quote", "free_lines"), True), *changes):
        here = tree
        for key in path[:-1]:
            here = here[key]
        here[path[-1]] = value
    (folder / "standard.yaml").write_text(json.dumps(tree, ensure_ascii=False))
    return folder / "standard.yaml"


async def billed(journey: Journey, net: str, **line: Any) -> Invoice:
    """Bring a deal of one line, too small for an approval, to its invoice; return it as the ledger has it."""
    price = Money.of(net, CURRENCY)
    lines = (QuoteLine(position=1, sku="ANY", list_price=price, net_price=price, **line),)
    await journey.capture()
    await journey.qualify()
    await journey.send(c.CreateQuote(lines=lines))
    await journey.send(c.SubmitQuote())
    await journey.order()
    await journey.deliver()
    return await issued(journey)


async def issued(journey: Journey) -> Invoice:
    """Return the deal's first invoice."""
    number = (await journey.deal()).billing[0].number

    def read(connection: Connection) -> Invoice:
        row = find_invoice(connection, "CN01", number)
        assert row is not None
        return invoice_by_id(connection, row.id)

    return await journey.company.database.read(read)


async def pay(journey: Journey, external_id: str, amount: str, on: date) -> None:
    """Report money for the deal's first invoice."""
    receipt = a.RecordReceipt(
        source="bank",
        external_id=f"{journey.deal_id}-{external_id}",
        amount=Money.of(amount, CURRENCY),
        value_date=on,
        invoices=((await journey.deal()).billing[0].number,),
    )
    await journey.send_account(receipt)


async def balances(journey: Journey) -> dict[str, int]:
    """Return what is posted on the customer's account."""
    query = (
        select(POSTING.c.account, func.sum(POSTING.c.minor))
        .join(ACCOUNT, ACCOUNT.c.id == POSTING.c.account_id)
        .where(ACCOUNT.c.customer_id == journey.customer_id)
        .group_by(POSTING.c.account)
    )
    rows = await journey.company.database.read(lambda connection: connection.execute(query).all())
    return {row[0]: int(row[1]) for row in rows if row[1]}
