"""A bank's file goes the same way from the API and from the command line: read, judged, taken in, posted."""

from collections.abc import Mapping
from datetime import datetime

from api.problems import Fault, reject
from domain.policy.places import EntityRules
from domain.refusal import Refused
from domain.statements.bookings import account_key
from domain.statements.judging import judge
from domain.statements.statement import Statement, StatementFile
from domain.value import Text, Value
from storage.database import Database
from storage.operations.bank_statements import Handing, TakenIn, take_in
from storage.queries.bank_statements import entity_of_account
from workflows.client import Workflows
from workflows.messages import StatementInput


class Handed(Value):
    """What became of one statement of a file.

    Attributes:
        statement_id: as the bank wrote it.
        taken: how it was taken in, none where it was refused.
        refusal: why it was refused.
        code: of the refusal, empty if there is none.
    """

    statement_id: str
    account: str
    taken: TakenIn | None = None
    code: str = ""
    refusal: Text | None = None


class Intake:
    """Takes statements in and has them posted.

    Attributes:
        entities: the legal entities of the policy.
    """

    def __init__(self, database: Database, workflows: Workflows, entities: Mapping[str, EntityRules]) -> None:
        self._database = database
        self._workflows = workflows
        self._entities = entities

    async def hand_in(self, file: StatementFile, handing: Handing, at: datetime) -> tuple[Handed, ...]:
        """Take every statement of a file in, each for itself, and have posted what may be.

        Raises:
            Refused: every single one was refused; the first refusal.
            Rejected: nobody can tell whose bank account it is (422).
        """
        found: list[Handed] = []
        refusals: list[Refused] = []
        for statement in file.statements:
            try:
                found.append(await self._one(statement, handing, at))
            except Refused as refused:
                refusals.append(refused)
                found.append(
                    Handed(
                        statement_id=statement.statement_id,
                        account=statement.account,
                        code=refused.code,
                        refusal=refused.text,
                    )
                )
        if refusals and len(refusals) == len(found):
            raise refusals[0]
        return tuple(found)

    async def _one(self, statement: Statement, handing: Handing, at: datetime) -> Handed:
        if handing.entity:
            self._require_own(statement.account, handing.entity)
        entity = handing.entity or await self._entity_of(statement.account)
        taken = await self._database.write(
            take_in, statement, judge(statement), handing.model_copy(update={"entity": entity}), at
        )
        await self.post(taken)
        return Handed(statement_id=statement.statement_id, account=statement.account, taken=taken)

    async def post(self, taken: TakenIn) -> None:
        """Have a statement posted that is to be posted; where it is under way already, it goes on."""
        if taken.status == "posting":
            await self._workflows.post_statement(
                StatementInput(statement=taken.row, account=taken.account, known_as=taken.known_as)
            )

    async def _entity_of(self, account: str) -> str:
        """Return whose account it is: known before, printed on an entity's invoices, or that of the only entity."""
        key = account_key(account)
        if known := await self._database.read(entity_of_account, key):
            return known
        candidates = self._printed(key) or list(self._entities)
        if len(candidates) != 1:
            names = ", ".join(sorted(candidates))
            raise reject(
                Fault.BODY,
                f"name the legal entity whose account {account} is, one of {names}",
                f"请指明账户 {account} 所属主体：{names}",
                entity=names,
            )
        return candidates[0]

    def _printed(self, key: str) -> list[str]:
        """Return the entities that print an account on their invoices."""
        return [name for name, rules in self._entities.items() if key and key in _accounts_of(rules)]

    def _require_own(self, account: str, entity: str) -> None:
        """Reject a statement of an account that other entities print, not this one: its money is theirs."""
        printed = self._printed(account_key(account))
        if printed and entity not in printed:
            names = ", ".join(sorted(printed))
            raise reject(
                Fault.BODY,
                f"account {account} belongs to {names}, not to {entity}: hand the statement in for {names}",
                f"账户 {account} 属于 {names}，而非 {entity}：请以 {names} 的名义提交对账单",
                entity=names,
            )


def _accounts_of(rules: EntityRules) -> tuple[str, ...]:
    bank = rules.seller.bank
    return () if bank is None else (account_key(bank.iban), account_key(bank.account_number))
