"""An invoice never changes: what happens to it is a command to its customer's account."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field, TypeAdapter
from sqlalchemy import Connection

from api.answers import told
from api.bodies import JsonBody
from api.deps import CallerDep, EdgeDep, Filter, IdPath, KeyDep, caller_of
from api.idempotency import submission_id
from api.routes.files import kept
from api.submitting import submit_to_account
from domain.account import commands as asked
from domain.account import plan_commands as asked_plan
from domain.account import promise_commands as asked_promise
from domain.account.commands import PublicAccountCommand
from domain.machine import Minor
from domain.receivables.collecting import Collection
from domain.receivables.freed import PaidPart
from domain.refusal import Code, refuse
from domain.value import Strict
from domain.words import Name, Reason
from storage.queries.business_time import business_time
from storage.queries.collecting import collection_of_invoice
from storage.queries.invoices import InvoiceView, account_of_invoice, invoice
from workflows.messages import AccountSubmission, Answered

router = APIRouter(tags=["receivables"], dependencies=[Depends(caller_of)])


class Dispute(Strict):
    """Dispute a part of the invoice; no amount means all that is open. 争议。"""

    kind: Literal["dispute"]
    minor: Minor | None = None
    reason: Name

    def command(self, number: str) -> PublicAccountCommand:
        """Return the account's command."""
        return asked.Dispute(number=number, minor=self.minor, reason=self.reason)


class Resolve(Strict):
    """End the dispute: ``accept`` credits the disputed part. 争议处理。"""

    kind: Literal["resolve"]
    outcome: Literal["accept", "reject", "withdrawn"]
    reason: Annotated[str, Field(max_length=2000)] = ""

    def command(self, number: str) -> PublicAccountCommand:
        """Return the account's command."""
        return asked.Resolve(number=number, outcome=self.outcome, reason=self.reason)


class Promise(Strict):
    """The customer promises to pay by a date. 承诺付款。"""

    kind: Literal["promise"]
    minor: Minor | None = None
    on: date

    def command(self, number: str) -> PublicAccountCommand:
        """Return the account's command."""
        return asked.Promise(number=number, minor=self.minor, on=self.on)


class WithdrawPromise(Strict):
    """Take a promise back; without its id, the only one about the invoice. 撤回承诺。"""

    kind: Literal["withdraw_promise"]
    promise_id: Annotated[str, Field(max_length=200)] = ""
    reason: Reason

    def command(self, number: str) -> PublicAccountCommand:
        """Return the account's command."""
        return asked_promise.WithdrawPromise(number=number, promise_id=self.promise_id, reason=self.reason)


class PlanPart(Strict):
    """An instalment of a plan. 一期还款。"""

    due_on: date
    minor: Minor


class Plan(Strict):
    """Let the customer pay in instalments; a second person judges a plan beyond the policy by its reason. 分期还款。"""

    kind: Literal["plan"]
    instalments: Annotated[tuple[PlanPart, ...], Field(min_length=1, max_length=60)]
    reason: Annotated[str, Field(max_length=2000)] = ""

    def command(self, number: str) -> PublicAccountCommand:
        """Return the account's command."""
        parts = tuple(asked_plan.PlanPart(due_on=part.due_on, minor=part.minor) for part in self.instalments)
        return asked_plan.Plan(number=number, instalments=parts, reason=self.reason)


class WithdrawPlan(Strict):
    """End the invoice's payment plan; what is open is claimed by its due dates, or agreed on anew. 撤销分期计划。"""

    kind: Literal["withdraw_plan"]
    reason: Reason

    def command(self, number: str) -> PublicAccountCommand:
        """Return the account's command."""
        return asked_plan.WithdrawPlan(number=number, reason=self.reason)


class WriteOff(Strict):
    """Write an amount off as bad debt; above the policy's amount a second person judges by the evidence. 坏账核销。"""

    kind: Literal["write_off"]
    minor: Minor | None = None
    reason: Reason
    evidence: Annotated[str, Field(max_length=2000)] = ""

    def command(self, number: str) -> PublicAccountCommand:
        """Return the account's command."""
        return asked.WriteOffNow(number=number, minor=self.minor, reason=self.reason, evidence=self.evidence)


class Credit(Strict):
    """Issue a credit note; no amount means all that is open, what was paid is unapplied or paid back. 红字/贷项。"""

    kind: Literal["credit"]
    minor: Minor | None = None
    reason: Reason
    paid_part: PaidPart = "unapplied"

    def command(self, number: str) -> PublicAccountCommand:
        """Return the account's command."""
        return asked.Credit(number=number, minor=self.minor, reason=self.reason, paid_part=self.paid_part)


Commanded = Dispute | Resolve | Promise | WithdrawPromise | Plan | WithdrawPlan | WriteOff | Credit
InvoiceCommand = Annotated[Commanded, Field(discriminator="kind")]
COMMAND: JsonBody[Commanded] = JsonBody(TypeAdapter(InvoiceCommand), "InvoiceCommand")


@router.get("/api/invoices/{number}.pdf", summary="The invoice as it was sent. 发票 PDF", response_class=Response)
async def document(edge: EdgeDep, caller: CallerDep, number: IdPath, entity: Filter = "") -> Response:
    """Return the stored document."""
    found = await edge.database.read(invoice, number, caller.entity_of(entity))
    if not found.file:
        raise refuse(
            Code.NOTFOUND,
            f"the document of {number} is not made yet: it is stored when the invoice is sent, try again in a moment",
            f"发票 {number} 的文件尚未生成：发送发票时会保存，请稍后再试",
        )
    return await kept(edge, found.file, f"{number}.pdf")


@router.get("/api/invoices/{number}.xml", summary="The electronic invoice. 电子发票 XML", response_class=Response)
async def electronic(edge: EdgeDep, caller: CallerDep, number: IdPath, entity: Filter = "") -> Response:
    """Return the stored XML, UBL or CII: the same bytes that went out, also inside the PDF where it is a Factur-X."""
    found = await edge.database.read(invoice, number, caller.entity_of(entity))
    if not found.xml:
        raise refuse(
            Code.NOTFOUND,
            f"{number} has no electronic form: it is made when the invoice is sent, if the policy has one for the "
            "customer's country (entities.….einvoice)",
            f"发票 {number} 没有电子格式：发送时按流程策略为客户所在国家设定的格式生成（entities.….einvoice）",
        )
    return await kept(edge, found.xml, f"{number}.xml")


@router.get("/api/invoices/{number}", summary="Read an invoice with everything since. 发票详情")
async def read(edge: EdgeDep, caller: CallerDep, number: IdPath, entity: Filter = "") -> InvoiceView:
    """Read the ledger."""
    return await edge.database.read(invoice, number, caller.entity_of(entity))


@router.get("/api/invoices/{number}/explain", summary="What is still owed, and what comes next? 发票说明")
async def explain(edge: EdgeDep, caller: CallerDep, number: IdPath, entity: Filter = "") -> Collection:
    """Read the ledger and the log: what is open, how late, what is promised, and the account's next notice."""
    return await edge.database.read(_collection, number, caller.entity_of(entity), edge.now())


@router.post(
    "/api/invoices/{number}/commands", openapi_extra=COMMAND.documented,
    summary="Dispute, resolve, promise, plan, write off or credit. 对发票执行操作",
)  # fmt: skip
async def command(
    edge: EdgeDep, caller: CallerDep, number: IdPath, key: KeyDep, response: Response,
    body: Annotated[InvoiceCommand, Depends(COMMAND)], entity: Filter = "",
) -> Answered:  # fmt: skip
    """Send it to the customer's account and wait for the answer."""
    account = await edge.database.read(account_of_invoice, number, caller.entity_of(entity))
    submission = AccountSubmission(id=submission_id(caller, key), actor=caller.actor(), command=body.command(number))
    return told(response, await submit_to_account(edge, account, submission))


def _collection(connection: Connection, number: str, entity: str, now: datetime) -> Collection:
    return collection_of_invoice(connection, number, entity, business_time(connection, now))
