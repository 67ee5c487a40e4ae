"""The zone of a country as the time zone database has it, so that a customer who names no zone is not in London."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

_CAPITALS: Mapping[str, str] = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
"""Where `zone.tab` puts another zone of a country first: it orders them by geography before population."""


def zone_of_country(country: str) -> str:
    """Return the IANA zone in which most of a country lives (ISO 3166, two letters); empty if it is unknown."""
    return _CAPITALS.get(country) or _zones().get(country, "")


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines()
    zones: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones.setdefault(country, zone)
    return zones
