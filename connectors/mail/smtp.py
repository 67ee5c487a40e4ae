"""What the mail server says decides: refused for good goes to a person, everything else is tried again."""

from urllib.parse import unquote, urlsplit

import aiosmtplib

from connectors.mail.mime import compose, wire_address
from domain.mail import Mail, Mailbox, MailReceipt, MailRefused, MailUnavailable, Rejection

_TIMEOUT_SECONDS = 30.0
_DEFAULT_PORTS = {"smtp": 587, "smtps": 465}


class SmtpMailer:
    """Sends by SMTP; at least once: a repeat after a lost reply carries the same Message-ID."""

    def __init__(self, url: str, sender: Mailbox) -> None:
        """Read ``smtp://user:password@host:587`` (STARTTLS, demanded with a password) or ``smtps://…:465`` (TLS).

        Special characters of a password are percent-encoded. ValueError: another URL, or a sender without address.
        """
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise ValueError("the mail URL must look like smtp://user:password@host:587 or smtps://user:password@host")
        wire_address(sender)
        self._parts = parts
        self._sender = sender

    async def send(self, mail: Mail) -> MailReceipt:
        """Hand the mail to the server; see `domain.mail.Mailer` for the errors."""
        message = compose(mail, self._sender)
        try:
            async with self._client() as client:
                refused, _ = await client.send_message(
                    message,
                    sender=wire_address(self._sender),
                    recipients=[wire_address(box) for box in (*mail.to, *mail.cc)],
                )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _verdict(mail, tuple(_rejection(one) for one in error.recipients)) from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise MailUnavailable(f"{self._place()} refuses our login, correct the mail URL: {error}") from error
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            reply = Rejection(address=mail.to[0].address, status=error.code, reply=error.message)
            raise _verdict(mail, (reply,)) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailUnavailable(f"{self._place()} cannot be used now, check that it runs: {error}") from error
        rejected = tuple(
            Rejection(address=address, status=reply.code, reply=reply.message) for address, reply in refused.items()
        )
        return MailReceipt(message_id=str(message["Message-ID"]), rejected=rejected)

    def _client(self) -> aiosmtplib.SMTP:
        tls = self._parts.scheme == "smtps"
        user, password = self._parts.username, self._parts.password
        return aiosmtplib.SMTP(
            hostname=self._parts.hostname,
            port=self._parts.port or _DEFAULT_PORTS[self._parts.scheme],
            username=unquote(user) if user else None,
            password=unquote(password) if password else None,
            use_tls=tls,
            # A password never travels in the clear; without one, STARTTLS is used where it is offered.
            start_tls=False if tls else (True if user else None),
            timeout=_TIMEOUT_SECONDS,
        )

    def _place(self) -> str:
        return f"mail server {self._parts.hostname}:{self._parts.port or _DEFAULT_PORTS[self._parts.scheme]}"


def _rejection(error: aiosmtplib.SMTPRecipientRefused) -> Rejection:
    return Rejection(address=error.recipient, status=error.code, reply=error.message)


def _verdict(mail: Mail, rejected: tuple[Rejection, ...]) -> MailRefused | MailUnavailable:
    """Refused for good only if every reply is a 5xx: one 4xx may pass next time."""
    if all(one.status >= 500 for one in rejected):
        return MailRefused(mail.message_key, rejected)
    replies = "; ".join(f"{one.address}: {one.status} {one.reply}" for one in rejected)
    return MailUnavailable(f"{mail.message_key} was put off, send it again later: {replies}")
