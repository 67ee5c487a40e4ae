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
        ("破产案件 2026", ("破产",)),
        ("we filed for insol\u00advency", ("insolvency",)),
        ("in\u200bsol\ufeffven\u2060cy\u200bhas begun", ("insolvency",)),
        ("has\u200binsolvency\u200bbegun", ("insolvency",)),
        ("legal\u200b hold, le\u00adgal\u00a0\r\n ho\u200dld", ("legal_hold",)),
        ("我公司已破\r\n产，老板去 世", ("破产", "去世")),
        ("破\u3000\u200b \u00ad产", ("破产",)),
        ("⽼板去⼀世 büro\u00ada", ()),
        ("Büro\n A", ("Büro A",)),
        ("BürоA", ()),
        ("破案产量", ()),
        ("re\u00adinsolvency", ()),
    ],
)
def test_words_are_found_by_what_they_are(text: str, found: tuple[str, ...]) -> None:
    assert found_in(text, WORDS) == found


@given(st.text(max_size=60), st.sampled_from(WORDS), st.text(max_size=60))
def test_a_word_that_stands_alone_is_always_found(before: str, word: str, after: str) -> None:
    assert word in found_in(f"{before} {word.upper()} {after}", WORDS)


@given(st.sampled_from(WORDS), st.sampled_from("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e"), st.data())
def test_what_is_unseen_in_a_word_hides_none(word: str, unseen: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(min_value=0, max_value=len(word)))
    assert found_in(f"x {word[:place]}{unseen}{word[place:]} y", WORDS) == (word,)


@given(st.sampled_from(("破产", "去世")), st.text(alphabet=" \n\r\t\u3000\u00a0\u200b\u00ad", max_size=9))
def test_a_chinese_word_is_found_across_the_end_of_a_line(word: str, between: str) -> None:
    assert found_in(f"我公司{word[0]}{between}{word[1]}了", WORDS) == (word,)


@pytest.mark.parametrize("word", ["清 算", "清算", "清\u200b算"])
def test_how_the_policy_writes_a_chinese_word_does_not_matter(word: str) -> None:
    assert found_in("进入清算程序", (word,)) == found_in("进入清\n算程序", (word,)) == (word,)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=5))
def test_a_word_that_goes_on_is_another_word(more: str) -> None:
    assert found_in(f"insolvency{more}", WORDS) == found_in(f"{more}insolvency", WORDS) == ()
