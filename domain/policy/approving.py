"""Who must approve what: every rule that fires adds its step; nothing is approved by silence."""

from typing import Literal

from pydantic import Field

from domain.approval.seats import SubjectKind
from domain.policy.forms import Amounts, BasisPoints, Condition, Name
from domain.span import BusinessSpan, Span
from domain.terms import RequestKind
from domain.value import Strict


class Seating(Strict):
    """Whose votes count, and how many of them it takes.

    Attributes:
        seats: one role for each seat; who asked never sits there.
        needed: ``any`` seat (或签), ``all`` of them (会签), or how many.
    """

    seats: tuple[Name, ...] = Field(min_length=1)
    needed: int | Literal["any", "all"] = "any"

    @property
    def enough(self) -> int:
        """How many seats must approve."""
        if self.needed == "any":
            return 1
        return len(self.seats) if self.needed == "all" else self.needed


class ApprovalRule(Seating):
    """One rule of the matrix.

    Attributes:
        rank: steps of lower rank come first; equal ranks run side by side.
        when: the condition; an absent or mistyped input makes the rule fire.
        of: the kinds of subject it looks at.
    """

    id: Name
    rank: int = Field(ge=0)
    when: Condition
    of: tuple[SubjectKind, ...] = Field(default=("quote",), min_length=1)

    def looks_at(self, kind: SubjectKind) -> bool:
        """Tell whether the rule is asked about a kind of subject.

        What an amendment would make of the order is given away as in a quote: its rules are asked again.
        """
        kinds = {"quote", "amendment"} if kind == "amendment" else {kind}
        return not kinds.isdisjoint(self.of)


class DelegationRules(Strict):
    """How far a delegation (委托) reaches.

    Attributes:
        max_hops: how many delegations in a row are followed; 0 follows none.
        same_authority: the delegate must have authority of their own: the seat's role, or one asked at a later step
            (for money that holds in any case), and a limit that reaches the amount.
    """

    max_hops: int = Field(default=3, ge=0, le=3)
    same_authority: bool = True


class ApprovalRules(Strict):
    """Rules of all approvals; see `domain.terms.ApprovalTerms` for the clock and what a breach does.

    Who asked, owns the deal or edited the prices never decides (A1): that is no option.

    Attributes:
        fallback_role: who decides where a seat, and the managers above it, have nobody; none leaves it stuck.
    """

    sla: BusinessSpan | None = None
    warn_at_bp: tuple[BasisPoints, ...] = ()
    on_breach: Literal["none", "add", "reassign"] = "add"
    breach_again: Literal["return", "ops"] = "ops"
    max_age: Span | None = None
    reapproval: Literal["envelope", "full"] = "envelope"
    carry_same_person: bool = True
    signer_depth: int = Field(default=1, ge=0, le=5)
    recall_by_owner: bool = True
    delegation: DelegationRules = DelegationRules()
    fallback_role: Name | None = None
    matrix: tuple[ApprovalRule, ...] = ()


class AmountRule(Seating):
    """One tier: who must agree above an amount.

    Attributes:
        over: the largest amount that needs nobody of this tier; without a rate into an account's currency it is zero.
    """

    id: Name
    over: Amounts


class AccountApprovals(Strict):
    """What of an account's money takes two people, by tiers, the lowest first; the clock is that of ``approvals``.

    Attributes:
        write_off: of an invoice, with what was written off of it before.
        credit: a credit note, or a dispute accepted, with what was credited of the invoice before.
        refund: of a receipt, with what was refunded of it before.
        claim: a receipt that is said to be another customer's, also by who answers a question of the bank.
        receipt: money that a person says came in; what a bank's file or a verified webhook reports needs nobody.
        reversal: money that a person says bounced, with what was reversed of the receipt before; as above.
        hand_over: what is open of an account, to an agency or a lawyer.
        plan: a payment plan beyond the bounds of ``dunning.plan``, of any amount; within them nobody is asked.
        exchange: money exchanged at a stated rate that is farther off the known one than ``exchange.stated_bp``, or
            with none to compare, of any amount; without tiers it is refused. At a known rate nobody is asked.
    """

    write_off: tuple[AmountRule, ...] = ()
    credit: tuple[AmountRule, ...] = ()
    refund: tuple[AmountRule, ...] = ()
    claim: tuple[AmountRule, ...] = ()
    receipt: tuple[AmountRule, ...] = ()
    reversal: tuple[AmountRule, ...] = ()
    hand_over: tuple[AmountRule, ...] = ()
    plan: tuple[AmountRule, ...] = ()
    exchange: tuple[AmountRule, ...] = ()

    def of(self, kind: RequestKind) -> tuple[AmountRule, ...]:
        """Return the tiers of a kind."""
        tiers: tuple[AmountRule, ...] = getattr(self, kind)
        return tiers
