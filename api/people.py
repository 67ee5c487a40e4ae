"""Whom a call names must be a person of the organisation; a salesperson changes the quotes of their own team."""

from api.callers import Caller
from api.deps import Edge
from domain.deal.requests import Assign, CreateQuote, EditQuote
from domain.ports import DealRow
from domain.refusal import Code, refuse
from domain.value import Value

_OVER_TEAMS = frozenset({"sales_manager", "ops", "admin"})


def require_person(edge: Edge, person: str | None) -> None:
    """Refuse to name somebody whom the organisation file does not have, or who has left (E_NOTFOUND).

    Nobody named is fine. Where the policy assigns openly, or the API knows no organisation, everybody may be named.
    """
    if not person or not edge.people or edge.policy is None or edge.policy.lead.assign.mode == "open":
        return
    if not any(one.id == person and one.active for one in edge.people):
        raise refuse(
            Code.NOTFOUND,
            f"the organisation has no {person}: name somebody who works here",
            f"组织中没有 {person}：请指定在职人员",
            person=person,
        )


def check_command(edge: Edge, caller: Caller, row: DealRow, command: Value) -> None:
    """Refuse to hand a deal to nobody (E_NOTFOUND), or to change the quote of another team (E_AUTH)."""
    if isinstance(command, Assign):
        require_person(edge, command.owner)
    if isinstance(command, CreateQuote | EditQuote) and not _is_near(edge, caller, row.owner):
        raise refuse(
            Code.AUTH,
            f"{caller.id} may not change a quote of {row.owner}: its owner, their team or a sales manager may",
            f"{caller.id} 无权修改 {row.owner} 的报价：仅负责人、其团队或销售经理可修改",
            owner=row.owner,
        )


def _is_near(edge: Edge, caller: Caller, owner: str) -> bool:
    if not owner or owner == caller.id or not edge.people or not _OVER_TEAMS.isdisjoint(caller.roles):
        return True
    teams = {one.id: one.team for one in edge.people}
    return bool(teams.get(owner)) and teams.get(owner) == teams.get(caller.id)
