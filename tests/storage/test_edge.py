"""What the edge repeats happens once: answers, messages, files, keys, leads, customers, people."""

import asyncio
from collections.abc import Callable

import pytest

from domain.money import Money
from domain.organisation import Absence, Delegation
from domain.paper_ports import KeptFile
from domain.policy.ports import ListPrice
from domain.refusal import Code, Refused
from storage.database import Database
from storage.entries import ApiKey, Contact, CustomerCard, KeptAnswer, Product
from storage.operations.customers import (
    change_customer,
    claim_lead,
    create_customer,
    keep_customer,
    merge_customers,
    put_customer,
    put_product,
    release_lead,
)
from storage.operations.documents import DocumentFiles
from storage.operations.edge import (
    add_api_key,
    api_keys,
    holder,
    keep_answer,
    kept_answer,
    revoke_api_key,
    store_file,
    stored_file,
    take_in,
)
from storage.operations.people import add_absence, add_delegation, revoke_delegation, withdraw_absence
from storage.queries import directory, masters
from storage.queries.addresses import party
from storage.queries.inbox import seen_digest
from tests.storage.samples import NOW, at


async def test_a_key_is_answered_once(database: Database) -> None:
    first, other = KeptAnswer(status=201, response="{}"), KeptAnswer(status=409, response="[]")
    assert database.look(kept_answer, "bob", "k", "digest") is None
    assert database.transact(keep_answer, "bob", "k", "digest", first, NOW) == first
    assert database.transact(keep_answer, "bob", "k", "digest", other, NOW) == first
    assert database.look(kept_answer, "eve", "k", "digest") is None
    with pytest.raises(Refused) as refused:
        database.look(kept_answer, "bob", "k", "another digest")
    assert refused.value.code is Code.IDEM


async def test_a_message_is_taken_in_once(database: Database) -> None:
    assert database.transact(take_in, "crm", "m1", "d", NOW)
    assert not database.transact(take_in, "crm", "m1", "d2", NOW)
    assert database.look(seen_digest, "crm", "m1") == "d"
    assert database.look(seen_digest, "erp", "m1") is None


async def test_a_file_is_known_by_its_content(database: Database) -> None:
    digest = database.transact(store_file, b"%PDF", "application/pdf", "po.pdf", "bob", NOW)
    assert database.transact(store_file, b"%PDF", "text/plain", "other.pdf", "eve", NOW) == digest
    file = database.look(stored_file, digest)
    assert (file.content, file.name, file.uploaded_by) == (b"%PDF", "po.pdf", "bob")
    with pytest.raises(Refused, match="E_NOTFOUND"):
        database.look(stored_file, "0")


async def test_a_document_stays_what_it_was_when_it_was_sent(database: Database) -> None:
    files = DocumentFiles(database, lambda: NOW)
    assert await files.kept("invoice/1.pdf") is None
    first = await files.keep("invoice/1.pdf", "1.pdf", "application/pdf", b"one")
    assert await files.keep("invoice/1.pdf", "1.pdf", "application/pdf", b"two") == first
    assert await files.kept("invoice/1.pdf") == b"one"


async def test_what_goes_out_together_is_kept_together_or_not_at_all(database: Database) -> None:
    files = DocumentFiles(database, lambda: NOW)

    def pair(content: bytes) -> tuple[KeptFile, ...]:
        return tuple(
            KeptFile(key=f"invoice/1.{ending}", name=f"1.{ending}", media_type="x/y", content=content + ending.encode())
            for ending in ("pdf", "xml")
        )

    await files.keep_together(pair(b"one "))
    await files.keep_together(pair(b"two "))
    assert [await files.kept(f"invoice/1.{ending}") for ending in ("pdf", "xml")] == [b"one pdf", b"one xml"]
    # What went out without an electronic form does not get one later.
    await files.keep("invoice/2.pdf", "2.pdf", "application/pdf", b"alone")
    await files.keep_together([one.model_copy(update={"key": one.key.replace("1", "2")}) for one in pair(b"two ")])
    assert [await files.kept(f"invoice/2.{ending}") for ending in ("pdf", "xml")] == [b"alone", None]


async def test_a_key_is_known_until_it_is_revoked(database: Database) -> None:
    key = ApiKey(key_id="1a", person="bob", roles=("sales", "ops"), entity="CN01", created_at=NOW)
    database.transact(add_api_key, "ltc_1a_secret", key)
    assert database.look(holder, "ltc_1a_secret") == key
    assert database.look(holder, "ltc_1a_wrong") is None
    database.transact(revoke_api_key, "1a", at(3))
    database.transact(revoke_api_key, "1a", at(4))
    assert database.look(holder, "ltc_1a_secret") is None
    assert [known.revoked_at for known in database.look(api_keys)] == [at(3)]
    with pytest.raises(Refused, match="E_NOTFOUND"):
        database.transact(revoke_api_key, "2b", at(3))


async def test_a_lead_belongs_to_the_first_deal_that_claims_it(database: Database) -> None:
    assert database.transact(claim_lead, "tax:1", "d1", NOW) == "d1"
    assert database.transact(claim_lead, "tax:1", "d2", NOW) == "d1"
    database.transact(release_lead, "tax:1", "d2")
    database.transact(release_lead, "tax:1", "d1")
    assert database.transact(claim_lead, "tax:1", "d2", NOW) == "d2"


def card(customer_id: str, **changed: object) -> CustomerCard:
    base = CustomerCard(
        customer_id=customer_id,
        name="示例科技有限公司",
        address=("上海市", "浦东新区"),
        attributes=(("industry", "steel"),),
        revenue=Money(minor=5, currency="CNY"),
        contacts=(Contact(name="王"), Contact(name="李", email="li@example.com")),
    )
    return base.model_copy(update=changed)


async def test_a_customer_is_read_back_as_it_was_put(database: Database) -> None:
    database.transact(put_customer, card("c1"), NOW)
    assert database.look(masters.customer, "c1") == card("c1")
    shorter = card("c1", name="New", contacts=(), revenue=None)
    database.transact(put_customer, shorter, at(3))
    database.transact(keep_customer, card("c1", name="ignored"), at(4))
    assert database.look(masters.customer, "c1") == shorter
    with pytest.raises(Refused, match="E_NOTFOUND"):
        database.look(masters.customer, "c2")


async def test_customers_changed_created_or_merged_at_once_lose_nothing(database: Database) -> None:
    database.transact(create_customer, card("c1", attributes=()), NOW)

    def adds(nth: int) -> Callable[[CustomerCard], CustomerCard]:
        return lambda known: known.model_copy(update={"attributes": (*known.attributes, (f"{nth:02}", "yes"))})

    await asyncio.gather(*(database.write(change_customer, "c1", adds(nth), at(3)) for nth in range(20)))
    changed = database.look(masters.customer, "c1")
    assert sorted(changed.attributes) == [(f"{nth:02}", "yes") for nth in range(20)]
    assert (changed.name, len(changed.contacts)) == ("示例科技有限公司", 2)

    named = await asyncio.gather(
        *(database.write(create_customer, card("c2", name=f"{nth}"), NOW) for nth in range(20)), return_exceptions=True
    )
    assert [one.code for one in named if isinstance(one, Refused)] == [Code.STATE] * 19
    assert database.look(masters.customer, "c2").name == str(named.index(None))

    both_ways = [("c1", "c2"), ("c2", "c1")] * 5
    merged = await asyncio.gather(
        *(database.write(merge_customers, one, into, at(3)) for one, into in both_ways), return_exceptions=True
    )
    # The first direction stands, its repeats change nothing, and the other one is refused each time.
    assert [one.code for one in merged if isinstance(one, Refused)] == [Code.STATE] * 5
    assert {database.look(masters.customer, one).merged_into for one in ("c1", "c2")} in ({"c2", ""}, {"c1", ""})

    with pytest.raises(Refused, match="E_NOTFOUND"):
        await database.write(change_customer, "c3", adds(0), at(3))


async def test_customers_are_found_by_any_of_their_names(database: Database) -> None:
    for customer_id, name in (("a", "Acme 100% Ltd"), ("b", "Beta"), ("c", "acme two")):
        database.transact(put_customer, card(customer_id, name=name, tax_id=f"T-{customer_id}"), NOW)
    found = [one.customer_id for one in database.look(masters.customers, "ACME")]
    assert found == ["a", "c"]
    assert [one.customer_id for one in database.look(masters.customers, "100%")] == ["a"]
    assert [one.customer_id for one in database.look(masters.customers, "", "a", 1)] == ["b"]


async def test_a_merged_customer_is_written_to_as_the_one_it_became(database: Database) -> None:
    database.transact(put_customer, card("old", email="old@example.com"), NOW)
    database.transact(put_customer, card("new"), NOW)
    database.transact(merge_customers, "old", "new", at(3))
    assert database.look(masters.customer, "old").merged_into == "new"
    written_to = database.look(party, "old")
    assert (written_to.email, written_to.contact) == ("li@example.com", "李")
    for customer_id, into, code in (
        ("new", "old", Code.STATE),
        ("x", "new", Code.NOTFOUND),
        ("new", "x", Code.NOTFOUND),
    ):
        with pytest.raises(Refused) as refused:
            database.transact(merge_customers, customer_id, into, at(4))
        assert refused.value.code is code


async def test_an_article_has_one_price_per_currency(database: Database) -> None:
    for minor, currency in ((100, "CNY"), (15, "USD"), (120, "CNY")):
        product = Product(sku="A", name="Anchor", list_price=Money(minor=minor, currency=currency))
        database.transact(put_product, product, NOW)
    assert database.look(masters.product, "A", "CNY").list_price.minor == 120
    assert [one.list_price.currency for one in database.look(masters.products, "anch")] == ["CNY", "USD"]
    after = database.look(lambda connection: masters.products(connection, "", "A", 5, currency="CNY"))
    assert [one.list_price.currency for one in after] == ["USD"]
    known = database.look(directory.list_prices, ("A", "B"), "CNY")
    assert known == (ListPrice(sku="A", price=Money(minor=120, currency="CNY")),)
    assert database.look(directory.list_prices, ("B",), "CNY") == ()
    gone = Product(sku="A", name="Anchor", list_price=Money(minor=120, currency="CNY"), active=False)
    database.transact(put_product, gone, NOW)
    assert [one.active for one in database.look(directory.list_prices, ("A",), "CNY")] == [False]


async def test_people_stand_in_until_it_is_revoked(database: Database) -> None:
    standing = Delegation(delegator="carol", delegate="dave", since=NOW)
    away = Absence(person="carol", since=NOW, until=at(9))
    first = database.transact(add_delegation, standing, "carol", NOW)
    second = database.transact(add_absence, away, "carol", NOW)
    assert database.look(directory.delegations) == (standing,)
    assert database.look(directory.absences) == (away,)
    database.transact(revoke_delegation, first, at(3))
    database.transact(withdraw_absence, second, at(3))
    assert database.look(directory.delegations) == ()
    assert database.look(directory.absences) == ()
    assert [(one.subject, one.delegate, one.revoked_at) for one in database.look(masters.delegations)] == [
        ("carol", "dave", at(3))
    ]
    with pytest.raises(Refused, match="E_NOTFOUND"):
        database.transact(revoke_delegation, 99, at(3))


async def test_delegations_close_no_circle_even_when_they_come_at_once(database: Database) -> None:
    standing = (Delegation(delegator="eve", delegate="carol", since=NOW, until=at(9)),)
    database.transact(add_delegation, Delegation(delegator="carol", delegate="dave", since=NOW), "carol", NOW)
    back = Delegation(delegator="dave", delegate="eve", since=at(8))
    with pytest.raises(Refused, match="E_STATE: eve already lets dave decide at that time"):
        database.transact(add_delegation, back, "dave", NOW, standing)
    later = database.transact(add_delegation, back.model_copy(update={"since": at(9)}), "dave", NOW, standing)
    database.transact(revoke_delegation, later, at(3))
    assert len(database.look(directory.delegations)) == 1

    pairs = [(f"a{n}", f"b{n}") for n in range(25)]
    both_ways = [
        Delegation(delegator=one, delegate=other, since=NOW) for a, b in pairs for one, other in ((a, b), (b, a))
    ]
    found = await asyncio.gather(
        *(database.write(add_delegation, made, "ona", NOW) for made in both_ways), return_exceptions=True
    )
    refused = [one.code for one in found if isinstance(one, Refused)]
    assert refused == [Code.STATE] * len(pairs)
    held = {frozenset((one.delegator, one.delegate)) for one in database.look(directory.delegations)}
    assert len(database.look(directory.delegations)) == len(held) == len(pairs) + 1


async def test_a_policy_is_kept_under_its_name_for_ever(database: Database) -> None:
    database.transact(directory.keep_policy, "standard@1", "one")
    database.transact(directory.keep_policy, "standard@1", "two")
    assert database.look(directory.policy_document, "standard@1") == "one"
    assert database.look(directory.policy_document, "standard@2") == ""
