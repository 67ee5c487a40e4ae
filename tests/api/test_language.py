"""A caller reads the language that they prefer of the two."""

import pytest

from api.language import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.2, zh-Hant;q=0.7", "zh"),
        ("fr-FR, zh;q=0.3", "zh"),
        ("fr", "en"),
        ("zh;q=0", "en"),
        ("zh;q=nan", "en"),
        ("zh;q=abc", "en"),
        (";;;,,,q=", "en"),
        ("\x00", "en"),
    ],
)
def test_preferred(header: str, language: str) -> None:
    assert preferred(header) == language
