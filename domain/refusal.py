"""A refusal is an answer, not a failure: it has a code, a sentence and what would make it pass."""

from enum import StrEnum

from domain.value import Text, Value


class Code(StrEnum):
    """Why a command was refused; the HTTP status of each is in ``api/errors.py``."""

    STATE = "E_STATE"
    STALE = "E_STALE"
    IDEM = "E_IDEM"
    AUTH = "E_AUTH"
    SOD = "E_SOD"
    GATE = "E_GATE"
    LIMIT = "E_LIMIT"
    CREDIT = "E_CREDIT"
    EXPIRED = "E_EXPIRED"
    AMOUNT = "E_AMOUNT"
    CCY = "E_CCY"
    PERIOD = "E_PERIOD"
    HOLD = "E_HOLD"
    DECIDED = "E_DECIDED"
    NOTFOUND = "E_NOTFOUND"


class Detail(Value):
    """One fact behind a refusal, e.g. ``missing = decision_maker``."""

    name: str
    value: str


class Refused(Exception):
    """A command that the rules do not allow now; nothing has changed.

    Attributes:
        code: why, one of `Code`.
        text: the sentence a person reads, saying what would make it pass.
        details: the facts behind it.
    """

    def __init__(self, code: Code, text: Text, details: tuple[Detail, ...] = ()) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text
        self.details = details


def refuse(code: Code, en: str, zh: str, **details: object) -> Refused:
    """Build the `Refused` to raise, with its sentence in both languages."""
    return Refused(code, Text(en=en, zh=zh), tuple(Detail(name=k, value=str(v)) for k, v in details.items()))
