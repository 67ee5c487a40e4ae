"""The lines of a bank statement become receipts in the accounts of customers, each once."""

import asyncio
from collections.abc import Sequence
from typing import Any

from temporalio import activity

from domain.account.commands import ClaimReceipt, RecordReceipt
from domain.machine import Actor, Submission
from domain.nobody import UNIDENTIFIED
from domain.refusal import Refused
from domain.statements.incoming import Movement
from domain.statements.payer import Identified, PayerMismatch, identify
from domain.statements.ports import BankBook, Payer, Receivables
from domain.statements.posting import (
    SOURCE,
    Line,
    Outcome,
    PostLines,
    Progress,
    Reversible,
    receipt_of,
    reversal_of,
    taken_back,
    which_receipt,
)
from domain.statements.told_before import may_be_known

LINES_AT_ONCE = 40
"""So many lines are one activity: what a killed worker repeats, and how often people see it move."""
Destination = tuple[str, str, str]
"""(legal entity, customer, currency)."""


class StatementActivities:
    """Posts lines; idempotency key: the line's external id, which is that of its receipt.

    Attributes:
        mismatch: what the policy says of a payer that is not the customer.
    """

    def __init__(self, book: BankBook, receivables: Receivables, mismatch: PayerMismatch) -> None:
        self._book = book
        self._receivables = receivables
        self._mismatch = mismatch

    @activity.defn(name="post_lines")
    async def post_lines(self, job: PostLines) -> Progress:
        """Post the next lines of a statement and tell how far it is."""
        lines = await self._book.ready(job.statement, LINES_AT_ONCE)
        incoming = [line for line in lines if line.movement is not Movement.TAKEN_BACK]
        await self._receive(incoming, job)
        for line in lines:
            if line.movement is Movement.TAKEN_BACK:
                await self._take_back(line, job)
        return await self._book.progress(job.statement, job.at)

    async def _receive(self, lines: Sequence[Line], job: PostLines) -> None:
        """Record receipts, those of different accounts side by side, those of one in order."""
        payers = await self._book.payers(lines, job.at)
        by_account: dict[Destination, list[tuple[Line, Identified]]] = {}
        for line, payer in zip(lines, payers, strict=True):
            identified = identify(payer.facts, self._mismatch)
            by_account.setdefault(_destination(line, payer, identified), []).append((line, identified))
        async with asyncio.TaskGroup() as together:
            for destination, some in by_account.items():
                together.create_task(self._in_order(destination, some, job))

    async def _in_order(
        self, destination: Destination, lines: Sequence[tuple[Line, Identified]], job: PostLines
    ) -> None:
        for line, identified in lines:
            await self._record(destination, line, identified, job)

    async def _record(self, destination: Destination, line: Line, identified: Identified, job: PostLines) -> None:
        entity, customer_id, _ = destination
        told = await self._book.told_before(line)
        if (asked := may_be_known(line, line.customer_id or customer_id, told)) is not None:
            await self._book.done(line, asked, job.at)
            return
        if line.chosen:
            await self._claim(destination, line, job)
            return
        known = {
            "entity": entity, "customer_id": customer_id, "rule": identified.rule, "evidence": identified.evidence,
            "flagged": identified.flagged,
        }  # fmt: skip
        await self._submit(destination, line, receipt_of(line), known, job)

    async def _claim(self, destination: Destination, line: Line, job: PostLines) -> None:
        """Book what the bank reports, and claim it for whom a person says: above the policy's amount it takes two."""
        entity = line.entity
        actor = Actor(id=line.by, roles=("finance",), via="import")
        claim = ClaimReceipt(
            source=SOURCE, external_id=line.external_id, entity=entity, customer_id=line.customer_id,
            evidence=f"{line.by} answered question b{line.line_id} / {line.by} 答复了 b{line.line_id}",
        )  # fmt: skip
        commands: tuple[tuple[str, RecordReceipt | ClaimReceipt], ...] = (
            (line.key, receipt_of(line)), (f"{line.key}:claim", claim),
        )  # fmt: skip
        try:
            for key, command in commands:
                submission: Submission[Any] = Submission(id=key, actor=actor, command=command)
                await self._receivables.submit(*destination, submission, job.clock_offset_s)
        except Refused as refused:
            outcome = Outcome(status="asked", reason=refused.text)
        else:
            (payer,) = await self._book.payers((line,), job.at)
            where, whose = payer.booked_for or (entity, UNIDENTIFIED)
            outcome = Outcome(
                status="posted", entity=where, customer_id=whose, rule="answered", evidence=(claim.evidence,)
            )
        await self._book.done(line, outcome, job.at)
        activity.heartbeat(line.line_id)

    async def _take_back(self, line: Line, job: PostLines) -> None:
        candidates = await self._book.reversible(line)
        found = taken_back(line, candidates)
        if found is None:
            await self._book.done(line, which_receipt(candidates), job.at)
        else:
            await self._reverse(line, found, job)

    async def _reverse(self, line: Line, found: Reversible, job: PostLines) -> None:
        await self._book.choose(line, f"receipt:{found.external_id}")
        said = f"it takes {found.external_id} back: {found.because} / 收回 {found.external_id}"
        known = {
            "entity": found.entity, "customer_id": found.customer_id, "rule": "reversal", "evidence": (said,),
        }  # fmt: skip
        destination = (found.entity, found.customer_id, line.amount.currency)
        await self._submit(destination, line, reversal_of(line, found), known, job)

    async def _submit(
        self, destination: Destination, line: Line, command: Any, known: dict[str, Any], job: PostLines
    ) -> None:
        actor = Actor(id=line.by, roles=("finance",), via="import")
        submission: Submission[Any] = Submission(id=line.key, actor=actor, command=command)
        try:
            await self._receivables.submit(*destination, submission, job.clock_offset_s)
        except Refused as refused:
            outcome = Outcome(status="asked", reason=refused.text, evidence=known["evidence"])
        else:
            outcome = Outcome(status="posted", **known)
        await self._book.done(line, outcome, job.at)
        activity.heartbeat(line.line_id)


def _destination(line: Line, payer: Payer, identified: Identified) -> Destination:
    if payer.booked_for is not None:
        return (*payer.booked_for, line.amount.currency)
    if line.chosen:
        return line.entity, UNIDENTIFIED, line.amount.currency
    return line.entity, identified.customer_id or UNIDENTIFIED, line.amount.currency
