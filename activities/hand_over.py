"""A claim is handed over with one file that is kept and hashed, and what is paid to us afterwards is told."""

import io
import zipfile
from datetime import datetime
from hashlib import sha256

from temporalio import activity

from activities.papers import Papers
from activities.post import Post, turned_down
from activities.refusals import account_result
from domain import correspondence
from domain.account.commands import AccountRefusal, Done
from domain.account.hand_over_effects import SendHandOver, TellAgency
from domain.account_statement import AccountStatement, statement_document
from domain.documents import Party
from domain.machine import Job
from domain.mail import Attachment, Mailbox, Mailer, MailRefused
from domain.notices import Letter
from domain.paper_ports import AccountStatements, Addresses, Dossiers, EntityLetterhead, Files, Letterheads
from domain.receivables.hand_over import Packed, contents, handing_over, history, news

ZIP = "application/zip"
_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a pack: the same files always make the same pack."""


class HandOverActivities:
    """Writes to the collection agency; idempotency key: the effect's id, as the mail's key and that of the pack.

    Failures: `MailRefused` is final until the policy names another address; `MailUnavailable` is retried.
    """

    def __init__(
        self,
        addresses: Addresses,
        letterheads: Letterheads,
        statements: AccountStatements,
        dossiers: Dossiers,
        papers: Papers,
        files: Files,
        mailer: Mailer,
    ) -> None:
        self._addresses = addresses
        self._letterheads = letterheads
        self._statements = statements
        self._dossiers = dossiers
        self._papers = papers
        self._files = files
        self._mailer = mailer

    @activity.defn(name="send_hand_over")
    async def send_hand_over(self, job: Job[SendHandOver]) -> Done | AccountRefusal:
        """Send the pack, kept as ``hand_over/{effect id}.zip``; its hash is the result."""
        return await account_result(self._send(job))

    @activity.defn(name="tell_agency")
    async def tell_agency(self, job: Job[TellAgency]) -> Done | AccountRefusal:
        """Tell the agency of money that came to us, or went back."""
        return await account_result(self._tell(job))

    async def _send(self, job: Job[SendHandOver]) -> Done:
        effect, key = job.effect, f"hand_over/{job.id}.zip"
        party, letterhead, found = await self._account(effect, job.now or job.at)
        pack = await self._files.kept(key)
        if pack is None:
            statement = await self._papers.each(
                f"statement/{job.id}", statement_document(found, party, letterhead.seller)
            )
            pack = await self._packed(effect, statement)
            await self._files.keep(key, f"{effect.customer_id}-{effect.currency}.zip", ZIP, pack)
        digest = sha256(pack).hexdigest()
        letter = handing_over(effect.language, letterhead.seller.name, party.name, found.total_open, digest)
        attached = Attachment(name=f"{effect.customer_id}-{effect.currency}.zip", media_type=ZIP, content=pack)
        await self._mail(job, effect, letter, correspondence.answers_to(letterhead.seller), attached)
        return Done(reference=digest)

    async def _account(
        self, effect: SendHandOver | TellAgency, now: datetime
    ) -> tuple[Party, EntityLetterhead, AccountStatement]:
        party = await self._addresses.party(effect.customer_id)
        letterhead = await self._letterheads.letterhead(effect.entity)
        found = await self._statements.statement(
            effect.entity, effect.customer_id, effect.currency, now, letterhead.zone
        )
        return party, letterhead, found

    async def _packed(self, effect: SendHandOver, statement: Attachment) -> bytes:
        dossier = await self._dossiers.dossier(effect.entity, effect.customer_id, effect.currency)
        files = [Packed(statement.name, statement.content), Packed("history.csv", history(dossier))]
        for place, paper in enumerate(dossier.papers, 1):
            content = await self._files.kept(paper)
            if content is not None:
                kind, name = paper.split("/", 1)[0], paper.rsplit("/", 1)[1]
                files.append(Packed(f"{kind}/{name if kind == 'invoice' else f'{place:03}-{name}'}", content))
        return _zip([*files, Packed("contents.csv", contents(files))])

    async def _tell(self, job: Job[TellAgency]) -> Done:
        effect = job.effect
        party, letterhead, found = await self._account(effect, job.now or job.at)
        letter = news(effect.language, party.name, effect.what, effect.amount, effect.reference, found.total_open)
        await self._mail(job, effect, letter, correspondence.answers_to(letterhead.seller))
        return Done(reference=effect.reference)

    async def _mail(
        self,
        job: Job[SendHandOver] | Job[TellAgency],
        effect: SendHandOver | TellAgency,
        letter: Letter,
        reply_to: Mailbox | None,
        attached: Attachment | None = None,
    ) -> None:
        to = Mailbox(address=effect.email, name=effect.agency)
        try:
            await Post(self._mailer).send(
                correspondence.mail(job.id, job.now or job.at, to, letter, attached, reply_to)
            )
        except MailRefused as refused:
            raise turned_down(refused) from refused


def _zip(files: list[Packed]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for file in files:
            pack.writestr(zipfile.ZipInfo(file.name, _BEGINNING), file.content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
