"""Countries as a policy names them: ISO 3166 codes, and ``EU`` for all members of the European Union."""

from collections.abc import Collection
from typing import Annotated

from pydantic import Field

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
EU = "EU"
MEMBERS = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
        "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
"""The 27 members since 2020-02-01."""


def among(country: str, named: Collection[str]) -> bool:
    """Tell whether a country is named, alone or as a member; no name at all is every country."""
    return not named or country in named or (EU in named and country in MEMBERS)
