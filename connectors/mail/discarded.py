"""Mail of a replay goes nowhere: what was sent is in the event log, and nobody recorded is to be written to."""

from domain.mail import Mail, MailReceipt


class Discarded:
    """Accepts every mail and keeps none; for ``./ltc replay`` only, by the mail URL ``discard:``."""

    async def send(self, mail: Mail) -> MailReceipt:
        """Accept the mail."""
        return MailReceipt(message_id=f"<{mail.message_key}@discarded.invalid>")
