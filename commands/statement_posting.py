"""Files are handed in one after the other, and waited for until every line has an outcome."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from rich.box import HEAVY_HEAD
from rich.console import Console
from rich.table import Table

import worker
from api.problems import Rejected
from api.statement_intake import Handed, Intake
from commands.embedded_server import connected
from commands.progress import showing
from commands.tables import name, number, show, table
from connectors.bank_statements.csv_profile import BankProfile
from connectors.bank_statements.reading import read
from connectors.policy_files.loading import load
from domain.refusal import Refused
from domain.statements.problem import UnreadableFile
from domain.value import Text, Value
from settings import Settings
from simulation.clocks import wall
from storage.database import Database
from storage.operations.bank_statements import Handing
from storage.operations.edge import meta, store_file
from storage.queries.bank_statements import StatementLine, statement
from workflows.temporal_client import TemporalWorkflows

POLL_S = 0.1


class Read(NamedTuple):
    """A file to be read and posted."""

    name: str
    content: bytes
    profiles: tuple[BankProfile, ...]
    profile: str


class PostedStatement(Value):
    """One statement with what became of it: where it stands, or why it was refused."""

    statement_id: str
    account: str
    repeated: bool = False
    stands: StatementLine | None = None
    refusal: Text | None = None


class PostedFile(Value):
    """One file with its statements, or why none of it was taken in."""

    file: str
    statements: tuple[PostedStatement, ...] = ()
    problem: Text | None = None


class PostingReport(Value):
    """All files."""

    files: tuple[PostedFile, ...]

    @property
    def failed(self) -> bool:
        """Tell whether a file or a statement was refused."""
        refused = (one.refusal for file in self.files for one in file.statements)
        return any(file.problem is not None for file in self.files) or any(refused)

    def print(self, console: Console) -> None:
        """Print one line a statement, and every reason."""
        for file in self.files:
            if file.problem is not None:
                console.print(f"{file.file}: {file.problem.en} / {file.problem.zh}", highlight=False, markup=False)
                continue
            console.print(file.file, highlight=False, markup=False)
            show(_table(file.statements), console)
            for one in file.statements:
                for text in _reasons(one):
                    console.print(f"  {one.statement_id}: {text.en} / {text.zh}", highlight=False, markup=False)


def post_files(settings: Settings, files: Sequence[Read], *, entity: str, by: str, console: Console) -> PostingReport:
    """Post files into what runs with these settings."""
    return asyncio.run(_post(settings, files, entity, by, console))


async def _post(settings: Settings, files: Sequence[Read], entity: str, by: str, console: Console) -> PostingReport:
    client = await connected(settings)
    entities = load(settings.policy_file).policy.entities
    async with Database(settings.database_url) as database:

        async def clock_offset() -> float:
            return float(await database.read(meta, "clock_offset_s", "0"))

        workflows = TemporalWorkflows(client, settings.task_queue, worker.limits_of(settings), clock_offset)
        intake = Intake(database, workflows, entities)
        return PostingReport(
            files=tuple([await _file(intake, database, one, Handing(entity=entity, by=by), console) for one in files])
        )


async def _file(intake: Intake, database: Database, file: Read, handing: Handing, console: Console) -> PostedFile:
    try:
        found = read(file.content, file.profiles, file.profile)
        name = file.name.rsplit("/", 1)[-1]
        digest = await database.write(store_file, file.content, "application/octet-stream", name, handing.by, wall())
        handed = await intake.hand_in(found, handing.model_copy(update={"file": digest}), wall())
    except UnreadableFile as unreadable:
        return PostedFile(file=file.name, problem=unreadable.problem.text)
    except (Refused, Rejected) as refused:
        return PostedFile(file=file.name, problem=refused.text)
    await _all_posted(database, handed, console)
    return PostedFile(file=file.name, statements=tuple([await _stands(database, one) for one in handed]))


async def _all_posted(database: Database, handed: Sequence[Handed], console: Console) -> None:
    """Wait until no line of these statements is left to be posted; Ctrl-C only stops the waiting."""
    rows = [one.taken.row for one in handed if one.taken is not None and one.taken.status == "posting"]
    with showing(console, "posting", len(rows)) as shown:
        for done, row in enumerate(rows):
            while (stands := await database.read(statement, row)).status == "posting":
                left = stands.lines.ready
                shown(done, f"{stands.known_as}: {left} lines left")
                await asyncio.sleep(POLL_S)
            shown(done + 1, stands.known_as)


async def _stands(database: Database, handed: Handed) -> PostedStatement:
    said = PostedStatement(statement_id=handed.statement_id, account=handed.account, refusal=handed.refusal)
    if handed.taken is None:
        return said
    stands = await database.read(statement, handed.taken.row)
    return said.model_copy(update={"repeated": handed.taken.repeated, "stands": stands})


def _table(statements: Sequence[PostedStatement]) -> Table:
    names = (name("statement"), name("account"), number("row"), name("status"))
    numbers = map(number, ("posted", "asked", "not ours", "counted before"))
    rows = table(*names, *numbers, box=HEAVY_HEAD)
    for one in statements:
        if one.stands is None:
            rows.add_row(one.statement_id, one.account, "-", "refused", "", "", "", "")
            continue
        stands, lines = one.stands, one.stands.lines
        status = f"{stands.status} (before)" if one.repeated else stands.status
        counts = (lines.posted, lines.asked, lines.set_aside, stands.repeated + lines.same)
        rows.add_row(one.statement_id, one.account, str(stands.row), status, *(str(count) for count in counts))
    return rows


def _reasons(one: PostedStatement) -> list[Text]:
    if one.refusal is not None:
        return [one.refusal]
    return [] if one.stands is None else [reason.text for reason in one.stands.reasons]
