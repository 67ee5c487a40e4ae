"""A value made from all its fields is the one that would have been made by checking them."""

import pytest
from pydantic import ValidationError

from domain.receivables.entries import Allocation


def test_a_value_of_its_fields_is_like_a_checked_one() -> None:
    fields = {"number": "INV-1", "instalment": 1, "kind": "cash", "minor": 700, "tax_minor": 0}
    made, checked = Allocation.of_fields(**fields), Allocation.model_validate(fields)
    assert (made, repr(made), hash(made)) == (checked, repr(checked), hash(checked))
    assert made.model_dump_json() == checked.model_dump_json() == made.model_dump_json(exclude_unset=True)
    assert made.model_copy(update={"minor": 1}) == checked.model_copy(update={"minor": 1})
    with pytest.raises(ValidationError, match="frozen"):
        made.minor = 1  # type: ignore[misc]
