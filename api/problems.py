"""Every answer that is not a success is an RFC 9457 problem: a code, a sentence, and what would mend it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from api.field_faults import FieldFault
from domain.refusal import Code, Detail
from domain.value import Text, Value


class Fault(StrEnum):
    """What can be wrong with a request before any rule is asked."""

    REQUEST = "E_REQUEST"
    KEY = "E_KEY"
    METHOD = "E_METHOD"
    SIZE = "E_SIZE"
    BODY = "E_BODY"
    AWAY = "E_AWAY"
    BUG = "E_BUG"


class Meaning(NamedTuple):
    """What a code means everywhere: its HTTP status, its title, and how one goes on."""

    status: int
    title: Text
    mend: Text


def _meaning(status: int, en: str, zh: str, mend_en: str, mend_zh: str) -> Meaning:
    return Meaning(status, Text(en=en, zh=zh), Text(en=mend_en, zh=mend_zh))


MEANINGS: Mapping[Code | Fault, Meaning] = {
    Code.STATE: _meaning(
        409, "Not allowed at this stage", "当前阶段不允许",
        "The sentence says what is possible; of a deal, GET /api/deals/{id}/commands lists it.",
        "说明中列出可执行的操作；商机可用 GET /api/deals/{id}/commands 查看。",
    ),
    Code.STALE: _meaning(
        409, "Something newer is there", "内容已有更新",
        "Read it again and send the current version or content hash.", "请重新读取，并使用最新的版本号或内容哈希。",
    ),
    Code.IDEM: _meaning(
        409, "This key was used with other content", "该幂等键已用于其他内容",
        "Send the first content again, or use a new Idempotency-Key.", "请重发原内容，或换用新的 Idempotency-Key。",
    ),
    Code.AUTH: _meaning(
        403, "Not permitted", "没有权限",
        "Ask somebody whom the sentence names, or use their key.", "请由说明中所列的人员办理，或使用其密钥。",
    ),
    Code.SOD: _meaning(
        403, "Separation of duties", "职责分离",
        "Somebody who neither asked for it nor priced it must decide.", "须由非申请人、非定价人的其他人员审批。",
    ),
    Code.GATE: _meaning(
        409, "Something is missing", "条件不满足",
        "Give or do what the sentence names, then send it again.", "请按说明补充或完成后重新提交。",
    ),
    Code.LIMIT: _meaning(
        409, "Above the limit", "超出权限额度",
        "Stay within the limit that the sentence names. Only where it is a person's authority to decide, somebody with "
        "a higher one may.",
        "请勿超过说明中的限额；仅当限额为个人审批权限时，可由额度更高的人员办理。",
    ),
    Code.CREDIT: _meaning(
        409, "Credit does not allow it", "信用不允许",
        "Take a deposit, or let somebody with the role credit release it.", "请先收取定金，或由信用管理人员放行。",
    ),
    Code.EXPIRED: _meaning(
        409, "It has expired", "已过期",
        "Issue a new version and go on with that.", "请出具新版本后继续。",
    ),
    Code.AMOUNT: _meaning(
        409, "The amount does not fit", "金额不符",
        "Send what the sentence allows: it names the most or the sum that it may be, or its form. Money is sent in "
        "whole minor units (cents, fen).",
        "请按说明中的上限、合计或格式更正；金额以最小货币单位（分）的整数提交。",
    ),
    Code.CCY: _meaning(
        409, "The currency does not fit", "币种不符",
        "Use the currency named in the details.", "请使用所列币种。",
    ),
    Code.PERIOD: _meaning(
        409, "The period is closed", "会计期间已关闭",
        "Use a date in an open period.", "请使用未关闭期间内的日期。",
    ),
    Code.HOLD: _meaning(
        409, "It is on hold", "已暂停",
        "Release the hold first.", "请先解除暂停。",
    ),
    Code.DECIDED: _meaning(
        409, "It has been decided", "已作出决定",
        "What was decided or answered first stands. If it must change, ask anew for what was decided, or undo what the "
        "answer did.",
        "以首次决定或答复为准；如需变更，请重新发起，或撤销答复所做的处理。",
    ),
    Code.NOTFOUND: _meaning(
        404, "Not found", "未找到",
        "Check the id; lists show what your key may see.", "请核对编号；列表会显示您有权查看的内容。",
    ),
    Fault.REQUEST: _meaning(
        400, "The request cannot be read", "请求无法识别",
        "Correct the header or parameter named.", "请更正所指出的请求头或参数。",
    ),
    Fault.KEY: _meaning(
        401, "Not authenticated", "未通过身份验证",
        "Send 'Authorization: Bearer KEY' with a key of './ltc keys create'.",
        "请发送 'Authorization: Bearer KEY'，密钥由 './ltc keys create' 生成。",
    ),
    Fault.METHOD: _meaning(
        405, "No such method here", "不支持该方法",
        "The header Allow names the methods.", "请参照响应头 Allow。",
    ),
    Fault.SIZE: _meaning(
        413, "Too large", "内容过大",
        "Send less than the limit named in the details.", "请勿超过所列上限。",
    ),
    Fault.BODY: _meaning(
        422, "The body does not fit", "请求内容不合要求",
        "The details name each field and what is wrong with it.", "详情逐项列出有误的字段。",
    ),
    Fault.AWAY: _meaning(
        503, "A part of LTC is away", "系统部分不可用",
        "Send the same again with the same Idempotency-Key: nothing is done twice.",
        "请使用同一 Idempotency-Key 稍后重发，不会重复执行。",
    ),
    Fault.BUG: _meaning(
        500, "A fault of ours", "系统故障",
        "Send it again later; the log of the API has the cause.", "请稍后重试；原因见 API 日志。",
    ),
}  # fmt: skip
"""The one table from a code to its HTTP status; a refusal that is not listed cannot exist."""


class Problem(Value):
    """A problem document, in the caller's language.

    Attributes:
        type: a page that explains the code.
        code: the refusal's code, or what was wrong with the request.
        detail: what happened, in one sentence.
        mend: what would make it pass.
        details: the facts behind it.
        instance: the path that was asked.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    mend: str
    details: tuple[Detail, ...] = ()
    instance: str


class Rejected(Exception):
    """A request that never reached a rule.

    Attributes:
        fault: what was wrong with it.
        text: the sentence for the caller.
        details: the facts behind it.
        headers: what HTTP wants to be said with the status.
        fields: what is wrong with single fields, told as details in the caller's language.
    """

    def __init__(
        self,
        fault: Fault,
        text: Text,
        details: tuple[Detail, ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
        fields: tuple[FieldFault, ...] = (),
    ) -> None:
        super().__init__(f"{fault}: {text.en}")
        self.fault = fault
        self.text = text
        self.details = details
        self.headers = headers
        self.fields = fields


def reject(fault: Fault, en: str, zh: str, **details: object) -> Rejected:
    """Build the `Rejected` to raise, with its sentence in both languages."""
    headers: tuple[tuple[str, str], ...] = ()
    if fault is Fault.KEY:
        headers = (("WWW-Authenticate", "Bearer"),)
    if fault is Fault.AWAY:
        headers = (("Retry-After", "2"),)
    return Rejected(fault, Text(en=en, zh=zh), tuple(Detail(name=k, value=str(v)) for k, v in details.items()), headers)
