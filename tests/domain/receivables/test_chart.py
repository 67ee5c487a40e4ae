"""Whoever adds a posting account says where it stands."""

import pytest

from domain.receivables import postings
from domain.receivables.chart import Side, side_of

ACCOUNTS = {name: value for name, value in vars(postings).items() if name.isupper() and isinstance(value, str)}


@pytest.mark.parametrize("account", ACCOUNTS.values())
def test_every_posting_account_stands_somewhere(account: str) -> None:
    assert side_of(account) in Side


def test_money_owed_to_us_is_an_asset_and_money_we_owe_is_not() -> None:
    assert {"RECEIVABLE", "CASH", "UNAPPLIED"} <= ACCOUNTS.keys()
    assert side_of(postings.RECEIVABLE) is side_of(postings.CASH) is Side.ASSET
    assert side_of(postings.UNAPPLIED) is Side.LIABILITY


def test_an_unknown_account_is_our_mistake() -> None:
    with pytest.raises(LookupError, match=r"'slush' is not in domain/receivables/chart\.py"):
        side_of("slush")
