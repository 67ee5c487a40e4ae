"""Parts of a process that LTC does not run yet: a policy that names one is refused, so that nobody relies on it."""

_LATER: dict[str, frozenset[str]] = {
    "": frozenset(
        {
            "conformance", "csat", "documents", "effective", "fx", "kpi", "money", "notify", "owner",
            "payments", "reclassify", "retention", "tests", "version",
        }
    ),
    "approvals": frozenset({"auto_approve_on_timeout", "break_glass", "channels", "other", "recall"}),
    "approvals.matrix": frozenset({"low_risk"}),
    "billing": frozenset({"delivery", "documents", "issue", "numbering"}),
    "billing.schedules": frozenset({"kind", "every", "anchor", "when", "proration"}),
    "classes": frozenset({"approval_discount_bonus", "deposit_min", "require_role"}),
    "commission": frozenset({"hold_days", "pay", "split"}),
    "contract": frozenset({"esign", "nonstandard_clause_library", "sign", "templates"}),
    "dunning.contact": frozenset({"channels"}),
    "dunning.dispute": frozenset({"auto_reject_after", "owner", "partial", "sla"}),
    "dunning.ladders.levels": frozenset({"do"}),
    "dunning.promise": frozenset({"self_service"}),
    "fulfilment": frozenset({"late_alert", "milestones", "partial", "proof"}),
    "lead": frozenset({"follow_up", "recycle", "required"}),
    "opportunity": frozenset({"triad_required_over"}),
    "opportunity.stages": frozenset({"gate"}),
    "order": frozenset({"amend", "cancel", "confirm_sla"}),
    "quote": frozenset({"accept", "cpq", "floor", "material", "revalidate_on"}),
}  # fmt: skip
_NAMED = frozenset({"billing.schedules", "dunning.ladders", "terms", "lead.slas", "entities", "calendars"})


def is_later(path: tuple[str | int, ...]) -> bool:
    """Tell whether a key belongs to a part that a later version runs; positions and free names are skipped."""
    section: list[str] = []
    named = False
    for key in path[:-1]:
        if isinstance(key, int):
            continue
        if not named and ".".join(section) in _NAMED:
            named = True
            continue
        section.append(key)
        named = False
    return str(path[-1]) in _LATER.get(".".join(section), frozenset())
