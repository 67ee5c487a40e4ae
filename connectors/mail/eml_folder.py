"""A folder of .eml files is a mailer for a bare machine: one key is one file, whole or not there at all."""

import asyncio
import os
import re
from email import message_from_bytes
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from connectors.mail.mime import CONTENT_HEADER, compose, content_hash, message_id
from domain.mail import Mail, Mailbox, MailReceipt
from domain.refusal import Code, refuse

_SENDER = Mailbox(address="ltc@localhost", name="LTC")


class EmlFolder:
    """Writes each mail to ``<date>_<key>-<hash>.eml``, for a mail program (or a person) to open."""

    def __init__(self, folder: Path, sender: Mailbox = _SENDER) -> None:
        """Name the folder, made when first needed, and who mails are from."""
        self._folder = folder
        self._sender = sender

    async def send(self, mail: Mail) -> MailReceipt:
        """Write the mail once; the same key again changes nothing, with other content it is refused (E_IDEM)."""
        return await asyncio.to_thread(self._write, mail)

    def _write(self, mail: Mail) -> MailReceipt:
        receipt = MailReceipt(message_id=message_id(mail.message_key, self._sender))
        self._folder.mkdir(parents=True, exist_ok=True)
        slug = _slug(mail.message_key)
        for earlier in self._folder.glob(f"????-??-??_{slug}.eml"):
            self._check_same(mail, earlier)
            return receipt
        target = self._folder / f"{mail.sent_at:%Y-%m-%d}_{slug}.eml"
        content = compose(mail, self._sender).as_bytes()
        with NamedTemporaryFile(dir=self._folder, prefix=".", suffix=".tmp", delete=False) as draft:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).replace(target)
        return receipt

    def _check_same(self, mail: Mail, earlier: Path) -> None:
        written = message_from_bytes(earlier.read_bytes(), policy=SMTP)[CONTENT_HEADER]
        if written != content_hash(mail):
            raise refuse(
                Code.IDEM,
                f"{mail.message_key} was already sent with other content; send the change under a new key",
                f"{mail.message_key} 已以其他内容发送过；如需更改，请使用新的键发送",
                file=earlier.name,
            )


def _slug(message_key: str) -> str:
    """Make a file name of a key: readable, and by its hash different for different keys."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", message_key).strip("-")[:60]
    return f"{readable}-{sha256(message_key.encode()).hexdigest()[:12]}"
