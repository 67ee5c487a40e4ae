"""Whose money it is follows from what is on record alone; two answers are none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.statements.payer import Identified, PayerFacts, identify

NAMES = (("A", "Alpha GmbH & Co. KG"), ("B", "Beta Ltd"))
SOME = st.lists(st.sampled_from(("A", "B", "C")), unique=True, max_size=2).map(tuple)
FACTS = st.builds(
    PayerFacts, virtual=SOME, named=SOME, by_account=SOME, by_tax_id=SOME, by_name=SOME, names=st.just(NAMES),
    payer=st.sampled_from(("", "Beta Ltd", "Gamma")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "customer", "rule"),
    [
        ({"virtual": ("A",), "by_name": ("B",)}, "A", "virtual_account"),
        ({"by_account": ("A",), "by_tax_id": ("B",)}, "A", "account"),
        ({"by_tax_id": ("A",), "by_name": ("B",)}, "A", "tax_id"),
        ({"by_name": ("A",)}, "A", "name"),
        ({"by_name": ("A", "B")}, "", "none"),
        ({"by_account": ("A", "B"), "by_name": ("B",)}, "B", "account"),
        ({"by_account": ("A", "B"), "by_name": ("C",)}, "", "none"),
        ({"named": ("A",), "by_account": ("A",)}, "A", "reference"),
        ({"named": ("A", "B")}, "", "none"),
        ({"named": ("A", "B"), "by_name": ("B",)}, "B", "name"),
        ({"named": ("A",), "virtual": ("B",)}, "", "none"),
        ({}, "", "none"),
    ],
)
def test_the_strongest_evidence_decides_unless_it_allows_two(facts: dict[str, Any], customer: str, rule: str) -> None:
    found = identify(PayerFacts.model_validate(facts), "flag")

    assert (found.customer_id, found.rule) == (customer, rule)


@pytest.mark.parametrize(
    ("facts", "flagged"),
    [
        ({"named": ("A",), "payer": "ALPHA  gmbh & co kg"}, False),
        ({"named": ("A",), "payer": "Ａｌｐｈａ GmbH & Co. KG"}, False),
        ({"named": ("A",)}, False),
        ({"named": ("A",), "by_account": ("A",), "payer": "Somebody"}, False),
        ({"named": ("A",), "by_tax_id": ("A",), "payer": "Somebody"}, False),
        ({"named": ("A",), "payer": "Alpha Holding"}, True),
        ({"named": ("A",), "by_name": ("B",), "payer": "Beta Ltd"}, True),
    ],
)
def test_a_payer_who_is_not_shown_to_be_the_customer_is_flagged_or_held(facts: dict[str, Any], flagged: bool) -> None:
    given_facts = PayerFacts.model_validate({"names": NAMES, **facts})

    flag, hold, accept = (identify(given_facts, policy) for policy in ("flag", "hold", "accept"))

    assert (flag.customer_id, flag.flagged) == ("A", flagged)
    assert (hold.customer_id, hold.flagged) == ("" if flagged else "A", flagged)
    assert (accept.customer_id, accept.flagged) == ("A", False)
    assert ("third-party payment letter" in " ".join(hold.evidence)) == flagged


@given(facts=FACTS, policy=st.sampled_from(("accept", "flag", "hold")))
def test_nobody_is_identified_without_evidence_of_their_own(facts: PayerFacts, policy: Any) -> None:
    found = identify(facts, policy)

    everywhere = (facts.virtual, facts.named, facts.by_account, facts.by_tax_id, facts.by_name)
    assert found.customer_id == "" or any(found.customer_id in one for one in everywhere)
    assert (found == Identified(evidence=found.evidence, flagged=found.flagged)) == (found.customer_id == "")
    if len(facts.named) == 1 and found.customer_id:
        assert found.customer_id == facts.named[0]
