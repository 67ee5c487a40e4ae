"""Colleagues are told one by one, each in their language; one who cannot be reached keeps no other from it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from activities.post import Post
from domain.correspondence import mail
from domain.mail import Attachment, Mailbox, MailRefused
from domain.notices import Letter
from domain.organisation import Person
from domain.ports import People

ROLE = "role:"


class Told(NamedTuple):
    """What came of telling colleagues.

    Attributes:
        reached: ids of those who have a mail.
        missed: ids, or roles that nobody holds, without an e-mail address.
        refused: the last address that a mail server turned down.
    """

    reached: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    refused: MailRefused | None = None

    def __str__(self) -> str:
        missed = f"; no address: {', '.join(self.missed)}" if self.missed else ""
        return f"mailed: {', '.join(self.reached) or 'nobody'}{missed}"


class Colleagues:
    """Finds the people behind ids and ``role:…`` names, and writes to them."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def name_of(self, person_id: str) -> str:
        """Return a person's name, or the id of one whom the organisation does not know."""
        found = await self._people.people((person_id,))
        return found[0].name if found else person_id

    async def tell(
        self,
        post: Post,
        key: str,
        at: datetime,
        names: Iterable[str],
        write: Callable[[Person], Letter],
        pdf: Attachment | None = None,
    ) -> Told:
        """Send each person their letter under ``key/person``; `MailUnavailable` leaves the rest for a later attempt."""
        people: dict[str, Person] = {}
        missed: list[str] = []
        for name in names:
            found = await self._people.people((name,))  # one by one, to know whose name means nobody
            people |= {person.id: person for person in found}
            if not found:
                missed.append(name)
        reached: list[str] = []
        refused = None
        for person in people.values():
            if not person.email:
                missed.append(person.id)
                continue
            to = Mailbox(address=person.email, name=person.name)
            try:
                await post.send(mail(f"{key}/{person.id}", at, to, write(person), pdf))
            except MailRefused as error:
                refused = error
            else:
                reached.append(person.id)
        return Told(tuple(reached), tuple(missed), refused)
