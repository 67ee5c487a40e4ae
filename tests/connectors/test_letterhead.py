"""A document carries the letterhead of its own entity, never that of another."""

import pytest

from connectors.letterhead.policy_letterheads import PolicyLetterheads
from domain.documents import BankDetails, Seller
from domain.paper_ports import EntityLetterhead
from domain.policy.document import Policy
from domain.policy.places import BankRules, EntityRules, SellerRules
from domain.refusal import Code, Refused


def entity(name: str, zone: str, bank: BankRules | None = None) -> EntityRules:
    return EntityRules(zone=zone, calendar="c", seller=SellerRules(name=name, address=("1 Road",), bank=bank))


LETTERHEADS = PolicyLetterheads(
    Policy.model_construct(  # type: ignore[call-arg]  # nothing else of a policy is read
        id="standard",
        default_entity="CN",
        entities={
            "CN": entity("云帆", "Asia/Shanghai", BankRules(bank_name="招商银行", account_name="云帆", cnaps="308")),
            "UK": entity("Sail Ltd", "Europe/London"),
        },
    )
)


async def test_an_entity_has_its_own_letterhead_and_zone() -> None:
    bank = BankDetails(bank_name="招商银行", account_name="云帆", cnaps="308")
    china = EntityLetterhead(seller=Seller(name="云帆", address=("1 Road",), bank=bank), zone="Asia/Shanghai")
    assert await LETTERHEADS.letterhead("CN") == china
    assert await LETTERHEADS.letterhead("") == china
    britain = EntityLetterhead(seller=Seller(name="Sail Ltd", address=("1 Road",)), zone="Europe/London")
    assert await LETTERHEADS.letterhead("UK") == britain


async def test_an_unknown_entity_is_refused() -> None:
    with pytest.raises(Refused, match="no legal entity 'US': use one of CN, UK") as refused:
        await LETTERHEADS.letterhead("US")
    assert refused.value.code is Code.NOTFOUND
