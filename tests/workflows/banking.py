"""Statements are handed in as the API and the command line do."""

from api.statement_intake import Intake
from domain.statements.statement import Statement, StatementFile, StatementKind
from simulation.clocks import wall
from simulation.standard_deal import ENTITY
from storage.operations.bank_statements import Handing
from tests.workflows.harness import Company


async def hand_in(ltc: Company, *statements: Statement) -> list[int]:
    """Hand statements in and wait until they are posted; returns their rows."""
    intake = Intake(ltc.database, ltc.workflows, {})
    file = StatementFile(kind=StatementKind.CAMT_053, statements=statements)
    handed = await intake.hand_in(file, Handing(entity=ENTITY, by="wu.ting"), wall())
    rows = []
    for one in handed:
        assert one.taken is not None
        rows.append(one.taken.row)
        if one.taken.status == "posting":
            await ltc.handle(one.taken.workflow_id).result()
    return rows
