"""Which receipt a bounce takes back: the only payment under its reference, never another one that shares it."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.account import effects as account
from domain.statements.judging import judge
from domain.statements.posting import Line, Outcome, Reversible, taken_back
from domain.statements.statement import Entry
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.bank_lines import keep_outcome
from storage.operations.bank_statements import Handing, decide, take_in
from storage.operations.customers import keep_customer
from storage.operations.ledger import LedgerBooks
from storage.queries.bank_lines import line_by_id, reversible
from storage.queries.bank_statements import payments
from tests.statements_made import DAY, OWN, credit, statement_of
from tests.storage.samples import CUSTOMER, ENTITY, HASH, KEY, NOW, at, cny, opened, receipt

RENT = "RENT"
LAST, SOON = DAY - timedelta(days=30), DAY + timedelta(days=1)


class Bank:
    """The statements of one bank account, each of one entry, and the receipts that its lines became."""

    def __init__(self, database: Database, ledger: LedgerBooks) -> None:
        self.database, self.ledger, self.handed = database, ledger, 0

    async def shows(self, entry: Entry, status: str = "ready", own: str = OWN) -> int:
        """Take a statement in and let its line become this; return the line."""
        self.handed += 1
        statement = statement_of([entry], f"S-{self.handed}", account=own)
        handing = Handing(entity=ENTITY, file="f", by="wu.ting")
        row = self.database.transact(take_in, statement, judge(statement), handing, NOW).row
        (line,) = (await self.database.read(payments, row)).payments
        if status == "posted":
            await self.ledger.operate(f"r{self.handed}", at(20), receipt(line.external_id, line.amount.minor))
        self.database.transact(keep_outcome, line.line_id, Outcome.model_validate({"status": status}), NOW)
        return line.line_id

    def holds(self, entry: Entry) -> int:
        """Take in a statement that does not add up."""
        statement = statement_of([entry], "held", off=1)
        return self.database.transact(take_in, statement, judge(statement), Handing(entity=ENTITY, by="w"), NOW).row

    def line(self, line_id: int) -> Line:
        found = self.database.look(line_by_id, line_id)
        assert found is not None
        return found

    async def goes_back(self, line_id: int, minor: int) -> None:
        """Record by hand that of the receipt of a line so much went back."""
        effect = account.ReverseReceipt(
            source="bank", external_id=self.line(line_id).external_id, amount=cny(minor), reason="by hand",
            terms_hash=HASH, **KEY,
        )  # fmt: skip
        await self.ledger.operate(f"back{line_id}", at(21), effect)

    def about(self, bounce: int) -> tuple[Reversible | None, list[str]]:
        """Return what a bounce takes back without a question, and all that the question names."""
        line = self.line(bounce)
        found = self.database.look(reversible, line)
        return taken_back(line, found), [one.external_id for one in found]


@pytest.fixture
async def bank(database: Database, ledger: LedgerBooks) -> Bank:
    await opened(ledger)
    for name in (CUSTOMER, "c-2"):
        database.transact(keep_customer, CustomerCard(customer_id=name, name=f"客户 {name}"), NOW)
    return Bank(database, ledger)


def paid(reference: str, on: date = DAY, **more: Any) -> Entry:
    told = {"payer": f"客户 {CUSTOMER}", "end_to_end": RENT} | more
    return credit(5_00, reference=reference, booked_on=on, valued_on=on, **told)


def bounce(reference: str = "R9", minor: int = 5_00, **more: Any) -> Entry:
    told = {"payer": f"客户 {CUSTOMER}", "end_to_end": RENT} | more
    return credit(-minor, "returned", reference=reference, is_reversal=True, **told)


async def test_the_only_payment_under_the_payers_reference_goes_back(bank: Bank) -> None:
    only = await bank.shows(paid("R1", LAST), "posted")
    await bank.shows(paid("R2", end_to_end="OTHER"), "posted")
    await bank.shows(paid("R3"), "asked", own="ACC-2")
    bank.database.transact(decide, bank.holds(paid("R4")), "discard", "wrong", "wu.ting", NOW)
    back = await bank.shows(bounce())
    await bank.shows(paid("R5", SOON), "posted")

    found, named = bank.about(back)

    name = bank.line(only).external_id
    assert (found and (found.external_id, found.because)) == (name, "the payer's reference")
    assert named == [name]


@pytest.mark.parametrize("on", [LAST, DAY, SOON], ids=str)
@pytest.mark.parametrize("status", ["posted", "gone", "asked", "ready", "same", "set_aside"])
async def test_a_payers_reference_that_was_used_again_takes_nothing_back(bank: Bank, status: str, on: date) -> None:
    """Whatever became of the other payment; ``gone`` went back already, by hand, and is what the bank shows now."""
    first = await bank.shows(paid("R1", LAST), "posted")
    other = await bank.shows(paid("R2", on), "posted" if status == "gone" else status)
    if status == "gone":
        await bank.goes_back(other, 5_00)
    await bank.ledger.operate("told", at(20), receipt("by-hand", 5_00))

    found, named = bank.about(await bank.shows(bounce()))

    assert found is None
    booked = [other] if status in ("posted", "gone") else []
    assert named == [*(bank.line(one).external_id for one in (*booked, first)), "by-hand"]


async def test_a_payment_that_is_shown_later_and_valued_before_counts(bank: Bank) -> None:
    await bank.shows(paid("R1", LAST), "posted")
    back = await bank.shows(bounce())
    assert bank.about(back)[0] is not None
    await bank.shows(paid("R2"))
    assert bank.about(back)[0] is None


@pytest.mark.parametrize("minor", [1, 5_00])
async def test_what_went_back_already_does_not_go_back_again(bank: Bank, minor: int) -> None:
    only = await bank.shows(paid("R1"), "posted")
    await bank.goes_back(only, minor)
    await bank.ledger.operate("told", at(20), receipt("by-hand", 5_00))

    found, named = bank.about(await bank.shows(bounce()))

    assert (found, named) == (None, [bank.line(only).external_id, "by-hand"])


@pytest.mark.parametrize(
    ("payer", "party", "goes"),
    [
        (f"客户 {CUSTOMER}", f"客户 {CUSTOMER}", True),
        (f"客户 {CUSTOMER}", "", True),
        (f"客户 {CUSTOMER}", "somebody", True),
        (f"客户 {CUSTOMER}", "客户 c-2", False),
        ("客户 c-2", "客户 c-2", True),
        ("somebody", f"客户 {CUSTOMER}", True),
    ],
)
async def test_a_bounce_that_names_another_customer_is_not_of_this_one(
    bank: Bank, payer: str, party: str, goes: bool
) -> None:
    """Unless just they had paid for this one."""
    await bank.shows(paid("R1", payer=payer), "posted")
    assert (bank.about(await bank.shows(bounce(payer=party)))[0] is not None) is goes


@pytest.mark.parametrize(
    ("reference", "goes"), [(RENT, False), ("REN", True), ('Miete "5%" /租金\\', False)], ids=["same", "part", "signs"]
)
async def test_a_held_statement_with_the_reference_may_have_what_went_back(
    bank: Bank, reference: str, goes: bool
) -> None:
    used = RENT if reference == "REN" else reference
    await bank.shows(paid("R1", end_to_end=used), "posted")
    bank.holds(paid("R2", end_to_end=reference))
    assert (bank.about(await bank.shows(bounce(end_to_end=used)))[0] is not None) is goes


@pytest.mark.parametrize("status", ["asked", "ready", "same"])
async def test_the_banks_reference_proves_nothing_while_another_line_under_it_is_no_receipt(
    bank: Bank, status: str
) -> None:
    first = await bank.shows(paid("R1", LAST, end_to_end=""), "posted")
    back = await bank.shows(bounce("R1", end_to_end=""))
    found, _ = bank.about(back)
    assert (found and found.because) == "the bank's reference"
    await bank.shows(paid("R1", end_to_end=""), status)
    assert bank.about(back) == (None, [bank.line(first).external_id])


@pytest.mark.parametrize("gone", [0, 1])
async def test_what_is_large_enough_goes_back_by_the_banks_reference_unless_something_has(
    bank: Bank, gone: int
) -> None:
    """A batch has one reference for all of its payments; what was told by hand may be what the bank shows now."""
    large = await bank.shows(paid("R1", LAST, end_to_end=""), "posted")
    small = await bank.shows(credit(2_00, reference="R1"), "posted")
    back = await bank.shows(bounce("R1"))
    found, named = bank.about(back)
    assert (found and found.external_id) == bank.line(large).external_id
    assert len(named) == 2
    await bank.goes_back((large, small)[gone], 1)
    assert bank.about(back) == (None, named)


@pytest.mark.parametrize("end_to_end", ["", RENT])
async def test_a_part_that_was_told_by_hand_does_not_go_back_again(bank: Bank, end_to_end: str) -> None:
    """More is left than the bank shows, and still it may be the same."""
    only = await bank.shows(paid("R1", end_to_end=end_to_end), "posted")
    back = await bank.shows(bounce("R9" if end_to_end else "R1", 2_00, end_to_end=end_to_end))
    assert bank.about(back)[0] is not None
    await bank.goes_back(only, 2_00)
    assert bank.about(back) == (None, [bank.line(only).external_id])
