"""The search finds exactly the sets that brute force finds, and says when it did not see them all."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from domain.receivables.covering import MOST_SETS, covering_sets
from tests.domain.receivables.samples import item


@given(st.lists(st.integers(1, 12), max_size=9), st.integers(1, 40), st.integers(1, 6))
def test_it_agrees_with_brute_force(sizes: list[int], minor: int, most: int) -> None:
    items = [item(str(place), size) for place, size in enumerate(sizes)]
    cover = covering_sets(items, minor, most)
    every = {
        chosen
        for count in range(1, most + 1)
        for chosen in combinations(range(len(sizes)), count)
        if sum(sizes[place] for place in chosen) == minor
    }
    assert len(set(cover.sets)) == len(cover.sets) == min(len(every), MOST_SETS)
    assert set(cover.sets) <= every
    assert cover.complete is (len(every) < MOST_SETS)


def test_an_endless_search_says_that_it_is_incomplete() -> None:
    items = [item(str(place), 1_000_000 + place * 1009) for place in range(400)]
    cover = covering_sets(items, 4_000_003)
    assert (cover.sets, cover.complete) == ((), False)
