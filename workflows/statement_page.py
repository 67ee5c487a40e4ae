"""What operations read on a statement's page in the Temporal UI."""

from domain.statements.posting import Progress


def stage(progress: Progress) -> str:
    """Name where a statement is, for searching."""
    if progress.ready or not progress.lines:
        return "statement.posting"
    return "statement.asked" if progress.asked else "statement.posted"


def summary_of(progress: Progress) -> str:
    """Say in business words what the next activity does."""
    done = progress.lines - progress.ready
    return f"Post lines {done + 1} ff. of {progress.lines} 入账" if progress.lines else "Post the first lines 入账"


def page_of(account: str, known_as: str, progress: Progress) -> str:
    """Write the page as markdown, English and 中文."""
    parts = [
        f"### Bank statement 银行对账单 {known_as}",
        f"**Account 账户** {account} · **Lines 明细** {progress.lines - progress.ready} / {progress.lines}",
        _counts(progress),
        _open(progress),
        _last(progress),
    ]
    return "\n\n".join(part for part in parts if part)


def _counts(progress: Progress) -> str:
    received = ", ".join(str(money) for money in progress.received) or "–"
    return (
        f"**Posted 已入账** {progress.posted} ({received}) · **asked 待回答** {progress.asked} · "
        f"**not of receivables 与应收无关** {progress.set_aside} · **counted before 已计入** {progress.same}"
    )


def _open(progress: Progress) -> str:
    if not progress.asked:
        return ""
    return f"**role:finance** must answer {progress.asked} 须回答: `GET /api/questions`"


def _last(progress: Progress) -> str:
    if not progress.last:
        return ""
    return "\n".join(["**Last lines 最近明细**", "", *(f"- {line}" for line in progress.last)])
