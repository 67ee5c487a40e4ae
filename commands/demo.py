"""``up --demo`` fills an empty installation once: customers, price book, people's keys, and deals in every stage."""

import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from sqlalchemy import Connection

from commands.embedded_server import connected, sender_of, skipper_of
from commands.keys import made_key
from commands.progress import showing
from connectors.policy_files.loading import LoadedPolicy, load
from settings import Settings
from simulation.clocks import Clocks, wall
from simulation.demo import SOURCE, Demo, moments, plans
from simulation.jump_store import DatabaseJumpStore
from simulation.jumping import Jump
from storage.database import Database
from storage.entries import Product
from storage.operations.customers import put_customer, put_product
from storage.operations.edge import add_api_key, holder, meta, put_meta

BEGAN, DONE = "demo_began_at", "demo_done"
LOGINS = "demo-logins.json"


class Login(NamedTuple):
    """A person of the demo with a key for the API."""

    person: str
    roles: tuple[str, ...]
    key: str


PEOPLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("liu.yang", ("sales",)),
    ("klein", ("sales",)),
    ("wang.fang", ("sales_manager", "sales")),
    ("becker", ("sales_manager", "sales")),
    ("zhao.lei", ("sales_head", "sales")),
    ("wu.ting", ("finance", "ar")),
    ("huang.min", ("cfo", "finance_head", "finance")),
    ("tang.bo", ("credit",)),
    ("li.na", ("ceo",)),
    ("guo.li", ("sales_ops", "ops")),
    ("lin.hao", ("ops", "admin")),
)
"""Who can log in, each with the roles that the organisation file gives them."""


class Unmoved(DatabaseJumpStore):
    """The demo's deals come from the past to the present; the present does not move."""

    async def reached(self, at: datetime) -> None:
        """Keep nothing."""


async def fill(settings: Settings) -> None:
    """Fill the installation, or go on filling it; one that is filled already is left as it is."""
    policy = load(settings.policy_file)
    async with Database(settings.database_url) as database:
        _write_logins(settings.data_dir, _logins(settings.data_dir, database))
        if await database.read(meta, DONE, ""):
            return
        now = datetime.fromisoformat(await database.write(_began, wall()))
        await database.write(_masters, now, policy)
        await _play(settings, database, policy, now)
        await database.write(put_meta, DONE, "yes", wall())


async def _play(settings: Settings, database: Database, policy: LoadedPolicy, now: datetime) -> None:
    skipper = skipper_of(await connected(settings))
    clocks = Clocks(skipper)
    senders = {
        entity: sender_of(settings, skipper.client, database, clocks, entity) for entity in policy.policy.entities
    }
    steps = moments(plans(now), now)
    demo = Demo(senders, policy.products, await next(iter(senders.values())).applied(SOURCE))
    with showing(Console(), "demo", len(steps) + 1) as shown:
        await demo.run(steps, lambda done, at: shown(done, f"{at:%Y-%m-%d}"))
        jump = Jump(next(iter(senders.values())), Unmoved(database))
        await jump.run(steps[0].at, now, lambda at: shown(len(steps), f"until {at:%Y-%m-%d}"))
        shown(len(steps) + 1, "is there")


def logins(data_dir: Path) -> tuple[Login, ...]:
    """Return the demo's logins, none where there is no demo."""
    place = data_dir / LOGINS
    if not place.exists():
        return ()
    return tuple(Login(one["person"], tuple(one["roles"]), one["key"]) for one in json.loads(place.read_text()))


def _logins(data_dir: Path, database: Database) -> tuple[Login, ...]:
    """Return the logins there are, made anew where the database does not know them."""
    known = {login.person: login for login in logins(data_dir)}
    made = []
    for person, roles in PEOPLE:
        login = known.get(person)
        if login is None or database.look(holder, login.key) is None:
            secret, key = made_key(person, roles, "", SOURCE, wall())
            database.transact(add_api_key, secret, key)
            login = Login(person, roles, secret)
        made.append(login)
    return tuple(made)


def _write_logins(data_dir: Path, made: tuple[Login, ...]) -> None:
    place = data_dir / LOGINS
    place.touch(mode=0o600)
    place.write_text(json.dumps([login._asdict() for login in made], indent=1))


def _began(connection: Connection, at: datetime) -> str:
    began = meta(connection, BEGAN, at.isoformat())
    put_meta(connection, BEGAN, began, at)
    return began


def _masters(connection: Connection, now: datetime, policy: LoadedPolicy) -> None:
    for plan in plans(now):
        put_customer(connection, plan.customer, plan.captured_at)
    for one in policy.products:
        product = Product(
            sku=one.sku, name=one.description, list_price=one.list_price, unit=one.unit, tax_code=one.tax_code
        )
        put_product(connection, product, now)
