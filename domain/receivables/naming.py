"""An invoice number counts as named only when it stands as a whole token, with its leading zeros."""

from collections.abc import Iterable

_JOINS = "-_."


def _is_part_of_token(text: str, place: int, step: int) -> bool:
    """Tell whether the character here continues a token: a letter, a digit, or a joint with one of them behind it."""
    if not 0 <= place < len(text):
        return False
    if text[place] in _JOINS:
        return 0 <= place + step < len(text) and _is_alphanumeric(text[place + step])
    return _is_alphanumeric(text[place])


def _is_alphanumeric(character: str) -> bool:
    # 中文 stands right beside a number (发票INV-1号), so only ASCII continues a token.
    return character.isascii() and character.isalnum()


def stands_in(number: str, text: str) -> bool:
    """Tell whether a number stands in a text as a whole token; capitals and small letters are equal."""
    text, number = text.upper(), number.upper()
    place = text.find(number)
    while place >= 0:
        if not _is_part_of_token(text, place - 1, -1) and not _is_part_of_token(text, place + len(number), 1):
            return True
        place = text.find(number, place + 1)
    return False


def named_in(text: str, numbers: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers that stand in a text, without those that are only a piece of a longer one that does."""
    upper = text.upper()
    found = [number for number in numbers if number and number.upper() in upper and stands_in(number, upper)]
    longer: list[str] = []
    for number in sorted(found, key=len, reverse=True):
        rest = upper
        for other in longer:
            rest = rest.replace(other.upper(), " ")
        if stands_in(number, rest):
            longer.append(number)
    return tuple(number for number in found if number in longer)
