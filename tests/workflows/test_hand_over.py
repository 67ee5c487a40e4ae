"""A claim goes to the agency with everything that it needs, after a second person; exact through real workflows."""

import csv
import email
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import date
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from pathlib import Path

import pytest

from domain.account import commands as a
from domain.account.hold_commands import HandOverNow
from domain.account.state import Account
from domain.approval.machine import seats_open
from domain.approval.requests import Decide
from domain.machine import Actor
from domain.money import Money
from embedded.temporal_server import TemporalServer
from storage.queries.invariants import verified
from storage.tables.edge import DOCUMENT
from tests.workflows.harness import Company
from tests.workflows.journeys import CREDIT
from tests.workflows.money import policy_with
from tests.workflows.test_late_claims import Debtor

LADDER = {
    "levels": [
        {"id": "reminder", "day": 3},
        {"id": "agency", "day": 20, "actions": ["hand_over"], "interest": True},
    ]
}
AGENCY = {"CN01": {"name": "Pro Inkasso", "email": "claims@agency.example", "language": "en"}}
TIERS = [{"id": "over", "over": "500.00 CNY", "seats": ["finance_head"]}]


@pytest.fixture
async def ltc(temporal_server: TemporalServer, tmp_path: Path, database_url: str) -> AsyncIterator[Company]:
    """A company that hands over after twenty days, above 500 yuan by two people."""
    policy = policy_with(
        tmp_path / "policies",
        (("dunning", "ladders", "standard"), LADDER),
        (("dunning", "agencies"), AGENCY),
        (("account_approvals", "hand_over"), TIERS),
    )
    company = Company(temporal_server, tmp_path, database_url=database_url, policy_file=policy)
    company.settings = company.settings.model_copy(update={"mail_url": f"file://{tmp_path / 'mail'}"})
    await company.open()
    try:
        yield company
    finally:
        await company.close()


def to_agency(folder: Path) -> list[EmailMessage]:
    """Read what the agency was written, in order."""
    mails = [email.message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]
    found = [mail for mail in mails if "claims@agency.example" in str(mail["To"])]
    return sorted(found, key=lambda mail: str(mail["Subject"]))


async def agreed(ltc: Company, debtor: Debtor) -> None:
    """Let the second person agree to what the ladder has asked for."""
    state = await ltc.ask(debtor.account, "state", Account)
    approval = state.requests[-1].approval
    assert approval is not None
    assert (state.handed_over, approval.subject.kind) == (False, "hand_over")
    _, seat = seats_open(approval)[0]
    decision = Decide(approval_id=approval.id, verdict="approve", content_hash=approval.subject.content_hash)
    await debtor.send(decision, Actor(id=seat.candidates[0].person))


async def packed(ltc: Company, mail: EmailMessage) -> dict[str, bytes]:
    """Return the files of the pack in a mail, which is the one that is kept, and whose hash the mail says."""
    (attached,) = mail.iter_attachments()
    pack = attached.get_payload(decode=True)
    assert isinstance(pack, bytes)
    query = DOCUMENT.select().where(DOCUMENT.c.key.startswith("hand_over/"))
    (kept,) = await ltc.database.read(lambda connection: connection.execute(query).all())
    body = mail.get_body()
    assert body is not None
    assert kept.sha256 == sha256(pack).hexdigest()
    assert kept.sha256 in body.get_content()
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_a_second_person_agrees_and_the_agency_gets_one_hashed_pack(ltc: Company, tmp_path: Path) -> None:
    debtor = Debtor(ltc, "CN01", "CNY", "C")
    await debtor.owes("OLD-1", "1000.00", date(2026, 9, 14))
    await debtor.send(a.Promise(number="OLD-1", minor=40_000, on=date(2026, 9, 21)))
    await debtor.until(date(2026, 9, 28))
    assert to_agency(tmp_path / "mail") == []
    await agreed(ltc, debtor)
    (over,) = await debtor.told("handed_over")
    assert over["stage"] == "agency"

    (mail,) = to_agency(tmp_path / "mail")
    files = await packed(ltc, mail)
    assert [name.split("/")[0] for name in files if "/" in name] == ["invoice", "reminder", "reminder"]
    listed = {row[0]: row[1] for row in csv.reader(io.StringIO(files["contents.csv"].decode("utf-8-sig")))}
    del listed["file"]
    assert listed == {name: sha256(content).hexdigest() for name, content in files.items() if name != "contents.csv"}
    rows = list(csv.reader(io.StringIO(files["history.csv"].decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["owed", "owed", "notice", "notice", "promise"]
    assert rows[1][:6] == ["owed", "2026-09-14", "OLD-1", "1000.00", "CNY", "1000.00"]
    assert rows[-1][:4] + rows[-1][6:] == ["promise", "2026-09-21", "OLD-1", "400.00", "broken"]


async def test_money_that_comes_to_us_afterwards_is_told_to_the_agency(ltc: Company, tmp_path: Path) -> None:
    debtor = Debtor(ltc, "CN01", "CNY", "C")
    await debtor.owes("OLD-1", "400.00", date(2026, 9, 14))
    await debtor.until(date(2026, 9, 16))
    await debtor.send(HandOverNow(reason="they have moved away"), CREDIT)
    receipt = a.RecordReceipt(
        source="bank",
        external_id=debtor.customer_id,
        amount=Money.of("300.00", "CNY"),
        value_date=date(2026, 9, 15),
        reference="OLD-1",
    )
    await debtor.send(receipt)
    subjects = [str(mail["Subject"]).partition(": ")[2] for mail in to_agency(tmp_path / "mail")]
    assert [subject for subject in subjects if subject.startswith("payment")] == ["payment of 300.00 CNY"]
    assert (len(subjects), await debtor.told("notice_sent")) == (2, [])
    assert [check for check in await ltc.database.read(verified) if not check.holds] == []
    await ltc.assert_healthy(debtor.account)
