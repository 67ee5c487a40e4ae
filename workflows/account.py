"""The receivables of one customer; the rules are in domain/account, the money is in the ledger."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from temporalio import workflow
from temporalio.common import RawValue

from domain.account.commands import AccountRefusal, Loaded, PublicAccountCommand
from domain.account.decide import open_account
from domain.account.effects import LoadCase
from domain.account.state import Account
from domain.machine import SYSTEM, Explanation
from domain.refusal import Code, refuse
from domain.value import Value
from workflows.account_machine import ACCOUNT_WORDS, AccountMachine
from workflows.asking import ask
from workflows.door import Door
from workflows.messages import AccountInput, Answered, Envelope
from workflows.shell import Shell

_COMMANDS: TypeAdapter[Value] = TypeAdapter(PublicAccountCommand)
_LOADED: Any = Loaded | AccountRefusal


@workflow.defn(name="Account")
class AccountWorkflow:
    """One customer's receivables in one currency; ends when nothing is open and starts again with the next invoice."""

    @workflow.init
    def __init__(self, start: AccountInput) -> None:
        """Build all state here: a handler may run before the first line of `run`."""
        self.start = start
        machine = AccountMachine()
        state = start.state or Account(entity=start.entity, customer_id=start.customer_id, currency=start.currency)
        self.shell: Shell[Account] = Shell(machine, state, start.clock_offset_s, start.limits)
        self.door: Door[Account] = Door(self.shell, _COMMANDS, ACCOUNT_WORDS)

    @workflow.run
    async def run(self, start: AccountInput) -> str:
        """Sequence the account until nothing is open; returns the stage it ended in."""
        door = asyncio.create_task(self.door.serve())
        opening = asyncio.create_task(self._open())
        while True:
            try:
                await asyncio.shield(opening)
                ended = await self.shell.loop(door)
            except asyncio.CancelledError:
                if not self.shell.cancel_requested():
                    raise
                self._not_cancelled()
                continue
            break
        door.cancel()
        if not ended:
            now = {"state": self.shell.state, "clock_offset_s": self.shell.offset.total_seconds()}
            workflow.continue_as_new(self.start.model_copy(update=now))
        return self.shell.machine.stage(self.shell.state)

    async def _open(self) -> None:
        """Go on counting where the event log ends: an earlier run of this account may have ended."""
        start, shell = self.start, self.shell
        if start.state is not None or await self._taken_over():
            return
        run = workflow.info().run_id
        question = LoadCase(entity=start.entity, customer_id=start.customer_id, currency=start.currency, run=run)
        loaded = await ask(
            shell.clock,
            "load_case",
            shell.job(f"{workflow.info().workflow_id}/load_case", question, shell.now()),
            answer=_LOADED,
        )
        if await self._taken_over():
            return
        head = loaded.version if isinstance(loaded, Loaded) else await self._head()
        state, events = open_account(start.entity, start.customer_id, start.currency)
        # What earlier runs were told and answered is not in this one's memory.
        shell.begin(state.model_copy(update={"version": head, "forgotten": head}))
        for pending in shell.happen(events, SYSTEM, "start", shell.now()):
            shell.apply(shell.machine.done(pending.id, loaded), SYSTEM, pending.id, shell.now())

    async def _taken_over(self) -> bool:
        """Tell whether the workflow was reset to before it was opened, and goes on from what its log has since."""
        if self.shell.suspended:
            await self.shell.agree()
        return self.shell.version > 0

    async def _head(self) -> int:
        head: int = await ask(self.shell.clock, "log_head", workflow.info().workflow_id, answer=int)
        return head

    def _not_cancelled(self) -> None:
        """Money that is owed does not go away by a button."""
        refused = refuse(
            Code.STATE,
            "an account cannot be cancelled while money is open; credit or write off its invoices",
            "账户有未清款项时不能取消；请贷记或核销相关发票",
        )
        self.door.note("cancel", refused)

    @workflow.update(description="Send any public command of an account: {actor, command: {kind, ...}}. 提交账户命令")
    async def submit(self, envelope: Envelope) -> Answered:
        """Apply a person's command and answer when the ledger has answered."""
        return await self.door.submit(envelope)

    @submit.validator
    def check(self, envelope: Envelope) -> None:
        """Refuse what the rules do not allow; nothing enters the history."""
        self.door.check(envelope)

    @workflow.signal(description="The same as submit, durable even while no worker runs. 异步提交命令")
    def command(self, raw: RawValue) -> None:
        """Take a command in; it is checked and applied in order."""
        self.door.signalled(raw)

    @workflow.signal(description="For LTC's own workflows. 内部消息")
    def word(self, raw: RawValue) -> None:
        """Take a word of a deal in."""
        self.door.told(raw)

    @workflow.signal(dynamic=True)
    def unknown(self, name: str, args: Sequence[RawValue]) -> None:
        """Record a signal that means nothing."""
        self.door.unknown(name)

    @workflow.query(description="The whole state. 完整状态")
    def state(self) -> Account:
        """Return the whole state."""
        return self.shell.state

    @workflow.query(description="Who blocks, what comes next and why. 为何停在这里")
    def explain(self) -> Explanation:
        """Say why the account is where it is."""
        return self.shell.explain()

    @workflow.query(description="The event log's position: [version, recorded]. 记录进度")
    def progress(self) -> tuple[int, int]:
        """Return the version and how far it is recorded."""
        return self.shell.version, self.shell.recorder.recorded

    @workflow.query(description="Whether nothing is under way outside. 是否已无进行中的外部操作")
    def settled(self) -> bool:
        """Tell whether every effect is done and recorded, or waits for a person."""
        return self.shell.quiet

    @workflow.query(description="Seconds added to the workflow's clock; 0 in production. 时钟偏移（秒）")
    def clock_offset(self) -> float:
        """Return what is added to the workflow's clock."""
        return self.shell.offset.total_seconds()

    def note_broken(self, name: str, error: str) -> None:
        """Record what a signal handler raised; called by the interceptor."""
        self.door.broken(name, error)

    def note_rewound(self) -> None:
        """Have the event log asked first; called by the interceptor where the workflow begins after a reset."""
        self.shell.rewound()
