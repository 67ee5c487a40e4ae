"""A stop word is found however it is written, and not inside of another word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.receivables.stop_words import found_in

WORDS = ("insolvency", "legal_hold", "破产", "Büro A", "去世")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We have filed for INSOLVENCY.", ("insolvency",)),
        ("ＩＮＳＯＬＶＥＮＣＹ", ("insolvency",)),
        ("insolvency-administrator Dr. Weiß", ("insolvency",)),
        ("本公司insolvency程序", ("insolvency",)),
        ("the insolvencys of others", ()),
        ("reinsolvency", ()),
        ("under legal\n  hold", ("legal_hold",)),
        ("legal_hold", ("legal_hold",)),
        ("illegal hold", ()),
        ("我公司已申请破产清算，老板去世", ("破产", "去世")),
        ("büro a", ("Büro A",)),
        ("", ()),
    ],
)
def test_words_are_found_by_what_they_are(text: str, found: tuple[str, ...]) -> None:
    assert found_in(text, WORDS) == found


@given(st.text(max_size=60), st.sampled_from(WORDS), st.text(max_size=60))
def test_a_word_that_stands_alone_is_always_found(before: str, word: str, after: str) -> None:
    assert word in found_in(f"{before} {word.upper()} {after}", WORDS)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=5))
def test_a_word_that_goes_on_is_another_word(more: str) -> None:
    assert found_in(f"insolvency{more}", WORDS) == found_in(f"{more}insolvency", WORDS) == ()
