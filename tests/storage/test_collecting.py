"""What is owed is told with the money that the customer has with us in another currency."""

from sqlalchemy import update

from domain.account import effects as account
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.collecting import collection_of_account, collection_of_invoice
from storage.tables.records import ACCOUNT
from tests.storage.samples import CUSTOMER, ENTITY, HASH, KEY, NOW, imported, opened, terms

HERE = (ENTITY, CUSTOMER, "CNY")


async def test_unapplied_money_of_another_currency_is_told_where_something_is_owed(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    for currency, entity in (("USD", ENTITY), ("EUR", ENTITY), ("USD", "DE01")):
        other = account.LoadCase(**(KEY | {"currency": currency, "entity": entity}))
        await ledger.load_case(other, NOW, terms().model_copy(update={"currency": currency}), HASH, "示例客户")
    money = update(ACCOUNT).where(ACCOUNT.c.currency == "USD").values(unapplied_minor=70_000)
    await database.write(lambda c: c.execute(money))
    assert database.look(lambda c: collection_of_account(c, HERE, NOW)).waiting == ()

    await ledger.operate("a", NOW, imported("A", 10_000))
    (line,) = database.look(lambda c: collection_of_account(c, HERE, NOW)).waiting
    assert (line.who, line.command) == ("role:finance", "exchange")
    assert line.what.en.startswith("700.00 USD of the customer is unapplied in their USD account")
    assert line.what.zh.startswith("该客户在 USD 账户有未核销款 700.00 USD")
    assert database.look(lambda c: collection_of_invoice(c, "A", ENTITY, NOW)).waiting == (line,)
