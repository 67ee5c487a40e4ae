"""A mail arrives exactly as written; its key makes a repeat recognisable; a refusal and an outage are told apart."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as parsing
from email.utils import getaddresses
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.mail.eml_folder import EmlFolder
from connectors.mail.mime import compose
from connectors.mail.smtp import SmtpMailer
from domain.mail import Attachment, Mail, Mailbox, Mailer, MailReceipt, MailRefused, MailUnavailable, Rejection
from domain.refusal import Code, Refused
from tests.connectors.document_samples import SENT_AT

SENDER = Mailbox(address="finance@yunfan.example", name="云帆科技 财务部")
PDF = b"%PDF-1.7\r\n\x00\x80\xff\n.\r\n.\n%%EOF"


def mail(**changes: object) -> Mail:
    plain = Mail(
        message_key="invoice/INV-2026-000124/sent",
        sent_at=SENT_AT,
        to=(Mailbox(address="lilei@hanhai.example", name="李雷"),),
        cc=(Mailbox(address="ap@hanhai.example"),),
        subject="云帆科技发票 INV-2026-000124（应付 ¥72,240.00）",
        body_text="李雷：您好！\n\n.随信附上发票。\nFrom the start\n",
        attachments=(Attachment(name="发票 INV-2026-000124.pdf", media_type="application/pdf", content=PDF),),
    )
    return plain.model_copy(update=changes)


class Inbox:
    """A receiving server that keeps what it accepts and answers recipients as it is told."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.data_answer = "250 OK"
        self.accepted: list[tuple[list[str], EmailMessage]] = []

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        if self.data_answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            received = message_from_bytes(envelope.content, policy=parsing)
            assert isinstance(received, EmailMessage)
            self.accepted.append((list(envelope.rcpt_tos), received))
        return self.data_answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def plain_port() -> int:
    return free_port()


@pytest.fixture
def server(plain_port: int) -> Iterator[tuple[Inbox, SmtpMailer]]:
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=plain_port)
    controller.start()
    yield inbox, SmtpMailer(f"smtp://127.0.0.1:{plain_port}", SENDER)
    controller.stop()


def assert_as_written(received: EmailMessage) -> None:
    assert received["Subject"] == "云帆科技发票 INV-2026-000124（应付 ¥72,240.00）"
    assert received["From"] == "云帆科技 财务部 <finance@yunfan.example>"
    assert received["To"] == "李雷 <lilei@hanhai.example>"
    assert received["Cc"] == "ap@hanhai.example"
    assert received["Date"].datetime == datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["X-LTC-Message-Key"] == "invoice/INV-2026-000124/sent"
    body = received.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == "李雷：您好！\n\n.随信附上发票。\nFrom the start\n"
    (attachment,) = received.iter_attachments()
    assert attachment.get_filename() == "发票 INV-2026-000124.pdf"
    assert attachment.get_content_type() == "application/pdf"
    assert attachment.get_content() == PDF


async def test_smtp_delivers_chinese_and_a_pdf_exactly(server: tuple[Inbox, SmtpMailer]) -> None:
    inbox, mailer = server
    receipt = await mailer.send(mail())
    ((recipients, received),) = inbox.accepted
    assert recipients == ["lilei@hanhai.example", "ap@hanhai.example"]
    assert_as_written(received)
    assert receipt == MailReceipt(message_id=received["Message-ID"])
    assert receipt.message_id.endswith("@yunfan.example>")


async def test_a_repeat_has_the_same_message_id_and_another_key_has_not(server: tuple[Inbox, SmtpMailer]) -> None:
    inbox, mailer = server
    first = await mailer.send(mail())
    again = await mailer.send(mail(sent_at=SENT_AT + timedelta(days=1)))
    other = await mailer.send(mail(message_key="invoice/INV-2026-000125/sent"))
    assert first == again
    assert other.message_id != first.message_id
    assert [message["Message-ID"] for _, message in inbox.accepted] == [
        first.message_id, first.message_id, other.message_id,
    ]  # fmt: skip


async def test_a_reminder_is_shown_under_its_invoice(server: tuple[Inbox, SmtpMailer]) -> None:
    inbox, mailer = server
    invoice = await mailer.send(mail())
    await mailer.send(mail(message_key="reminder/1", follows=mail().message_key, body_html="<p>您好</p>"))
    _, reminder = inbox.accepted[1]
    assert reminder["In-Reply-To"] == reminder["References"] == invoice.message_id
    html = reminder.get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "<p>您好</p>"


async def test_a_long_mail_domain_leaves_the_ids_whole(tmp_path: Path) -> None:
    sender = Mailbox(address=f"billing@{'very-long-sub-domain.' * 4}example.com")
    await EmlFolder(tmp_path, sender).send(mail(follows="invoice/1"))
    (file,) = tmp_path.iterdir()
    raw = file.read_bytes().replace(b"\r\n ", b" ")
    assert b"In-Reply-To: <" in raw
    assert b"References: <" in raw


async def test_a_refused_recipient_is_refused_for_good(server: tuple[Inbox, SmtpMailer]) -> None:
    inbox, mailer = server
    inbox.answers = {"lilei@hanhai.example": "550 no such user", "ap@hanhai.example": "551 moved"}
    with pytest.raises(MailRefused) as refused:
        await mailer.send(mail())
    assert refused.value.message_key == "invoice/INV-2026-000124/sent"
    assert refused.value.rejected == (
        Rejection(address="lilei@hanhai.example", status=550, reply="no such user"),
        Rejection(address="ap@hanhai.example", status=551, reply="moved"),
    )
    assert inbox.accepted == []


async def test_one_refused_of_two_is_named_in_the_receipt(server: tuple[Inbox, SmtpMailer]) -> None:
    inbox, mailer = server
    inbox.answers = {"ap@hanhai.example": "550 no such user"}
    receipt = await mailer.send(mail())
    assert receipt.rejected == (Rejection(address="ap@hanhai.example", status=550, reply="no such user"),)
    assert [recipients for recipients, _ in inbox.accepted] == [["lilei@hanhai.example"]]


@pytest.mark.parametrize("status", ["450 try later", "451 local error"])
async def test_a_recipient_that_is_put_off_may_be_tried_again(server: tuple[Inbox, SmtpMailer], status: str) -> None:
    inbox, mailer = server
    inbox.answers = {"lilei@hanhai.example": status, "ap@hanhai.example": "550 no such user"}
    with pytest.raises(MailUnavailable, match=status[:3]):
        await mailer.send(mail())
    assert inbox.accepted == []


@pytest.mark.parametrize(
    ("answer", "expected"), [("554 looks like spam", MailRefused), ("452 disk full", MailUnavailable)]
)
async def test_the_answer_to_the_content_counts_too(
    server: tuple[Inbox, SmtpMailer], answer: str, expected: type[Exception]
) -> None:
    inbox, mailer = server
    inbox.data_answer = answer
    with pytest.raises(expected, match=answer[4:]):
        await mailer.send(mail())


async def test_a_server_that_is_down_is_an_outage() -> None:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{free_port()}", SENDER)
    with pytest.raises(MailUnavailable, match=r"mail server 127\.0\.0\.1:\d+ cannot be used now"):
        await mailer.send(mail())


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for localhost, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "localhost.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return file


def check_login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
    right = (data.login, data.password) == (b"finance", b"p@ss/word")
    return AuthResult(success=right, handled=False)  # not handled: the server answers 535 itself


@pytest.fixture
def secure_server(certificate: Path) -> Iterator[tuple[Inbox, int]]:
    """A server that takes mail only after STARTTLS and a login."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    inbox, port = Inbox(), free_port()
    controller = Controller(
        inbox, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True, auth_required=True,
        authenticator=check_login,
    )  # fmt: skip
    controller.start()
    yield inbox, port
    controller.stop()


async def test_starttls_and_login(
    secure_server: tuple[Inbox, int], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, port = secure_server
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    await SmtpMailer(f"smtp://finance:p%40ss%2Fword@localhost:{port}", SENDER).send(mail())
    ((_, received),) = inbox.accepted
    assert_as_written(received)
    with pytest.raises(MailUnavailable, match="refuses our login, correct the mail URL"):
        await SmtpMailer(f"smtp://finance:wrong@localhost:{port}", SENDER).send(mail())
    assert len(inbox.accepted) == 1


async def test_an_unknown_certificate_gets_no_password(secure_server: tuple[Inbox, int]) -> None:
    inbox, port = secure_server
    with pytest.raises(MailUnavailable, match="certificate"):
        await SmtpMailer(f"smtp://finance:p%40ss%2Fword@localhost:{port}", SENDER).send(mail())
    assert inbox.accepted == []


async def test_a_password_never_travels_in_the_clear(server: tuple[Inbox, SmtpMailer], plain_port: int) -> None:
    inbox, _ = server
    with pytest.raises(MailUnavailable, match="STARTTLS"):
        await SmtpMailer(f"smtp://finance:p%40ss@127.0.0.1:{plain_port}", SENDER).send(mail())
    assert inbox.accepted == []


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25", ""])
def test_a_mail_url_of_another_kind_is_named(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://user:password@host"):
        SmtpMailer(url, SENDER)


def smtp_nowhere(folder: Path) -> Mailer:
    return SmtpMailer("smtp://127.0.0.1:9", SENDER)


def eml_folder(folder: Path) -> Mailer:
    return EmlFolder(folder, SENDER)


@pytest.mark.parametrize("make", [smtp_nowhere, eml_folder])
@pytest.mark.parametrize(
    "address", ["lilei", "a b@c.example", "a@b@c.example", "a@b\r\nBcc: x@y.example", "@c.example", ""]
)
async def test_what_is_no_address_is_refused_before_anything_is_sent(
    make: Callable[[Path], Mailer], address: str, tmp_path: Path
) -> None:
    with pytest.raises(MailRefused) as refused:
        await make(tmp_path).send(mail(cc=(Mailbox(address=address),)))
    assert [(one.address, one.status) for one in refused.value.rejected] == [(address, 553)]
    assert list(tmp_path.iterdir()) == []


async def test_a_subject_cannot_add_a_header(tmp_path: Path) -> None:
    await EmlFolder(tmp_path, SENDER).send(mail(subject="hello\r\nBcc: x@y.example", cc=()))
    (file,) = tmp_path.iterdir()
    message = message_from_bytes(file.read_bytes(), policy=parsing)
    assert message["Subject"] == "hello Bcc: x@y.example"
    assert message["Bcc"] is None


PIECES = (
    ", ",
    "<",
    ">",
    "@",
    ";",
    '"',
    "\\",
    "(",
    ")",
    ":",
    "ceo@victim.example",
    "Ltd.",
    "A" * 40,
    "x ",
    "公司",
    "é",
    "\r\n",
)


@given(name=st.lists(st.sampled_from(PIECES), max_size=12).map("".join), others=st.integers(0, 2))
@example(name="A" * 70 + ", ceo@victim.example, " + "x" * 30, others=1)
@example(name=", , , ceo@victim.examplex é", others=1)
def test_no_name_adds_a_recipient(name: str, others: int) -> None:
    recipients = [Mailbox(address=f"a{nth}@hanhai.example", name=name) for nth in range(others + 1)]
    sent = bytes(compose(mail(to=tuple(recipients)), SENDER))

    strict = message_from_bytes(sent, policy=parsing)["To"].addresses
    plain = getaddresses([message_from_bytes(sent)["To"].replace("\r\n", "")])

    assert [one.addr_spec for one in strict] == [one.address for one in recipients]
    assert [address for _, address in plain] == [one.address for one in recipients]


async def test_an_eml_file_opens_as_written(tmp_path: Path) -> None:
    receipt = await EmlFolder(tmp_path / "mail", SENDER).send(mail())
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name.startswith("2026-03-05_invoice-INV-2026-000124-sent-")
    assert file.suffix == ".eml"
    message = message_from_bytes(file.read_bytes(), policy=parsing)
    assert isinstance(message, EmailMessage)
    assert_as_written(message)
    assert message["Message-ID"] == receipt.message_id


async def test_the_same_key_twice_leaves_one_file_even_on_another_day(tmp_path: Path) -> None:
    first = await EmlFolder(tmp_path, SENDER).send(mail())
    (file,) = tmp_path.iterdir()
    written = file.read_bytes()
    again = await EmlFolder(tmp_path, SENDER).send(mail(sent_at=SENT_AT + timedelta(days=3)))
    assert again == first
    assert [entry.name for entry in tmp_path.iterdir()] == [file.name]
    assert file.read_bytes() == written


async def test_the_same_key_with_other_content_is_refused(tmp_path: Path) -> None:
    folder = EmlFolder(tmp_path, SENDER)
    await folder.send(mail())
    with pytest.raises(Refused) as refused:
        await folder.send(mail(body_text="another amount"))
    assert refused.value.code is Code.IDEM
    assert len(list(tmp_path.iterdir())) == 1


async def test_keys_that_look_alike_are_two_mails(tmp_path: Path) -> None:
    folder = EmlFolder(tmp_path, SENDER)
    for key in ("reminder/1", "reminder-1", "催款/1", "x" * 300):
        await folder.send(mail(message_key=key))
    assert len(list(tmp_path.iterdir())) == 4


async def test_the_same_mail_gives_the_same_file(tmp_path: Path) -> None:
    files = []
    for name in ("a", "b"):
        await EmlFolder(tmp_path / name, SENDER).send(mail(body_html="<b>x</b>"))
        (file,) = (tmp_path / name).iterdir()
        files.append((file.name, file.read_bytes()))
    assert files[0] == files[1]
