"""The price book: one list price per article and currency, as quotes start from it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from sqlalchemy import Connection

from api.bodies import body_of, require
from api.customer_bodies import Name, Short
from api.deps import EdgeDep, Filter, caller_of
from api.idempotency import OnceDep
from api.paging import CursorQuery, LimitQuery
from domain.money import Money
from domain.value import Strict, Value
from storage.entries import Product
from storage.operations.customers import put_product
from storage.queries.masters import products
from storage.queries.paging import cursor_of, place_of

router = APIRouter(tags=["products"], dependencies=[Depends(caller_of)])
Sku = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]


class ProductBody(Strict):
    """An article in one currency; sent again it replaces the one there is. 商品与价目。"""

    sku: Sku
    name: Name
    list_price: Money
    unit: Short = ""
    tax_code: Short = ""
    active: bool = True


class ProductPage(Value):
    """Some articles, and the cursor of the next page; empty at the end."""

    products: tuple[Product, ...]
    next: str = ""


PRODUCT = body_of(ProductBody)


@router.get("/api/products", summary="List or search the price book. 价目表")
async def listed(edge: EdgeDep, cursor: CursorQuery = "", limit: LimitQuery = 50, q: Filter = "") -> ProductPage:
    """Read one page, in the order of SKU and currency."""
    sku, currency = place_of(cursor, (str, str)) if cursor else ("", "")
    found = await edge.database.read(products, q, str(sku), limit, currency=str(currency))
    last = found[-1] if len(found) == limit else None
    return ProductPage(products=found, next=cursor_of(last.sku, last.list_price.currency) if last else "")


@router.post("/api/products", status_code=201, openapi_extra=PRODUCT.documented, summary="Set a list price. 设定价格")
async def put(edge: EdgeDep, once: OnceDep, body: Annotated[ProductBody, Depends(PRODUCT)]) -> Response:
    """Set the price of an article in one currency; quotes that exist keep theirs."""
    require(body.list_price.minor >= 0, "list_price", "must not be negative", "价格不得为负")
    product = Product.model_validate(dict(body))
    at = edge.now()

    def make(connection: Connection) -> Product:
        put_product(connection, product, at)
        return product

    return await once.write(201, make)
