"""The same mail gives the same bytes: Message-ID and boundaries come from its key, the date from the caller."""

import re
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader, UniqueAddressHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from hashlib import sha256

from domain.mail import Attachment, Mail, Mailbox, MailRefused, Rejection

KEY_HEADER = "X-LTC-Message-Key"
CONTENT_HEADER = "X-LTC-Content"
_NO_ADDRESS = 553
_SPECIALS = re.compile(r'[()<>@,:;.\[\]"\\]')
_LONGEST_WORD = 70
"""An encoded word has 75 characters at most (RFC 2047, section 2), a line 78 with the name of its header."""


class Recipients(UniqueAddressHeader):
    """A list of addresses, one a line.

    CPython folds them by words: it encodes the comma behind a name that is encoded, too, and a recipient is lost.
    """

    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        """Return the header as it is sent."""
        lines = f",{policy.linesep} ".join(map(_folded, self.addresses))
        return f"{self.name}: {lines}{policy.linesep}"


def _folded(one: Address) -> str:
    name = one.display_name
    if not name.isascii():
        name = Header(name, "utf-8", maxlinelen=_LONGEST_WORD).encode(linesep="\r\n")
    elif _SPECIALS.search(name):
        name = f'"{name}"'
    return f"{name} <{one.addr_spec}>" if name else one.addr_spec


_HEADERS = HeaderRegistry()
# Header classes are mixed with BaseHeader by the registry, which typeshed does not know.
for _name in ("to", "cc"):
    _HEADERS.map_to_type(_name, Recipients)  # type: ignore[arg-type]
for _name in ("in-reply-to", "references"):  # else a long id is broken into encoded words
    _HEADERS.map_to_type(_name, MessageIDHeader)  # type: ignore[arg-type]
_POLICY = SMTP.clone(header_factory=_HEADERS)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LONGEST_QUOTED = 60
"""What fits one header line between quotes: a quoted name that is folded loses its quotes (CPython), and a comma in it
then begins another recipient."""
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def message_id(message_key: str, sender: Mailbox) -> str:
    """Return the Message-ID of a key: the same key from the same mail domain always gets the same one."""
    return f"<{sha256(message_key.encode()).hexdigest()[:40]}@{sender.address.partition('@')[2]}>"


def content_hash(mail: Mail) -> str:
    """Return the hash of what a mail says and to whom, short enough for one header line; when it is sent is no part."""
    return sha256(mail.model_dump_json(exclude={"sent_at"}).encode()).hexdigest()[:40]


def wire_address(box: Mailbox) -> str:
    """Return the address as mail servers take it, its domain in ASCII; ValueError if it is no address."""
    local, _, domain = box.address.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"{box.address!r} has no valid mail domain") from error
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        raise ValueError(f"{box.address!r} is not an e-mail address, write name@example.com")
    return f"{local}@{ascii_domain}"


def compose(mail: Mail, default_sender: Mailbox) -> EmailMessage:
    """Build the RFC 5322 message; from `default_sender` unless the mail names a sender.

    A recipient that is no e-mail address raises `MailRefused`, as a mail server would.
    """
    sender = mail.sender or default_sender
    message = EmailMessage(policy=_POLICY)
    message["Message-ID"] = message_id(mail.message_key, default_sender)
    message["Date"] = format_datetime(mail.sent_at)
    message["From"] = _address(mail, sender)
    message["To"] = [_address(mail, box) for box in mail.to]
    if mail.reply_to is not None:
        message["Reply-To"] = _address(mail, mail.reply_to)
    if mail.cc:
        message["Cc"] = [_address(mail, box) for box in mail.cc]
    message["Subject"] = " ".join(mail.subject.split())
    message["Auto-Submitted"] = "auto-generated"
    message[KEY_HEADER] = mail.message_key
    message[CONTENT_HEADER] = content_hash(mail)
    if mail.follows:
        message["In-Reply-To"] = message["References"] = message_id(mail.follows, default_sender)
    message.set_content(mail.body_text, cte=_encoding(mail.body_text))
    if mail.body_html is not None:
        message.add_alternative(mail.body_html, subtype="html", cte=_encoding(mail.body_html))
    for attachment in mail.attachments:
        _attach(message, attachment)
    _fix_boundaries(message, content_hash(mail))
    return message


def shown_name(name: str) -> str:
    """Return a name as a header takes it without becoming more than one recipient: one line, short where quoted."""
    line = " ".join(name.split())
    if not line.isascii() or not _SPECIALS.search(line):
        return line
    return line.replace("\\", "/").replace('"', "'")[:_LONGEST_QUOTED].rstrip()


def _address(mail: Mail, box: Mailbox) -> Address:
    try:
        return Address(display_name=shown_name(box.name), addr_spec=wire_address(box))
    except ValueError as error:
        rejected = Rejection(address=box.address, status=_NO_ADDRESS, reply=str(error))
        raise MailRefused(mail.message_key, (rejected,)) from error


def _encoding(text: str) -> str | None:
    """Plain text that not every server could carry goes as base64."""
    return None if text.isascii() else "base64"


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    main, _, sub = attachment.media_type.partition("/")
    message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)


def _fix_boundaries(message: EmailMessage, seed: str) -> None:
    """Replace the random boundaries; a hash never occurs in a body by chance."""
    for depth, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"ltc-{depth}-{seed}")
