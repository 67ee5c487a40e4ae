"""What has gone out under a key has gone out: a retry of an activity does not send it a second time."""

from datetime import datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain import correspondence
from domain.documents import Party, Seller
from domain.mail import Attachment, Mail, Mailbox, Mailer, MailRefused
from domain.notices import Letter, UnknownTemplate
from domain.refusal import Code, Refused


class Post:
    """The mails of one activity execution.

    The keys that went out travel in the heartbeat, so the next attempt knows them. A new activity (after a person
    retried a parked effect) does not: its repeat is recognisable by the Message-ID alone.
    """

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._gone: list[str] = [str(key) for key in activity.info().heartbeat_details]

    @property
    def gone(self) -> tuple[str, ...]:
        """The keys that went out, in this attempt and those before it."""
        return tuple(self._gone)

    async def send(self, mail: Mail) -> None:
        """Send a mail unless its key has gone out; raises `MailRefused`, and `MailUnavailable` for a later attempt."""
        if mail.message_key in self._gone:
            return
        try:
            await self._mailer.send(mail)
        except Refused as refused:
            # A mailer that remembers says so when other content went out under the key: one key is one mail.
            if refused.code is not Code.IDEM:
                raise
        self._gone.append(mail.message_key)
        activity.heartbeat(*self._gone)


def mailbox(party: Party) -> Mailbox | None:
    """Return where a customer is written to, none without an e-mail address."""
    return Mailbox(address=party.email, name=party.contact or party.name) if party.email else None


async def to_customer(
    post: Post,
    key: str,
    at: datetime,
    party: Party,
    letter: Letter,
    seller: Seller,
    files: tuple[Attachment, ...] = (),
) -> None:
    """Write to a customer for a legal entity; the failures that make a person look are `no_address`, `turned_down`."""
    to = mailbox(party)
    if to is None:
        raise no_address(party.name)
    try:
        reply_to = correspondence.answers_to(seller)
        await post.send(correspondence.mail(key, at, to, letter, None, reply_to, files))
    except MailRefused as refused:
        raise turned_down(refused) from refused


def no_address(whom: str) -> ApplicationError:
    """Return the failure that makes a person look: retrying cannot give anybody an address."""
    return ApplicationError(
        f"{whom} has no e-mail address: enter one, then retry_effect / {whom} 没有电子邮箱：请补充后执行 retry_effect",
        type="NoAddress",
        non_retryable=True,
    )


def turned_down(refused: MailRefused) -> ApplicationError:
    """Return the failure that makes a person look: the address will not take mail."""
    return ApplicationError(str(refused), type="MailRefused", non_retryable=True)


def no_words(unknown: UnknownTemplate) -> ApplicationError:
    """Return the failure that makes a person look: a deploy brings the sentence, then the effect is retried."""
    return ApplicationError(str(unknown), type="UnknownTemplate", non_retryable=True)
