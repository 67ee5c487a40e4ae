"""Every timeout and retry of the shell, each with its reason; no other file has one."""

from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

from workflows.messages import Limits

LEDGER = frozenset(
    {
        "open_deal",
        "assign_lead",
        "resolve_approval",
        "check_signer",
        "extend_calendar",
        "check_credit",
        "issue_invoice",
        "credit_invoice",
        "cancel_billing",
        "open_receivable",
        "tell_deal",
        "tell_account",
        "tell_hold",
        "load_case",
        "refresh_case",
        "import_invoice",
        "apply_receipt",
        "allocate_receipt",
        "unallocate_receipt",
        "reverse_receipt",
        "move_receipt",
        "take_over_receipt",
        "open_dispute",
        "resolve_dispute",
        "make_promise",
        "make_plan",
        "end_promise",
        "end_plan",
        "propose_write_off",
        "judge_promise",
        "write_off",
        "credit_note",
        "skip_level",
        "hand_over",
        "record_notice",
        "take_refund",
        "settle_refund",
        "exchange_receipt",
        "undo_receipt_exchange",
    }
)
"""Effects on LTC's own database and workflows: an outage there is waited out, however long, never asked of a person."""

DATA_ATTEMPTS = 3
"""Our own database refuses data (a key that is taken, a number too large) as often as it is asked: it is asked again
only because another may have been about to take that data away, and then a person is, who sees the effect parked."""

LOCAL = frozenset(
    {
        "open_deal",
        "assign_lead",
        "resolve_approval",
        "check_signer",
        "extend_calendar",
        "check_credit",
        "load_case",
        "refresh_case",
        "open_receivable",
        "tell_deal",
        "tell_account",
    }
)
"""Questions to our own tables, and words to our own workflows: a local activity costs one event instead of six. They
move no money and send no mail; one that fails is tried again as a normal activity."""

SPARED_TIMER = timedelta(days=1)
"""A timer that rings within this time is not replaced by a later one: it costs an action less, and at most a task."""

CAPTURED_WITHIN = timedelta(minutes=10)
"""A deal that was started without a capture, or whose capture was refused, ends after this time and leaves nothing."""

RECORD_LOCAL = timedelta(seconds=2)
"""A local activity blocks the workflow task: far above one transaction, far below the limit of ten seconds."""

REFUSALS = frozenset({"RecordGap", "RecordConflict"})
"""What the log says when facts do not follow its end, or when it has others: only a person can mend that."""

RECORD_PATIENCE = timedelta(hours=1)
"""An outage of the database that lasts longer is shown to operations; a shorter one mends itself before they look."""

LONGEST_ACTIVITY = timedelta(seconds=30)
"""A killed worker's activity is tried again after this long: the longest time until a deal resumes by itself."""


def record_options() -> dict[str, Any]:
    """Options of the local activity that records facts: one try, since the fallback waits for the database."""
    return {
        "start_to_close_timeout": RECORD_LOCAL,
        "schedule_to_close_timeout": RECORD_LOCAL,
        "retry_policy": RetryPolicy(maximum_attempts=1),
    }


def record_fallback_options() -> dict[str, Any]:
    """Options of the normal activity that records facts while the database is away: for ever."""
    return {
        "start_to_close_timeout": LONGEST_ACTIVITY,
        "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10)),
    }


def record_patience(limits: Limits) -> timedelta:
    """Return how long an outage of the database is waited out in silence."""
    return timedelta(seconds=limits.record_patience_s) or RECORD_PATIENCE


def away_record_options(limits: Limits) -> dict[str, Any]:
    """Options of the activity that records while the database is away: until a person should know, or it refuses."""
    return late_record_options(limits) | {"schedule_to_close_timeout": record_patience(limits)}


def late_record_options(limits: Limits) -> dict[str, Any]:
    """Options of the activity that records when a person has been told that it takes long: for ever, unless refused."""
    policy = RetryPolicy(
        initial_interval=timedelta(seconds=1),
        maximum_interval=timedelta(seconds=10),
        non_retryable_error_types=sorted(REFUSALS),
    )
    return {"start_to_close_timeout": LONGEST_ACTIVITY, "retry_policy": policy}


def refused_record_options(limits: Limits) -> dict[str, Any]:
    """Options of the activity that records what the log refused: for ever, since the database may be restored."""
    policy = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
    return {"start_to_close_timeout": LONGEST_ACTIVITY, "retry_policy": policy}


def statement_options() -> dict[str, Any]:
    """Options of posting some lines of a bank statement: each line heartbeats, so that a killed one is soon done again.

    Every line is an update of an account, which may wait for a database that is away: for ever, then.
    """
    return {
        "start_to_close_timeout": timedelta(minutes=15),
        "heartbeat_timeout": LONGEST_ACTIVITY * 2,
        "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10)),
    }


def effect_options(kind: str, limits: Limits) -> dict[str, Any]:
    """Options of an effect: our own database for ever, an outside party for as long as the limits say."""
    if kind in LEDGER:
        return record_fallback_options()
    return {
        "start_to_close_timeout": LONGEST_ACTIVITY,
        "schedule_to_close_timeout": timedelta(seconds=limits.vendor_patience_s),
        "retry_policy": RetryPolicy(
            initial_interval=timedelta(seconds=1),
            maximum_interval=timedelta(minutes=5),
            maximum_attempts=limits.vendor_attempts,
        ),
    }
