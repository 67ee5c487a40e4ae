"""A notice claims what is open now, goes out once, and counts only after it went out; nothing owed sends nothing."""

from datetime import date, datetime

import pytest

from activities.dunning import DunningActivities
from domain.account.commands import AccountRefusal, NoticeResult
from domain.account.effects import RecordNotice, SendNotice
from domain.correspondence import answers_to
from domain.documents import ReminderDocument
from domain.machine import Job
from domain.mail import MailUnavailable
from domain.ports import NoticeItem, NoticePlan
from domain.receivables.entries import CaseView, NextStep
from domain.refusal import Code, refuse
from tests.activities.outside import AT, NOW, SELLER, WORDING, Outside, cny

KEY = "CN/contoso/CNY/9/send_notice"


class Books:
    """The ledger, as far as notices go: what is planned, and what was recorded once per key."""

    def __init__(self, plan: NoticePlan | None) -> None:
        self.plan = plan
        self.planned_at: list[datetime] = []
        self.recorded: dict[str, str] = {}
        self.away = False
        self.refuses = False

    async def plan_notice(self, key: str, at: datetime, effect: SendNotice) -> NoticePlan | None:
        if self.refuses:
            raise refuse(Code.PERIOD, "the period is closed", "期间已关账")
        self.planned_at.append(at)
        return self.plan

    async def record_notice(self, key: str, at: datetime, effect: SendNotice, channel: str) -> NoticeResult:
        if self.away:
            raise ConnectionError("the database is away")
        channel = self.recorded.setdefault(key, channel)
        outcome = "sent" if channel else "undeliverable" if self.planned_at and self.plan else "void"
        return NoticeResult.model_validate({"outcome": outcome, "channel": channel, "case": CaseView()})


def plan(level: int, customer_id: str = "contoso", unapplied: str = "0.00") -> NoticePlan:
    items = tuple(
        NoticeItem(
            number=f"INV-2026-00000{place}", issued_on=date(2026, 2, 1), due_on=date(2026, 3, 3),
            total=cny("3000.00"), open=amount, days_late=3, level=level, noticed=level > 1,
        )
        for place, amount in enumerate((cny("1000.00"), cny("2000.00")), start=1)
    )  # fmt: skip
    return NoticePlan(
        key=KEY, customer_id=customer_id, stage=f"L{level}", level=level, as_of=NOW, items=items, open=cny("3000.00"),
        unapplied=cny(unapplied), last_level=3,
    )  # fmt: skip


def job(level: int, *channels: str) -> Job[SendNotice]:
    step = NextStep(at=AT, action="notice" if level else "pre_due", level=level, stage=f"L{level}")
    effect = SendNotice(
        entity="CN", customer_id="contoso", currency="CNY", terms_hash="t", step=step, channels=channels or ("email",)
    )
    return Job[SendNotice](id=KEY, owner="account/CN/contoso/CNY", at=AT, effect=effect, now=NOW)


@pytest.fixture
def outside() -> Outside:
    return Outside()


def dunning(outside: Outside, books: Books) -> DunningActivities:
    return DunningActivities(
        books,  # type: ignore[arg-type]  # only the two methods that notices need
        outside.directory,
        outside.directory,
        outside.directory,
        outside.papers,
        outside.tax_papers,
        outside.postman,
        WORDING,
    )


async def test_a_level_goes_out_as_a_letter_and_is_recorded(outside: Outside) -> None:
    books = Books(plan(2))
    result = await outside.run(dunning(outside, books).send_notice, job(2))
    assert result == NoticeResult(outcome="sent", channel="email", case=CaseView())
    (mail,) = outside.postman.mails
    assert mail.message_key == KEY
    assert mail.subject == "Reminder 2: 3,000.00 CNY still unpaid"
    assert "INV-2026-000002: 2,000.00 CNY open, due 3 Mar 2026, 3 days late" in mail.body_text
    assert "Amount due: 3,000.00 CNY (as of 6 Mar 2026 01:31 (UTC+08:00))" in mail.body_text
    (pdf,) = mail.attachments
    assert pdf.name == "contoso-20260306-2.pdf"
    assert list(outside.cabinet.files.values()) == [pdf.content]
    assert next(iter(outside.cabinet.files)).startswith(f"reminder/{KEY}/")
    (document,) = outside.press.documents
    assert isinstance(document, ReminderDocument)
    assert (document.level, document.last_level, document.total_due) == (2, 3, cny("3000.00"))
    assert books.planned_at == [NOW]
    assert books.recorded == {KEY: "email"}


async def test_money_on_account_is_taken_off(outside: Outside) -> None:
    await outside.run(dunning(outside, Books(plan(3, unapplied="400.00"))).send_notice, job(3))
    (mail,) = outside.postman.mails
    assert mail.subject == "FINAL NOTICE: 2,600.00 CNY overdue"
    assert "Paid, not yet applied: -400.00 CNY" in mail.body_text


async def test_before_the_due_date_a_plain_word_goes_out(outside: Outside) -> None:
    books = Books(plan(0))
    await outside.run(dunning(outside, books).send_notice, job(0))
    (mail,) = outside.postman.mails
    assert mail.subject == "Due soon: 3,000.00 CNY to 云帆科技（上海）有限公司"
    assert mail.attachments == ()
    assert outside.cabinet.files == {}
    assert books.recorded == {KEY: "email"}


async def test_nothing_owed_sends_nothing(outside: Outside) -> None:
    books = Books(None)
    result = await outside.run(dunning(outside, books).send_notice, job(2))
    assert result == NoticeResult(outcome="void", case=CaseView())
    assert outside.postman.mails == []
    assert books.recorded == {KEY: ""}


async def test_a_notice_that_went_out_is_recorded_though_nothing_is_owed_by_then(outside: Outside) -> None:
    books = Books(plan(1))
    books.away = True
    with pytest.raises(ConnectionError):
        await outside.run(dunning(outside, books).send_notice, job(1))
    assert books.recorded == {}
    books.away, books.plan = False, None
    result = await outside.run(dunning(outside, books).send_notice, job(1))
    assert result == NoticeResult(outcome="sent", channel="email", case=CaseView())
    assert len(outside.postman.mails) == 1
    assert books.planned_at == [NOW]


async def test_an_outage_of_the_mail_server_records_nothing(outside: Outside) -> None:
    books = Books(plan(1))
    outside.postman.away_after = 0
    with pytest.raises(MailUnavailable):
        await outside.run(dunning(outside, books).send_notice, job(1, "email", "letter"))
    assert books.recorded == {}
    assert outside.heartbeat == ()


@pytest.mark.parametrize("customer_id", ["silent", "contoso"])
async def test_without_a_working_address_the_next_channel_is_taken(outside: Outside, customer_id: str) -> None:
    books = Books(plan(2, customer_id))
    outside.postman.bad = {"jane@contoso.example"}
    result = await outside.run(dunning(outside, books).send_notice, job(2, "email", "letter", "call_task"))
    assert result == NoticeResult(outcome="in_hand", channel="letter", case=CaseView())
    assert books.recorded == {}
    assert [mail.message_key for mail in outside.postman.mails] == [f"{KEY}/letter/wang", f"{KEY}/letter/anna"]
    name = f"{outside.directory.parties[customer_id].name} · {customer_id}"
    assert outside.subjects()[1][1] == f"To do: Print the attached reminder and send it by post ({name})"
    assert "invoices: INV-2026-000001, INV-2026-000002; open: 3,000.00 CNY; stage: L2" in (
        outside.postman.mails[1].body_text
    )
    assert [len(mail.attachments) for mail in outside.postman.mails] == [1, 1]


async def test_a_letter_asked_for_before_is_recorded_as_a_letter(outside: Outside) -> None:
    books = Books(plan(2, "silent"))
    outside.postman.away_after = 1
    with pytest.raises(MailUnavailable):
        await outside.run(dunning(outside, books).send_notice, job(2, "email", "letter"))
    outside.postman.away_after = None
    result = await outside.run(dunning(outside, books).send_notice, job(2, "email", "letter"))
    assert result == NoticeResult(outcome="in_hand", channel="letter", case=CaseView())
    assert len(outside.postman.mails) == 1
    assert books.planned_at == [NOW]


@pytest.mark.parametrize(("channel", "outcome"), [("letter", "sent"), ("", "undeliverable")])
async def test_what_a_person_says_is_recorded_under_the_notice(outside: Outside, channel: str, outcome: str) -> None:
    books = Books(plan(2))
    books.planned_at = [AT]
    step = NextStep(at=AT, action="notice", level=2, stage="L2")
    told = RecordNotice(
        entity="CN", customer_id="contoso", currency="CNY", terms_hash="t", step=step, notice_id=KEY, channel=channel
    )
    one = Job[RecordNotice](id="later", owner="account/CN/contoso/CNY", at=AT, effect=told, now=NOW)
    result = await outside.run(dunning(outside, books).record_notice, one)
    assert isinstance(result, NoticeResult)
    assert (result.outcome, books.recorded, outside.postman.mails) == (outcome, {KEY: channel}, [])


async def test_no_channel_that_works_is_undeliverable(outside: Outside) -> None:
    books = Books(plan(2, "silent"))
    outside.directory.roles["finance"] = ()
    result = await outside.run(dunning(outside, books).send_notice, job(2, "email", "carrier_pigeon", "call_task"))
    assert result == NoticeResult(outcome="undeliverable", case=CaseView())
    assert outside.postman.mails == []
    assert books.recorded == {KEY: ""}


async def test_the_ledgers_refusal_is_the_result(outside: Outside) -> None:
    books = Books(plan(2))
    books.refuses = True
    result = await outside.run(dunning(outside, books).send_notice, job(2))
    assert isinstance(result, AccountRefusal)
    assert result.code == "E_PERIOD"
    assert outside.postman.mails == []


async def test_a_letter_speaks_of_an_earlier_one_only_where_there_was_one() -> None:
    """The second item joins a case at its second level: the letter shows it, and does not count for it."""
    outside = Outside()
    made = plan(2)
    first, second = made.items
    joined = made.model_copy(update={"items": (first, second.model_copy(update={"level": 1, "noticed": False}))})
    never = made.model_copy(update={"items": tuple(one.model_copy(update={"noticed": False}) for one in made.items)})
    for one in (joined, never):
        await outside.run(dunning(outside, Books(one)).send_notice, job(2, "email"))
        outside.heartbeat = ()
    told, untold = [mail.body_text for mail in outside.postman.mails]
    assert "Despite our earlier reminder" in told
    late = "open, due 3 Mar 2026, 3 days late"
    assert f"  INV-2026-000001: 1,000.00 CNY {late}\n" in told
    assert f"  INV-2026-000002: 2,000.00 CNY {late} (also overdue; this reminder does not count for it)\n" in told
    assert "earlier" not in untold
    assert [mail.subject.split(":")[0] for mail in outside.postman.mails] == ["Reminder 2", "Reminder"]
    documents = [one for one in outside.press.documents if isinstance(one, ReminderDocument)]
    assert [(one.reminded, [item.joined for item in one.items]) for one in documents] == [
        (True, [False, True]), (False, [False, False]),
    ]  # fmt: skip
    assert {mail.reply_to for mail in outside.postman.mails} == {answers_to(SELLER)}
