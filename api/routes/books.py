"""What the books say as a whole, for whoever closes a month."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.callers import Caller
from api.deps import CallerDep, EdgeDep, Filter, caller_of
from domain.commission.fold import commission
from domain.commission.statement import CommissionStatement, statement
from domain.receivables.journal import TrialBalance
from domain.refusal import Code, refuse
from storage.queries.commission import commission_facts
from storage.queries.journal import trial_balance

SEES_ALL = frozenset({"finance", "sales_manager", "ops", "admin"})
"""Whoever has none of these roles sees their own commission only."""
router = APIRouter(tags=["books"], dependencies=[Depends(caller_of)])
Day = Annotated[date | None, Query(description="At the end of this day; nothing for all that is posted. 截止日")]
Currency = Annotated[str, Query(pattern=r"^([A-Z]{3})?$", description="Only this currency. 币种")]


@router.get("/api/trial-balance", summary="What every account comes to; debits equal credits. 试算平衡表")
async def read_trial_balance(
    edge: EdgeDep, caller: CallerDep, entity: Filter = "", currency: Currency = "", on: Day = None
) -> TrialBalance:
    """Add up all postings by legal entity, currency and account."""
    lines = await edge.database.read(trial_balance, caller.entity_of(entity), currency, on)
    return TrialBalance(on=on, lines=lines)


@router.get("/api/commission", summary="What salespeople earned and what was taken back. 提成")
async def read_commission(
    edge: EdgeDep,
    caller: CallerDep,
    agent: Filter = "",
    entity: Filter = "",
    since: Annotated[date | None, Query(alias="from", description="The first day. 起始日")] = None,
    until: Annotated[date | None, Query(alias="to", description="The last day. 截止日")] = None,
) -> CommissionStatement:
    """Reckon it anew from the ledger by the rules of the policy; lines are there for one agent, totals for all."""
    own, who = caller.entity_of(entity), _agent(caller, agent)
    policy = edge.policy
    if policy is None or not policy.commission.rules:
        raise refuse(
            Code.STATE,
            "the policy has no commission rules: write commission.rules",
            "制度中没有提成规则：请填写 commission.rules",
        )
    facts = await edge.database.read(commission_facts, policy, edge.people, own)
    lines = commission(facts.sales, facts.changes, policy.commission.rules)
    found = statement(lines, policy.id, since, until, who)
    return found if who else found.model_copy(update={"lines": ()})


def _agent(caller: Caller, asked: str) -> str:
    """Return whose commission is shown, empty for everybody's; another's is not for everybody (E_AUTH)."""
    if not SEES_ALL.isdisjoint(caller.roles):
        return asked
    if asked not in ("", caller.id):
        names = ", ".join(sorted(SEES_ALL))
        raise refuse(
            Code.AUTH,
            f"you see your own commission; that of others needs one of the roles {names}",
            f"您只能查看自己的提成；查看他人的提成需要以下角色之一：{names}",
            needed=names,
        )
    return caller.id
