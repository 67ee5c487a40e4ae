"""Whatever is paid, taken back and credited at whatever rates: what rates brought is posted once, and to the fen."""

import asyncio
import contextlib
import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from domain.account import effects as account
from domain.receivables.exchange import Rate
from domain.refusal import Refused
from storage.database import Database
from storage.operations.differences import reckoned
from storage.operations.exchange_rates import keep_rate
from storage.operations.ledger import LedgerBooks
from storage.tables.exchange import ITEM_WORTH, RECEIPT_WORTH
from storage.tables.ledger import ALLOCATION, INSTALMENT, RECEIPT
from tests.storage.exchanging import PAID, broken, item, opened, posted, received
from tests.storage.samples import CUSTOMER, ENTITY, HASH, ISSUED, NOW, at

RATES = st.decimals(Decimal("0.0003"), Decimal("9"), places=4)
AMOUNTS = st.integers(1, 5_000)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "receive", "unallocate", "allocate", "bounce", "credit", "write_off"]),
        st.integers(0, 3), st.integers(0, 2), AMOUNTS, RATES,
    ),
    min_size=3, max_size=12,
)  # fmt: skip
Step = tuple[str, int, int, int, Decimal]
NAMES = count()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    currency=st.sampled_from(["USD", "JPY", "VND", "KWD"]), issued=st.lists(RATES, min_size=2, max_size=2),
    amounts=st.lists(AMOUNTS, min_size=2, max_size=3), steps=STEPS,
)  # fmt: skip
def test_rates_bring_what_they_bring_once(
    tmp_path_factory: Any, migrated_file: Path, currency: str, issued: list[Decimal], amounts: list[int],
    steps: list[Step],
) -> None:  # fmt: skip
    path = tmp_path_factory.getbasetemp() / f"exchange-{next(NAMES)}.db"
    shutil.copy(migrated_file, path)
    asyncio.run(_play(path, currency, issued, amounts, steps))
    path.unlink()


async def _play(path: Path, currency: str, issued: list[Decimal], amounts: list[int], steps: list[Step]) -> None:
    async with Database(f"sqlite:///{path}") as database:
        ledger = LedgerBooks(database)
        await opened(ledger, currency)
        for place, number in enumerate(issued):
            told = Rate(unit=currency, quote="CNY", rate=number)
            await database.write(keep_rate, told, ISSUED + timedelta(days=5 * place), "wu.ting", NOW)
        for place, minor in enumerate(amounts):
            day = ISSUED + timedelta(days=5 * (place % 2))
            await ledger.operate(f"i{place}", at(2), item(f"U-{place}", minor, day, currency))
        for place, step in enumerate(steps):
            with contextlib.suppress(Refused):
                await ledger.operate(f"s{place}", at(22), _effect(currency, place, step))
            _check(database)
        for place in range(len(steps)):
            with contextlib.suppress(Refused):
                await ledger.operate(f"z{place}", at(23), _back(currency, f"b{place}"))
        # With no money put against anything nothing was brought by any rate.
        assert database.look(posted) == {}


def _of(currency: str) -> dict[str, Any]:
    return {"entity": ENTITY, "customer_id": CUSTOMER, "currency": currency, "terms_hash": HASH + currency}


def _back(currency: str, external_id: str) -> account.UnallocateReceipt:
    return account.UnallocateReceipt(source="bank", external_id=external_id, numbers=(), reason="w", **_of(currency))


def _effect(currency: str, place: int, step: Step) -> account.LedgerEffect:
    what, receipt, number, minor, told = step
    known = {"source": "bank", "external_id": f"b{receipt}", **_of(currency)}
    match what:
        case "receive":
            stated = Rate(unit=currency, quote="CNY", rate=told)
            return received(f"b{place}", minor, [f"U-{number}"], PAID, stated, currency)
        case "unallocate":
            return _back(currency, f"b{receipt}")
        case "allocate":
            return account.AllocateReceipt(shares=((f"U-{number}", minor),), **known)
        case "bounce":
            return account.ReverseReceipt.model_validate(
                {**known, "amount": {"minor": minor, "currency": currency}, "reason": "bounced"}
            )
        case "credit":
            return account.CreditNote(
                number=f"U-{number}", minor=minor, reason="less", issue_on=date(2026, 3, 22), **_of(currency)
            )
        case _:
            return account.WriteOff(number=f"U-{number}", minor=minor, reason="lost", **_of(currency))


def _check(database: Database) -> None:
    assert broken(database) == []
    found = database.look(reckoned)
    assert all((one.open_minor == 0) == (one.open_worth_minor == 0) for one in found)
    told = database.look(posted)
    exact, roundings = database.look(_exact)
    assert told.get("exchange", 0) == -told.get("exchange_gain", 0) - told.get("exchange_loss", 0)
    assert abs(told.get("exchange", 0) - exact) <= roundings


def _exact(connection: Connection) -> tuple[Fraction, int]:
    """Return what the cash put against items was worth more than they, in fractions, and how often it is rounded."""
    came = Fraction(0)
    cash = _sums(connection, "receipt_id")
    for row in connection.execute(
        select(RECEIPT.c.id, RECEIPT.c.minor, RECEIPT_WORTH.c.minor.label("worth")).join(
            RECEIPT_WORTH, RECEIPT_WORTH.c.receipt_id == RECEIPT.c.id
        )
    ):
        came += Fraction(row.worth * cash.get(row.id, 0), row.minor)
    paid = _sums(connection, "instalment_id")
    rows = connection.execute(
        select(ITEM_WORTH.c.instalment_id, ITEM_WORTH.c.minor, INSTALMENT.c.amount_minor).join(
            INSTALMENT, INSTALMENT.c.id == ITEM_WORTH.c.instalment_id
        )
    ).all()
    for row in rows:
        came -= Fraction(row.minor * paid.get(row.instalment_id, 0), row.amount_minor)
    # All of a receipt is worth all of it, and so is all of an item that cash alone pays.
    partly = [key for key, minor in paid.items() if minor]
    return came, len(cash) + len(partly)


def _sums(connection: Connection, column: str) -> Mapping[int, int]:
    key = ALLOCATION.c[column]
    query = select(key, func.sum(ALLOCATION.c.minor)).where(ALLOCATION.c.kind == "cash").group_by(key)
    return {row[0]: int(row[1]) for row in connection.execute(query)}
