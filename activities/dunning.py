"""A notice is built from what is open now, sent, and only then counted: no level advances before its letter is out."""

from datetime import datetime

from temporalio import activity

from activities.colleagues import ROLE, Colleagues
from activities.papers import Papers
from activities.post import Post, mailbox, no_address
from activities.refusals import account_result
from activities.tax_papers import TaxPapers
from domain import correspondence, staff_notices
from domain.account.commands import AccountRefusal, Done, NoticeResult
from domain.account.effects import RecordNotice, SendDebitNote, SendNotice
from domain.documents import Party, Seller
from domain.machine import Job
from domain.mail import Attachment, Mailer, MailRefused
from domain.notices import Letter, Wording
from domain.organisation import Person
from domain.paper_ports import Addresses, EntityLetterhead, Letterheads
from domain.ports import Ledger, NoticePlan, People
from domain.receivables.entries import CaseView

EMAIL = "email"
BY_HAND = frozenset({"letter", "call_task"})
"""Channels that a colleague carries out; a mail asks them to, and they say what came of it."""
BY_POST = "debit_note"
"""The task to send by post what could not be mailed."""
COLLECTORS = f"{ROLE}finance"


class Claim:
    """What one notice says, from whom and to whom: the letter, and the document from the first level on."""

    def __init__(self, plan: NoticePlan, seller: Seller, party: Party, letter: Letter, pdf: Attachment | None) -> None:
        self.plan = plan
        self.party = party
        self.letter = letter
        self.pdf = pdf
        self.reply_to = correspondence.answers_to(seller)


class DunningActivities:
    """Sends notices; idempotency key: the effect's id, as the mail's key and in the ledger.

    A notice whose mail went out in an earlier attempt is recorded, never planned or sent again. `MailUnavailable`
    is retried; an address that is missing or refused leads to the next channel, and no channel is undeliverable.
    """

    def __init__(
        self,
        ledger: Ledger,
        addresses: Addresses,
        people: People,
        letterheads: Letterheads,
        papers: Papers,
        tax_papers: TaxPapers,
        mailer: Mailer,
        wording: Wording,
    ) -> None:
        self._ledger = ledger
        self._addresses = addresses
        self._letterheads = letterheads
        self._papers = papers
        self._tax_papers = tax_papers
        self._mailer = mailer
        self._wording = wording
        self._colleagues = Colleagues(people)

    @activity.defn(name="send_notice")
    async def send_notice(self, job: Job[SendNotice]) -> NoticeResult | AccountRefusal:
        """Plan, send over the first channel that works, and record."""
        return await account_result(self._notice(job))

    @activity.defn(name="record_notice")
    async def record_notice(self, job: Job[RecordNotice]) -> NoticeResult | AccountRefusal:
        """Record what became of a notice that a person carried."""
        effect = job.effect
        sent = SendNotice(
            entity=effect.entity,
            customer_id=effect.customer_id,
            currency=effect.currency,
            terms_hash=effect.terms_hash,
            step=effect.step,
        )
        return await account_result(
            self._ledger.record_notice(effect.notice_id, job.now or job.at, sent, effect.channel)
        )

    @activity.defn(name="send_debit_note")
    async def send_debit_note(self, job: Job[SendDebitNote]) -> Done | AccountRefusal:
        """Send the debit note, PDF and XML kept as an invoice's are; by hand where there is no address that works."""
        return await account_result(self._debit_note(job))

    async def _debit_note(self, job: Job[SendDebitNote]) -> Done:
        post, effect, now = Post(self._mailer), job.effect, job.now or job.at
        note = await self._addresses.invoice(effect.number, effect.entity)
        paper = await self._tax_papers.debit_note(note, effect.customer_id)
        party, (pdf, *more) = paper.document.customer, paper.files
        letter, reply_to = (
            self._wording.debit_note_sent(paper.document),
            correspondence.answers_to(paper.document.seller),
        )
        try:
            if (to := mailbox(party)) is not None:
                await post.send(correspondence.mail(job.id, now, to, letter, pdf, reply_to, tuple(more)))
                return Done(reference=note.number)
        except MailRefused:
            pass  # a colleague posts it
        customer = staff_notices.named(effect.customer_id, party.name)
        facts = (("customer", customer), ("invoices", note.number), ("open", str(note.gross)))
        if not await self._told(post, f"{job.id}/{BY_POST}", now, facts, pdf):
            raise no_address(party.name)
        return Done(reference=note.number)

    async def _told(
        self, post: Post, key: str, at: datetime, facts: staff_notices.Facts, pdf: Attachment | None
    ) -> bool:
        """Ask a collector to send a document by post."""

        def write(person: Person) -> Letter:
            return self._wording.task_assigned(staff_notices.task_notice(BY_POST, facts, person))

        return bool((await self._colleagues.tell(post, key, at, (COLLECTORS,), write, pdf)).reached)

    async def _notice(self, job: Job[SendNotice]) -> NoticeResult:
        post, now = Post(self._mailer), job.now or job.at
        channel = _sent_over(job.id, job.effect.channels, post.gone)
        if not channel:
            plan = await self._ledger.plan_notice(job.id, now, job.effect)
            if plan is not None:
                channel = await self._deliver(post, job.id, job.effect, await self._claim(job.id, job.effect, plan))
        if channel in BY_HAND:
            # It counts when the person says that it is done.
            return NoticeResult(outcome="in_hand", channel=channel, case=CaseView())
        return await self._ledger.record_notice(job.id, now, job.effect, channel)

    async def _claim(self, key: str, effect: SendNotice, plan: NoticePlan) -> Claim:
        party = await self._addresses.party(plan.customer_id)
        letterhead = await self._letterheads.letterhead(effect.entity)
        if plan.level == 0:
            return self._friendly_word(plan, party, letterhead)
        document = correspondence.reminder_document(plan, party, letterhead)
        pdf = await self._papers.each(f"reminder/{key}", document)
        return Claim(plan, letterhead.seller, party, self._wording.reminder(document), pdf)

    def _friendly_word(self, plan: NoticePlan, party: Party, letterhead: EntityLetterhead) -> Claim:
        notice = correspondence.pre_due_notice(plan, party, letterhead)
        return Claim(plan, letterhead.seller, party, self._wording.pre_due(notice), None)

    async def _deliver(self, post: Post, key: str, effect: SendNotice, claim: Claim) -> str:
        """Return the channel that worked, empty when none did; one we have no connector for does not."""
        for channel in effect.channels:
            if channel == EMAIL and await self._by_email(post, key, claim):
                return channel
            if channel in BY_HAND and await self._by_hand(post, key, channel, claim):
                return channel
        return ""

    async def _by_email(self, post: Post, key: str, claim: Claim) -> bool:
        to = mailbox(claim.party)
        if to is None:
            return False
        try:
            key = _key(key, EMAIL)
            mail = correspondence.mail(key, claim.plan.as_of, to, claim.letter, claim.pdf, claim.reply_to)
            await post.send(mail)
        except MailRefused:
            return False
        return True

    async def _by_hand(self, post: Post, key: str, channel: str, claim: Claim) -> bool:
        plan = claim.plan
        facts = (
            ("customer", staff_notices.named(plan.customer_id, claim.party.name)),
            ("invoices", ", ".join(dict.fromkeys(item.number for item in plan.items))),
            ("open", str(plan.open)),
            ("stage", plan.stage),
        )

        def write(person: Person) -> Letter:
            return self._wording.task_assigned(staff_notices.task_notice(channel, facts, person))

        told = await self._colleagues.tell(post, _key(key, channel), plan.as_of, (COLLECTORS,), write, claim.pdf)
        return bool(told.reached)


def _key(effect_id: str, channel: str) -> str:
    """Return the key of what goes out over a channel; the customer's own mail has the effect's id."""
    return effect_id if channel == EMAIL else f"{effect_id}/{channel}"


def _sent_over(effect_id: str, channels: tuple[str, ...], gone: tuple[str, ...]) -> str:
    """Return the channel over which an earlier attempt sent the notice, empty when none did."""
    for channel in channels:
        key = _key(effect_id, channel)
        if key in gone or (channel != EMAIL and any(one.startswith(f"{key}/") for one in gone)):
            return channel
    return ""
