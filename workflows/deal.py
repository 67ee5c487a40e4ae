"""A deal, from the first lead to the last payment; the rules are in domain/deal, this file only sequences them."""

import asyncio
from collections.abc import Sequence

from pydantic import TypeAdapter
from temporalio import workflow
from temporalio.common import RawValue

from domain.deal.commands import Cancel, PublicDealCommand
from domain.deal.reading import blank
from domain.deal.state import Deal
from domain.machine import Actor, Explanation
from domain.refusal import Code, Refused, refuse
from domain.storable import cleaned
from domain.value import Value
from workflows.deal_machine import DEAL_WORDS, DealMachine
from workflows.door import Door
from workflows.messages import Answered, DealInput, Envelope
from workflows.shell import Shell
from workflows.timeouts import CAPTURED_WITHIN

LONGEST_REASON = 2000
NEVER_CAPTURED = "never captured"
_COMMANDS: TypeAdapter[Value] = TypeAdapter(PublicDealCommand)


@workflow.defn(name="Deal")
class DealWorkflow:
    """One deal; its whole state is the input of continue-as-new."""

    @workflow.init
    def __init__(self, start: DealInput) -> None:
        """Build all state here: a handler may run before the first line of `run`."""
        state = start.state or blank(start.deal_id, start.entity, start.customer, start.currency)
        self.start = start
        self.shell: Shell[Deal] = Shell(DealMachine(), state, start.clock_offset_s, start.limits)
        self.door: Door[Deal] = Door(self.shell, _COMMANDS, DEAL_WORDS)

    @workflow.run
    async def run(self, start: DealInput) -> str:
        """Sequence the deal until it is closed; returns the stage it closed in."""
        door = asyncio.create_task(self.door.serve())
        if not await self._captured():
            return NEVER_CAPTURED
        while True:
            try:
                ended = await self.shell.loop(door)
            except asyncio.CancelledError:
                if not self.shell.cancel_requested():
                    raise
                self._cancelled()
                continue
            break
        door.cancel()
        if not ended:
            state = self.shell.state
            offset_s = self.shell.offset.total_seconds()
            workflow.continue_as_new(self.start.model_copy(update={"state": state, "clock_offset_s": offset_s}))
        return self.shell.state.stage.value

    async def _captured(self) -> bool:
        """Wait for the capture: a deal whose capture was refused, or cancelled before it came, has nothing to do.

        The capture is here with the start, so the timer is not: it is let go of within the same workflow task.
        """
        try:
            await workflow.wait_condition(
                lambda: self.shell.version > 0 or self.shell.suspended, timeout=CAPTURED_WITHIN
            )
        except TimeoutError:
            return False
        if not self.shell.suspended:
            return True
        await self.shell.agree()
        return self.shell.version > 0 or await self._captured()

    def _cancelled(self) -> None:
        """The UI's Cancel button is the command `cancel`, by the console."""
        actor = Actor(id="console", roles=("ops",), via="console")
        try:
            if self.shell.suspended:
                self.door.note("cancel", refuse(Code.STATE, "its event log is at odds with it", "与事件日志不一致"))
                return
            if not self.start.limits.console:
                raise refuse(Code.AUTH, "cancel deals by the API here", "此部署请通过 API 取消商机")
            reason = workflow.cancellation_reason() or "cancelled in the Temporal UI"
            self.shell.apply(Cancel(reason=cleaned(reason)[:LONGEST_REASON]), actor, "cancel-request", self.shell.now())
        except Refused as refused:
            self.shell.refuse(refused, "cancel", "", "cancel-request", actor)

    @workflow.update(description="Send any public command of a deal: {actor, command: {kind, ...}}. 提交商机命令")
    async def submit(self, envelope: Envelope) -> Answered:
        """Apply a person's command and answer when it is recorded."""
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
        """Take a word of another workflow in."""
        self.door.told(raw)

    @workflow.signal(dynamic=True)
    def unknown(self, name: str, args: Sequence[RawValue]) -> None:
        """Record a signal that means nothing."""
        self.door.unknown(name)

    @workflow.query(description="The whole state. 完整状态")
    def state(self) -> Deal:
        """Return the whole state."""
        return self.shell.state

    @workflow.query(description="Who blocks, what comes next and why. 为何停在这里")
    def explain(self) -> Explanation:
        """Say why the deal is where it is."""
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
