"""The demo's customers and what they buy come from one seed: the same names and amounts on every machine."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import NamedTuple

from domain.money import Money
from domain.policy.price_book import Product
from domain.quotes import QuoteLine
from storage.entries import Contact, CustomerCard

SEED = 20260907
CNY_OF_A_EURO = Decimal("7.85")
_PLACES_CN = ("上海", "苏州", "杭州", "宁波", "无锡", "南京", "青岛", "成都", "武汉", "深圳")
_WORDS_CN = ("晨光", "恒力", "远大", "明德", "华新", "金桥", "瑞丰", "东方", "中正", "启明")
_TRADES_CN = ("机电设备", "自动化", "精密仪器", "水处理", "包装机械", "新能源")
_PEOPLE_CN = ("张三", "李四", "王五", "赵敏", "孙丽", "周涛", "吴刚", "郑洁")
_WORDS_DE = ("Nordwind", "Hansa", "Rheintal", "Alster", "Kastell", "Isar", "Falken", "Linden", "Weser", "Harz")
_TRADES_DE = ("Maschinenbau", "Messtechnik", "Automation", "Pumpen", "Verpackung", "Anlagenbau")
_FORMS_DE = ("GmbH", "AG", "GmbH & Co. KG")
_CITIES_DE = ("20457 Hamburg", "50667 Köln", "80331 München", "70173 Stuttgart", "04109 Leipzig")
_PEOPLE_DE = ("Eva Brandt", "Jonas Vogel", "Petra Lang", "Ole Hansen", "Karin Roth")
_WORDS_EN = ("Harbour", "Thornbury", "Kestrel", "Ashdown", "Calder", "Wexford")
_TRADES_EN = ("Instruments", "Controls", "Engineering", "Process Systems")
_PEOPLE_EN = ("Grace Hall", "Tom Baker", "Ruth Clarke", "Ian Moore")


class Home(NamedTuple):
    """Where a customer is, and who sells to it."""

    entity: str
    currency: str
    language: str
    zone: str
    country: str


CHINA = Home("CN01", "CNY", "zh-CN", "Asia/Shanghai", "CN")
GERMANY = Home("DE01", "EUR", "en", "Europe/Berlin", "DE")
IRELAND = Home("DE01", "EUR", "en", "Europe/Dublin", "IE")


def buyer(nth: int, customer_class: str) -> CustomerCard:
    """Return the customer of a story; its class follows from what the policy asks, or is set where it asks history."""
    chance = Random(f"{SEED}/buyer/{nth}")
    home = chance.choice((CHINA, CHINA, CHINA, GERMANY, IRELAND))
    name, street, person = _named(chance, home)
    customer_id = f"DEMO-{nth:02}"
    return CustomerCard(
        customer_id=customer_id,
        name=name,
        language=home.language,
        zone=home.zone,
        country=home.country,
        tax_id=f"{home.country}{chance.randrange(10**8, 10**9)}",
        address=street,
        email=f"ap@{customer_id.lower()}.example",
        phone=f"+{chance.randrange(10**9, 10**10)}",
        entity=home.entity,
        class_override=customer_class if customer_class in ("B", "C") else "",
        blacklisted=customer_class == "X",
        strategic=customer_class == "A",
        contacts=(
            Contact(
                name=person, role="采购" if home is CHINA else "Purchasing", email=f"buy@{customer_id.lower()}.example"
            ),
        ),
    )


def currency_of(card: CustomerCard) -> str:
    """Return what a customer is invoiced in."""
    return CHINA.currency if card.entity == CHINA.entity else GERMANY.currency


def lines(
    nth: int, currency: str, products: Sequence[Product], total_cny: int, discount_bp: int
) -> tuple[QuoteLine, ...]:
    """Return the lines of a quote that come near to a total before tax, one to three products from the price book."""
    chance = Random(f"{SEED}/lines/{nth}")
    sold_here = [product for product in products if product.list_price.currency == currency]
    chosen = chance.sample(sold_here, chance.randint(1, min(3, len(sold_here))))
    total = Decimal(total_cny) if currency == CHINA.currency else Decimal(total_cny) / CNY_OF_A_EURO
    share = total * 100 / len(chosen)
    return tuple(_line(place, product, share, discount_bp) for place, product in enumerate(chosen, 1))


def _line(place: int, product: Product, share_minor: Decimal, discount_bp: int) -> QuoteLine:
    net = Money(minor=product.list_price.minor * (10_000 - discount_bp) // 10_000, currency=product.list_price.currency)
    quantity = max(1, int(share_minor // net.minor))
    return QuoteLine(
        position=place,
        sku=product.sku,
        description=product.description,
        quantity=str(quantity),
        unit=product.unit,
        list_price=product.list_price,
        net_price=net,
        tax_code=product.tax_code,
    )


def _named(chance: Random, home: Home) -> tuple[str, tuple[str, ...], str]:
    number = chance.randint(1, 240)
    if home is CHINA:
        place = chance.choice(_PLACES_CN)
        name = f"{place}{chance.choice(_WORDS_CN)}{chance.choice(_TRADES_CN)}有限公司"
        return name, (f"{place}市人民路 {number} 号",), chance.choice(_PEOPLE_CN)
    if home is GERMANY:
        name = f"{chance.choice(_WORDS_DE)} {chance.choice(_TRADES_DE)} {chance.choice(_FORMS_DE)}"
        return name, (f"Hauptstraße {number}", chance.choice(_CITIES_DE)), chance.choice(_PEOPLE_DE)
    name = f"{chance.choice(_WORDS_EN)} {chance.choice(_TRADES_EN)} Ltd"
    return name, (f"{number} Quay Street", "Dublin 2"), chance.choice(_PEOPLE_EN)
