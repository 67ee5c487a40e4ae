"""What cancelling a deal would do can be looked at from log and ledger alone, with no server running."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from commands.data_folder import DataDir, settings_in
from connectors.policy_files.loading import load
from domain.cancellation import CancellationPreview
from domain.deal.requests import Cancel
from domain.money import Money
from domain.refusal import Refused
from domain.value import Text
from mendable import Mendable, WrongCall
from settings import Settings
from simulation.clocks import wall
from storage.database import Database
from storage.queries.cancellations import Company, previewed

app = typer.Typer()


@app.command("cancellation", epilog="Example: ./ltc cancellation D-20260907-4X2K --delivered credited")
def cancellation(
    deal: Annotated[str, typer.Argument(help="The deal's id.")],
    delivered: Annotated[str, typer.Option(help="owed, or credited: what becomes of what was delivered.")] = "owed",
    paid_part: Annotated[str, typer.Option(help="unapplied, or refund: what becomes of what was paid.")] = "unapplied",
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, amounts in minor units.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Show the credit notes, what becomes of paid money, what commission is taken back, and what stops."""
    if delivered not in ("owed", "credited"):
        raise WrongCall(f"{delivered!r} is not known; write --delivered owed or --delivered credited")
    if paid_part not in ("unapplied", "refund"):
        raise WrongCall(f"{paid_part!r} is not known; write --paid-part unapplied or --paid-part refund")
    if language.lower().split("-")[0] not in ("en", "zh"):
        raise WrongCall(f"{language!r} is not spoken here; write --language en or --language zh")
    command = Cancel.model_validate({"reason": "preview", "delivered": delivered, "paid_part": paid_part})
    found = asyncio.run(_read(settings_in(data_dir), deal, command, language))
    if as_json:
        typer.echo(found.model_dump_json())
        return
    for line in told(found):
        Console().print(escape(line.of(language)), highlight=False, soft_wrap=True)


async def _read(settings: Settings, deal_id: str, command: Cancel, language: str) -> CancellationPreview:
    loaded = load(settings.policy_file)
    company = Company(loaded.policy, loaded.org.people)
    async with Database(settings.database_url) as database:
        try:
            return await previewed(database, deal_id, command, wall(), company)
        except Refused as refused:
            raise Mendable(f"{refused.code}: {refused.text.of(language)}") from refused


def told(preview: CancellationPreview) -> Iterator[Text]:
    """Yield what a cancellation would do, line by line in both languages."""
    currency = preview.credited.currency

    def money(minor: int) -> str:
        return str(Money(minor=minor, currency=currency))

    for credit in preview.credits:
        red = f"; red letter of {credit.fiscal_number}" if credit.fiscal_number else ""
        red_zh = f"；需开具红字发票（原票 {credit.fiscal_number}）" if credit.fiscal_number else ""
        yield Text(
            en=f"credit {credit.number}: {credit.amount} (open {money(credit.offset_minor)}, paid "
            f"{money(credit.released_minor)}, deposit {money(credit.restored_minor)}){red}",
            zh=f"红冲 {credit.number}：{credit.amount}（未清 {money(credit.offset_minor)}，已付 "
            f"{money(credit.released_minor)}，预付款 {money(credit.restored_minor)}）{red_zh}",
        )
    for one in preview.released:
        name = f"{one.source}/{one.external_id}" + (f" ({one.payer})" if one.payer else "")
        back = preview.paid_part == "refund"
        yield Text(
            en=f"{'paid back' if back else 'unapplied again'}: {money(one.minor)} of {name}",
            zh=f"{'退还' if back else '恢复为未核销'}：{name} 的 {money(one.minor)}",
        )
    yield from _unbilled(preview)
    yield from _stopped(preview)
    for taken in preview.clawback:
        yield Text(en=f"commission of {taken.person}: {taken.change}", zh=f"{taken.person} 的提成变动：{taken.change}")
    yield Text(
        en=f"credited {preview.credited}; still owed {preview.owed}",
        zh=f"红冲合计 {preview.credited}；客户仍欠 {preview.owed}",
    )
    yield from _asked(preview)
    yield Text(en=f"content hash {preview.content_hash}", zh=f"内容哈希 {preview.content_hash}")


def _unbilled(preview: CancellationPreview) -> Iterator[Text]:
    """Yield what becomes of what was delivered and is not billed."""
    for bill in preview.billed:
        payable = Money(minor=bill.gross.minor - bill.deducted_minor, currency=bill.gross.currency)
        yield Text(
            en=f"bill what was delivered: {bill.gross}, to be paid {payable}",
            zh=f"开具已交付部分发票：{bill.gross}，应付 {payable}",
        )
    if preview.forgone is not None and preview.forgone.minor:
        yield Text(
            en=f"give up what was delivered and not billed: {preview.forgone}",
            zh=f"放弃已交付未开票部分：{preview.forgone}",
        )


def _asked(preview: CancellationPreview) -> Iterator[Text]:
    for ask in preview.asks:
        who = f" ({', '.join(ask.roles)})" if ask.roles else ""
        gives_up = preview.forgone is not None and preview.forgone.minor > 0
        credit = ("give up", "放弃或红冲") if gives_up else ("credit", "红冲")
        en, zh = credit if ask.kind == "credit" else ("pay back", "退款")
        yield Text(
            en=f"a second person{who} must agree to {en} {ask.amount}: one may do up to {ask.over} alone",
            zh=f"{zh} {ask.amount} 须由第二人{who}审批：单人权限为 {ask.over}",
        )


def _stopped(preview: CancellationPreview) -> Iterator[Text]:
    stopped = preview.stopped
    for line in stopped.deliveries:
        yield Text(
            en=f"no more delivery of line {line.position}: {line.quantity}",
            zh=f"第 {line.position} 行不再交付：{line.quantity}",
        )
    for item in (*stopped.billing, *stopped.recurring):
        yield Text(en=f"no more billing of {item}", zh=f"不再开票：{item}")
