"""Which messages the event log shows to have been served already, when a reset brings them once more."""

from collections.abc import Callable
from typing import Any

from domain.logged import Logged, Turned
from domain.machine import known_by
from domain.storable import cleaned
from workflows.failures import LONGEST_EXCERPT, LONGEST_NAME
from workflows.messages import Envelope, Word
from workflows.reading import Unread, actor_of, excerpt_of

NO_ID = "signal"
"""The cause of the refusal of a message that had no id."""


class Known:
    """What the log knows; each of its entries stands for one message."""

    def __init__(self, logged: Logged[Any], bare_ids: Callable[[dict[str, Any]], list[str]]) -> None:
        """Take what the log has.

        Args:
            logged: the messages that became facts, and those that were refused.
            bare_ids: the ids that a command without one may have been given.
        """
        self._causes = set(logged.causes)
        self._turned = list(logged.turned)
        self._bare_ids = bare_ids

    def has(self, message: Envelope | Word | Unread) -> bool:
        """Tell whether a message has been served; asked again for the same one, the next entry counts."""
        return self._has_obeyed(message) or self._has_turned(message)

    def _has_obeyed(self, message: Envelope | Word | Unread) -> bool:
        if isinstance(message, Unread):
            return False
        ids = [known_by(message.id)] if message.id else self._bare_ids(message.command)
        found = next((one for one in ids if one in self._causes), None)
        if found is None:
            return False
        if not message.id:
            self._causes.remove(found)
        return True

    def _has_turned(self, message: Envelope | Word | Unread) -> bool:
        looked_for = _turned(message)
        if looked_for not in self._turned:
            return False
        self._turned.remove(looked_for)
        return True


def _turned(message: Envelope | Word | Unread) -> Turned:
    """Return how the log has a message that was refused."""
    if isinstance(message, Unread):
        return _told(NO_ID, "unknown", message.name, message.excerpt)
    sender = message.sender if isinstance(message, Word) else actor_of(message).id
    cause = known_by(cleaned(message.id)) or NO_ID
    return _told(cause, sender, str(message.command.get("kind", "")), excerpt_of(message.command))


def _told(cause: str, actor: str, command: str, excerpt: str) -> Turned:
    return Turned(
        cause=cause,
        actor=cleaned(actor)[:LONGEST_NAME],
        command=cleaned(command)[:LONGEST_NAME],
        excerpt=cleaned(excerpt)[:LONGEST_EXCERPT],
    )
