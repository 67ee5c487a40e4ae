"""The two kinds of value: what travels durably forgives unknown fields, what a person writes does not."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict

# A frozen model refuses assignment, and its slots are reached directly in half the time of ``object.__setattr__``.
_make = object.__new__
_put_fields = BaseModel.__dict__["__dict__"].__set__
_put_given = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_put_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_put_private = BaseModel.__dict__["__pydantic_private__"].__set__


class Value(BaseModel):
    """An immutable value that may be stored in a history or an event log.

    Unknown fields are ignored, so that an old worker can read what a newer one wrote; a field
    added later must have a default.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def of_fields(cls, **fields: Any) -> Self:
        """Make a value from all its fields in their order, unchecked: for rows, whose columns are typed, by thousands.

        A tenth of the time of ``model_construct``, which looks every field up.
        """
        made = _make(cls)
        _put_fields(made, fields)
        # A frozen value never adds to its set.
        _put_given(made, _all_fields(cls))
        _put_extra(made, None)
        _put_private(made, None)
        return made

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields exchanged, unchecked as in pydantic.

        A value has neither extra fields nor private attributes, so less is copied: a third of the time, two hundred
        times a deal.
        """
        if deep or update is None:
            return super().model_copy(update=update, deep=deep)
        given = self.__pydantic_fields_set__
        copied = _make(self.__class__)
        _put_fields(copied, {**self.__dict__, **update})
        # A frozen value never adds to its set, so copies may share one.
        _put_given(copied, given if update.keys() <= given else given | update.keys())
        _put_extra(copied, None)
        _put_private(copied, None)
        return copied


@cache
def _all_fields(cls: type[Value]) -> set[str]:
    return set(cls.model_fields)


class Strict(BaseModel):
    """An immutable value that a person writes (a policy, a request body): unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def is_spoken(language: str) -> bool:
    """Tell whether LTC writes a language, given by its tag."""
    return language.lower().split("-")[0] in ("en", "zh")


def _spoken(language: str) -> str:
    if not is_spoken(language):
        raise Misfit(
            "is not spoken here: write en or zh, with a region if you like (en-GB, zh-CN)",
            "不支持该语言：请填写 en 或 zh，可带地区（en-GB、zh-CN）",
        )
    return language


SpokenLanguage = Annotated[str, AfterValidator(_spoken)]
"""A tag of a language that LTC writes; another one is refused where it is entered, and not answered in English."""


class Text(Value):
    """One sentence in the two languages that every person can choose between."""

    en: str
    zh: str

    def of(self, language: str) -> str:
        """Return the sentence in 中文 for any ``zh*`` tag, in English for every other."""
        return self.zh if language.lower().startswith("zh") else self.en


class Misfit(ValueError):
    """What somebody wrote cannot be meant; says so in both languages.

    Attributes:
        text: the sentence that a person reads.
    """

    def __init__(self, en: str, zh: str, where: str = "") -> None:
        """Keep the sentence; where it stood is told by `str` only, as most callers say it themselves."""
        super().__init__(f"{where} {en}" if where else en)
        self.text = Text(en=en, zh=zh)
