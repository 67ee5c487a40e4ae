"""Two leads of one customer are found by what the policy names, written the same way whoever typed it."""

import re
import unicodedata

from domain.policy.document import Policy
from domain.value import Value

_NOT_WORD = re.compile(r"[\W_]+")
_NOT_DIGIT = re.compile(r"[^0-9]")


class DuplicateKey(Value):
    """One thing by which a duplicate is found, e.g. (``email``, ``sales@example.com``)."""

    by: str
    value: str


def duplicate_keys(
    policy: Policy, *, name: str = "", tax_id: str = "", email: str = "", phone: str = ""
) -> tuple[DuplicateKey, ...]:
    """Return the keys of a lead in the policy's order; two leads with one key in common are duplicates.

    Names are compared without case, width, spaces and punctuation (``GTX Pro`` is ``GTXPro``), telephone numbers by
    their last eleven digits.
    """
    given = {
        "tax_id": _NOT_WORD.sub("", tax_id).upper(),
        "email": email.strip().casefold(),
        "phone": _NOT_DIGIT.sub("", unicodedata.normalize("NFKC", phone))[-11:],
        "name": _NOT_WORD.sub("", unicodedata.normalize("NFKC", name)).casefold(),
    }
    return tuple(DuplicateKey(by=by, value=given[by]) for by in policy.lead.dedupe if given[by])
