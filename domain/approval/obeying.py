"""What a person's command on an approval comes to, whoever owns the approval."""

from datetime import datetime

from domain.approval import machine, signers
from domain.approval.machine import Events
from domain.approval.requests import AddSigner, Decide, TransferSeat
from domain.approval.seats import Approval
from domain.machine import Actor


def decide_seat(approval: Approval, command: Decide, actor: Actor, now: datetime) -> Events:
    """Decide on a seat; the same decision again changes nothing and is answered as the first was."""
    return machine.decide_seat(
        approval,
        actor=actor,
        verdict=command.verdict,
        content_hash=command.content_hash,
        reason=command.reason,
        on_behalf_of=command.on_behalf_of or actor.on_behalf_of or "",
        now=now,
    )


def transfer_seat(approval: Approval, command: TransferSeat, actor: Actor) -> Events:
    """Ask whether the other person may take one's seat."""
    return signers.question(approval, actor=actor, who=command.to, purpose="transfer", reason=command.reason)


def add_signer(approval: Approval, command: AddSigner, actor: Actor) -> Events:
    """Ask whether another person may sign beside one's seat."""
    return signers.question(approval, actor=actor, who=command.who, purpose=command.position, reason="")
