"""Identifiers of the Chinese tax world, checked as far as they check themselves."""

import re

from domain.value import Text

# GB 32100: no I, O, S, V, Z, which are read as digits.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_CODE = re.compile(f"[{_ALPHABET}]{{18}}")
_FISCAL_NUMBER = re.compile("[0-9]{20}")
_CONFIRMATION = re.compile("[0-9]{16}|[0-9]{20}")


def check_character(body: str) -> str:
    """Return the 18th character of a 统一社会信用代码 from its first 17 (GB 32100: weights 3ⁿ, modulo 31)."""
    added = sum(_ALPHABET.index(character) * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return _ALPHABET[-added % 31]


def credit_code_fault(code: str) -> Text | None:
    """Say what is wrong with a 统一社会信用代码, none if nothing is."""
    if _CODE.fullmatch(code) is None:
        return Text(
            en=f"{code!r} is no credit code: 18 digits and capitals without I, O, S, V, Z",
            zh=f"{code!r} 不是统一社会信用代码：应为 18 位数字或大写字母（不含 I、O、S、V、Z）",
        )
    expected = check_character(code[:-1])
    if code[-1] != expected:
        return Text(
            en=f"{code} ends in {code[-1]}, its check digit is {expected}: a character is mistyped",
            zh=f"{code} 的末位为 {code[-1]}，校验码应为 {expected}：请核对是否有误",
        )
    return None


def fiscal_number_fault(number: str) -> Text | None:
    """Say what is wrong with a 数电票号码 (20 digits: year 2, region 2, channel 1, sequence 15), none if nothing is."""
    if _FISCAL_NUMBER.fullmatch(number) is None:
        return Text(en=f"{number!r} is no fiscal number: 20 digits", zh=f"{number!r} 不是数电票号码：应为 20 位数字")
    return None


def confirmation_fault(number: str) -> Text | None:
    """Say what is wrong with a 红字确认单编号 (20 digits; of the old system 16), none if nothing is."""
    if _CONFIRMATION.fullmatch(number) is None:
        return Text(
            en=f"{number!r} is no red-letter confirmation: 20 digits, 16 of the old system",
            zh=f"{number!r} 不是红字确认单编号：应为 20 位数字（旧系统信息表为 16 位）",
        )
    return None
