"""A legal entity or a currency that a command is limited to must be one that something is kept in."""

from sqlalchemy import Connection

from mendable import WrongCall
from storage.queries.figures import entities_and_currencies


def check_scope(connection: Connection, entity: str = "", currency: str = "") -> None:
    """Refuse what would only give an empty answer; an empty word is no limit.

    Raises:
        WrongCall: nothing is kept there; says what there is.
    """
    known = entities_and_currencies(connection)
    if any(entity in ("", e) and currency in ("", c) for e, c in known):
        return
    if not entity and not currency:
        return
    named = " ".join(word for word in (entity, currency) if word)
    there = ", ".join(f"{e} {c}" for e, c in known) or "nothing"
    raise WrongCall(f"nothing is kept of {named}; the database holds {there}")
