"""API keys are made here, shown once, kept only as a hash, and revoked for ever."""

import secrets
import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.authorisation import ALLOWED
from commands.data_folder import DataDir, settings_in
from connectors.policy_files.loading import LoadedPolicy, load
from mendable import WrongCall
from storage.database import Database
from storage.entries import ApiKey
from storage.operations.edge import add_api_key, api_keys, revoke_api_key

app = typer.Typer()
keys = typer.Typer(no_args_is_help=True, help="API keys: create, list, revoke.", epilog="Example: ./ltc keys list")
app.add_typer(keys, name="keys")


def made_key(person: str, roles: tuple[str, ...], entity: str, label: str, at: datetime) -> tuple[str, ApiKey]:
    """Return a new key and who holds it; the key is ``ltc_``, its id, and 256 random bits."""
    key_id = secrets.token_hex(4)
    key = ApiKey(key_id=key_id, person=person, roles=roles, entity=entity, label=label, created_at=at)
    return f"ltc_{key_id}_{secrets.token_urlsafe(32)}", key


def _check_known(loaded: LoadedPolicy, person: str, roles: list[str], entity: str) -> None:
    """Refuse a key that opens nothing, or that speaks for nobody (`WrongCall`); an open policy knows no people."""
    people, given = loaded.org.people, {role for one in loaded.org.people for role in one.roles}
    known = given.union(*ALLOWED.values())
    if unknown := sorted({*roles} - known):
        raise WrongCall(f"there is no role {', '.join(unknown)}; use some of {', '.join(sorted(known))}")
    if loaded.policy.lead.assign.mode != "open" and person not in {one.id for one in people if one.active}:
        raise WrongCall(f"the organisation file has no {person}; add them there, or name somebody who works here")
    if entity and entity not in loaded.policy.entities:
        raise WrongCall(f"there is no legal entity {entity}; use one of {', '.join(sorted(loaded.policy.entities))}")


@keys.command("create", epilog="Example: ./ltc keys create --person liu.yang --role sales --entity CN01")
def create(
    person: Annotated[str, typer.Option(help="Who acts with it, by their id in the organisation file.")],
    role: Annotated[list[str], typer.Option(help="A role it has; may be repeated.")],
    entity: Annotated[str, typer.Option(help="The legal entity it is limited to; all if left out.")] = "",
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Make a key and print it; it cannot be shown again."""
    settings = settings_in(data_dir)
    _check_known(load(settings.policy_file), person, role, entity)
    secret, key = made_key(person, tuple(role), entity, label, datetime.now(UTC))
    with closing(Database(settings.database_url)) as database:
        database.transact(add_api_key, secret, key)
    print(secret)
    print(f"key {key.key_id} of {person}; keep it, it is not shown again", file=sys.stderr)


@keys.command("list", epilog="Example: ./ltc keys list")
def show(data_dir: DataDir = None) -> None:
    """List all keys, revoked ones too."""
    table = Table("key", "person", "roles", "entity", "label", "created", "revoked")
    with closing(Database(settings_in(data_dir).database_url)) as database:
        known = database.look(api_keys)
    for key in known:
        revoked = f"{key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else ""
        table.add_row(
            key.key_id, key.person, ", ".join(key.roles), key.entity or "all", key.label,
            f"{key.created_at:%Y-%m-%d %H:%M}", revoked,
        )  # fmt: skip
    Console().print(table)


@keys.command("revoke", epilog="Example: ./ltc keys revoke 1f2e3d4c")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id that 'keys list' shows.")], data_dir: DataDir = None
) -> None:
    """Revoke a key; requests with it get 401 from now on."""
    with closing(Database(settings_in(data_dir).database_url)) as database:
        database.transact(revoke_api_key, key_id, datetime.now(UTC))
    print(f"{key_id} is revoked")
