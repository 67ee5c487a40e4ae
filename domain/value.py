"""The two kinds of value: what travels durably forgives unknown fields, what a person writes does not."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

_set = object.__setattr__


class Value(BaseModel):
    """An immutable value that may be stored in a history or an event log.

    Unknown fields are ignored, so that an old worker can read what a newer one wrote; a field
    added later must have a default.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields exchanged, unchecked as in pydantic.

        A value has neither extra fields nor private attributes, so less is copied: half the time, a hundred times a
        deal.
        """
        if deep or update is None:
            return super().model_copy(update=update, deep=deep)
        given = self.__pydantic_fields_set__
        copied = self.__class__.__new__(self.__class__)
        _set(copied, "__dict__", {**self.__dict__, **update})
        # A frozen value never adds to its set, so copies may share one.
        _set(copied, "__pydantic_fields_set__", given if update.keys() <= given else given | update.keys())
        _set(copied, "__pydantic_extra__", None)
        _set(copied, "__pydantic_private__", None)
        return copied


class Strict(BaseModel):
    """An immutable value that a person writes (a policy, a request body): unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Value):
    """One sentence in the two languages that every person can choose between."""

    en: str
    zh: str

    def of(self, language: str) -> str:
        """Return the sentence in 中文 for any ``zh*`` tag, in English for every other."""
        return self.zh if language.lower().startswith("zh") else self.en
