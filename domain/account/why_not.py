"""Why an account does not take a command now, in one sentence that is true where it is."""

from domain.account.reading import has_open_request
from domain.account.state import Account
from domain.value import Text

_NOTHING_OPEN = Text(en="nothing is open", zh="没有未清款项")
_NO_CASH = Text(en="no cash of this account is unapplied", zh="本账户没有未核销款")
_NOTHING_PARKED = Text(en="nothing waits for attention", zh="没有待处理的失败操作")
_ALWAYS: dict[str, Text] = {
    **dict.fromkeys(("dispute", "promise", "plan", "write_off"), _NOTHING_OPEN),
    **dict.fromkeys(("allocate", "refund", "exchange"), _NO_CASH),
    **dict.fromkeys(("retry_effect", "skip_effect"), _NOTHING_PARKED),
    "resolve": Text(en="nothing is disputed", zh="没有争议款项"),
    "withdraw_promise": Text(en="no promise stands", zh="没有有效的付款承诺"),
    "withdraw_plan": Text(en="no payment plan stands", zh="没有有效的分期还款计划"),
    "lift_hold": Text(en="no person has set a hold", zh="没有人工设置的冻结"),
    "resume_dunning": Text(en="letters are not stopped", zh="催收未暂停"),
    "release_hold": Text(en="no order or delivery is held back", zh="没有被冻结的订单或交付"),
    "say_refund": Text(en="of no refund the outcome is unknown", zh="没有结果未知的退款"),
}


def why_not(account: Account, kind: str) -> Text:
    """Return why a public command that the account's table refuses cannot be taken now."""
    if not account.loaded:
        return Text(en="the account is still being read, try again in a moment", zh="账户正在读取，请稍后再试")
    if kind in _ALWAYS:
        return _ALWAYS[kind]
    match kind:
        case "pause_dunning":
            reason = account.pause.reason if account.pause is not None else ""
            return Text(en=f"letters are stopped already ({reason})", zh=f"催收已暂停（{reason}）")
        case "set_hold":
            reason = account.hold.reason if account.hold is not None else ""
            return Text(en=f"a person has set a hold already ({reason})", zh=f"已有人工设置的冻结（{reason}）")
        case "hand_over":
            return _handed_over(account)
        case "say_notice":
            return _notice(account)
        case "decide" | "add_signer" | "recall" | "transfer_seat" if not has_open_request(account):
            return Text(en="nothing is being approved", zh="没有待决的审批")
        case _:
            raise AssertionError(f"{kind} is refused for a reason that is not named: name it here")


def _handed_over(account: Account) -> Text:
    if account.handed_over:
        return Text(en="the account is handed over for collection already", zh="账户已移交催收")
    return _NOTHING_OPEN


def _notice(account: Account) -> Text:
    if account.in_hand is None:
        return Text(en="no letter or call waits for a person", zh="没有等待人工处理的信函或电话")
    return Text(en="what became of it is said already", zh="其结果已登记")
