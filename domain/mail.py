"""A mail is a value with a business key: one key is one mail, however often its sending is tried."""

from typing import Protocol

from pydantic import AwareDatetime, ConfigDict, Field

from domain.value import Value


class Mailbox(Value):
    """An address and the name shown with it; a mailer refuses what is no address, with `MailRefused`."""

    address: str
    name: str = ""


class Attachment(Value):
    """A file that goes with a mail, e.g. ``application/pdf``; its bytes travel as base64 in JSON."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    name: str
    media_type: str
    content: bytes


class Mail(Value):
    """What one mail says, and to whom.

    Attributes:
        message_key: the business key, e.g. ``invoice/INV-2026-000123/sent``; the Message-ID follows from it alone.
        sent_at: the caller's clock, for the Date header; never part of the mail's identity.
        reply_to: where an answer goes; None is back to the sender.
        sender: who it is from; None is the mailer's own mailbox.
        follows: the key of an earlier mail that this one belongs to, so that mail programs show them together.
    """

    message_key: str = Field(min_length=1)
    sent_at: AwareDatetime
    sender: Mailbox | None = None
    reply_to: Mailbox | None = None
    to: tuple[Mailbox, ...] = Field(min_length=1)
    cc: tuple[Mailbox, ...] = ()
    subject: str
    body_text: str
    body_html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    follows: str | None = None


class Rejection(Value):
    """A recipient that the receiving server turned down, with its reply."""

    address: str
    status: int
    reply: str


class MailReceipt(Value):
    """What the mailer knows afterwards: the Message-ID, and who among several recipients was turned down."""

    message_id: str
    rejected: tuple[Rejection, ...] = ()


class MailRefused(Exception):
    """The mail will never be accepted as it is; correct the address (or the mail) before sending it again."""

    def __init__(self, message_key: str, rejected: tuple[Rejection, ...]) -> None:
        replies = "; ".join(f"{r.address}: {r.status} {r.reply}" for r in rejected)
        super().__init__(f"{message_key} was refused for good, correct the address: {replies}")
        self.message_key = message_key
        self.rejected = rejected


class MailUnavailable(Exception):
    """Nothing was accepted this time; the same mail can be sent again later."""


class Mailer(Protocol):
    """Sends mail; a repeat of a key is recognisable by its Message-ID."""

    async def send(self, mail: Mail) -> MailReceipt:
        """Hand over a mail; raises `MailRefused` (never retry) or `MailUnavailable` (retry)."""
        ...
