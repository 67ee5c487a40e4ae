"""Each mail goes out once under its effect's id; a customer who cannot be reached makes a person look.

Colleagues are told by mail beside their inbox: one without an address is named in the result and finds the task there.
"""

from collections.abc import Callable
from datetime import datetime

from temporalio import activity

from activities.colleagues import ROLE, Colleagues
from activities.papers import Papers
from activities.post import Post, no_words, to_customer, turned_down
from activities.reach import Reach
from activities.refusals import account_result, deal_result
from activities.tax_papers import TaxPapers
from domain import correspondence, staff_notices
from domain.account import effects as account
from domain.account.commands import AccountRefusal
from domain.account.commands import Done as AccountDone
from domain.deal import effects as deal
from domain.deal.brief import brief_of
from domain.deal.commands import DealRefusal, Done
from domain.deal.folding import folded
from domain.deal.log import DealLog
from domain.deal.state import Deal
from domain.documents import Party, QuoteDocument, Seller
from domain.local_time import local_day
from domain.machine import E, Job
from domain.mail import Attachment, Mailer
from domain.nobody import UNIDENTIFIED
from domain.notices import Letter, UnknownTemplate, Wording
from domain.organisation import Person
from domain.paper_ports import Addresses, Letterheads
from domain.ports import People
from domain.refusal import Code, Refused

NOWHERE = Reach()


class NotificationActivities:
    """Writes to customers and colleagues; idempotency key: the effect's id, as the mail's key.

    Failures: `NoAddress` and `MailRefused` are final until a person mends the address; `MailUnavailable` is retried.
    """

    def __init__(
        self,
        addresses: Addresses,
        people: People,
        letterheads: Letterheads,
        papers: Papers,
        tax_papers: TaxPapers,
        mailer: Mailer,
        wording: Wording,
        log: DealLog,
        reach: Reach = NOWHERE,
    ) -> None:
        """Take the ports; ``log`` has what is to be approved, ``reach`` says where colleagues can act."""
        self._addresses = addresses
        self._letterheads = letterheads
        self._papers = papers
        self._tax_papers = tax_papers
        self._mailer = mailer
        self._wording = wording
        self._log = log
        self._reach = reach
        self._colleagues = Colleagues(people)

    # --- customers --------------------------------------------------------------------------------------------------

    @activity.defn(name="send_quote")
    async def send_quote(self, job: Job[deal.SendQuote]) -> Done | DealRefusal:
        """Send the quote with its PDF, kept as ``quote/{deal_id}/{version}.pdf``."""
        return await deal_result(self._send_quote(job))

    async def _send_quote(self, job: Job[deal.SendQuote]) -> Done:
        document, pdf = await self._quote(job.effect, job.at)
        letter = self._wording.quote_sent(document)
        await self._to_customer(job.id, _now(job), document.customer, letter, document.seller, pdf)
        return Done(reference=document.number)

    async def _quote(self, effect: deal.SendQuote, at: datetime) -> tuple[QuoteDocument, Attachment]:
        party = await self._addresses.party(effect.customer_id)
        letterhead = await self._letterheads.letterhead(effect.entity)
        prepared_by = await self._colleagues.name_of(effect.prepared_by)
        state = await self._deal(effect.deal_id)
        terms = state.terms if state else None
        document = correspondence.quote_document(effect, party, letterhead, at, prepared_by, terms)
        return document, await self._papers.once(f"quote/{effect.deal_id}/{effect.version}.pdf", document)

    @activity.defn(name="send_invoice")
    async def send_invoice(self, job: Job[deal.SendInvoice]) -> Done | DealRefusal:
        """Send the invoice with its PDF and XML, kept as ``invoice/{entity}/{number}.pdf`` and ``.xml``."""
        return await deal_result(self._send_invoice(job))

    async def _send_invoice(self, job: Job[deal.SendInvoice]) -> Done:
        invoice = await self._addresses.invoice(job.effect.number, job.effect.entity)
        letter = await self._tax_papers.invoice(invoice, job.effect.customer_id, await self._deal(invoice.deal_id))
        document, words = letter.document, self._wording.invoice_sent(letter.document)
        await self._to_customer(job.id, _now(job), document.customer, words, document.seller, *letter.files)
        return Done(reference=invoice.number, fiscal_number=document.fiscal_number)

    @activity.defn(name="tell_customer")
    async def tell_customer(self, job: Job[deal.TellCustomer]) -> Done | DealRefusal:
        """Remind of an open quote, or announce when silence counts as acceptance."""
        return await deal_result(self._tell_customer(job))

    async def _tell_customer(self, job: Job[deal.TellCustomer]) -> Done:
        effect, now = job.effect, _now(job)
        if effect.quote is not None:
            document, pdf = await self._quote(effect.quote, job.at)
            days_left = (document.valid_until - local_day(effect.quote.zone, now)).days
            letter = self._wording.quote_expiring(document, days_left)
            await self._to_customer(job.id, now, document.customer, letter, document.seller, pdf)
        else:
            party = await self._addresses.party(effect.customer_id)
            letterhead = await self._letterheads.letterhead(effect.entity)
            try:
                notice = correspondence.acceptance_notice(effect, party, letterhead)
            except UnknownTemplate as unknown:
                raise no_words(unknown) from unknown
            await self._to_customer(job.id, now, party, self._wording.acceptance_due(notice), notice.seller)
        return Done(reference=effect.template)

    async def _to_customer(
        self, key: str, at: datetime, party: Party, letter: Letter, seller: Seller, *files: Attachment
    ) -> None:
        await to_customer(Post(self._mailer), key, at, party, letter, seller, files)

    async def _deal(self, deal_id: str) -> Deal | None:
        """Return a deal as the log has it: what an effect would be too large to carry."""
        return folded(await self._log.deal_facts(deal_id))

    # --- colleagues -------------------------------------------------------------------------------------------------

    @activity.defn(name="notify")
    async def notify(self, job: Job[deal.Notify]) -> Done | DealRefusal:
        """Tell people what they must know or decide, each under ``{effect id}/{person}``."""
        effect = job.effect
        facts = (("deal", effect.deal_id), *effect.facts)

        def remind(person: Person) -> Letter:
            return self._task(effect.template, facts, person, self._reach.page(job.owner))

        async def work() -> Done:
            asks = effect.template == staff_notices.APPROVAL_DUE
            write = await self._asking(job) if asks else remind
            return Done(reference=await self._tell(job.id, _now(job), effect.people, write))

        return await deal_result(work())

    async def _asking(self, job: Job[deal.Notify]) -> Callable[[Person], Letter]:
        """Return what asks each person to decide, with the offer as the log has it."""
        effect, told = job.effect, dict(job.effect.facts)
        approval_id = told.get("approval_id", "")
        state = await self._deal(effect.deal_id)
        brief = brief_of(state, approval_id) if state else None
        named = {one.on_behalf_of for one in brief.stand_ins} if brief else set()
        names = {one: await self._colleagues.name_of(one) for one in (*named, told["requested_by"])}
        how = {
            "requested_by": names[told["requested_by"]],
            "call": self._reach.call(f"/api/approvals/{approval_id}/decisions"),
            "page": self._reach.page(job.owner),
            "can_act": self._reach.console,
        }

        def ask(person: Person) -> Letter:
            notice = staff_notices.approval_notice(effect.facts, effect.deal_id, person, brief)
            absent = ", ".join(names[one] for one in notice.on_behalf_of.split(", ") if one)
            return self._wording.approval_requested(notice.model_copy(update=how | {"on_behalf_of": absent}))

        return ask

    @activity.defn(name="notify_staff")
    async def notify_staff(self, job: Job[account.NotifyStaff]) -> AccountDone | AccountRefusal:
        """Tell the holders of a role what they owe, each under ``{effect id}/{person}``."""
        effect = job.effect

        async def work() -> AccountDone:
            customer = await self._customer(effect.customer_id)
            facts = (("customer", customer), *effect.facts)

            def remind(person: Person) -> Letter:
                return self._task(effect.template, facts, person, self._reach.page(job.owner), effect.due)

            asks = effect.template == staff_notices.APPROVAL_DUE
            write = await self._asking_for_account(job, customer) if asks else remind
            names = effect.people or (f"{ROLE}{effect.role}",)
            return AccountDone(reference=await self._tell(job.id, _now(job), names, write))

        return await account_result(work())

    async def _customer(self, customer_id: str) -> str:
        """Name a customer; money that nobody has claimed has none, and its tasks are told all the same."""
        if customer_id == UNIDENTIFIED:
            return customer_id
        try:
            return staff_notices.named(customer_id, (await self._addresses.party(customer_id)).name)
        except Refused as refused:
            if refused.code is not Code.NOTFOUND:
                raise
            return customer_id

    async def _asking_for_account(self, job: Job[account.NotifyStaff], customer: str) -> Callable[[Person], Letter]:
        """Return what asks each person to decide on a request of an account."""
        effect, told = job.effect, dict(job.effect.facts)
        how = {
            "requested_by": await self._colleagues.name_of(told["requested_by"]),
            "call": self._reach.call(f"/api/approvals/{told['approval_id']}/decisions"),
            "page": self._reach.page(job.owner),
            "can_act": self._reach.console,
        }

        def ask(person: Person) -> Letter:
            notice = staff_notices.request_notice(effect.facts, customer, person, effect.due)
            return self._wording.approval_requested(notice.model_copy(update=how))

        return ask

    def _task(
        self, template: str, facts: staff_notices.Facts, person: Person, page: str, due: datetime | None = None
    ) -> Letter:
        return self._wording.task_assigned(staff_notices.task_notice(template, facts, person, due, page))

    async def _tell(self, key: str, at: datetime, names: tuple[str, ...], write: Callable[[Person], Letter]) -> str:
        try:
            told = await self._colleagues.tell(Post(self._mailer), key, at, names, write)
        except UnknownTemplate as unknown:
            raise no_words(unknown) from unknown
        if told.refused is not None:
            raise turned_down(told.refused) from told.refused
        return str(told)


def _now(job: Job[E]) -> datetime:
    """Return when the effect was handed out: what a mail's date shows."""
    return job.now or job.at
