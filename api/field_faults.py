"""What is wrong with one field of a request, in both languages: the English is pydantic's, the Chinese is ours.

A sentence names the rule, never the value that was sent.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from domain.value import Misfit, Text

LONGEST = 300
OTHERWISE = "取值不符合要求"
"""What is said of a kind that pydantic has and nothing here can raise."""

ZH: Mapping[str, str] = {
    "json_invalid": "不是有效的 JSON：{error}",
    "json_type": "须为 JSON 文本",
    "recursion_loop": "不得循环引用",
    "recursion_depth_exceeded": "嵌套过深",
    "missing": "缺少必填字段",
    "extra_forbidden": "不接受此字段",
    "invalid_key": "字段名须为文本",
    "no_such_attribute": "没有此字段",
    "model_type": "须为对象",
    "model_attributes_type": "须为对象",
    "dataclass_type": "须为对象",
    "dict_type": "须为对象",
    "mapping_type": "须为对象",
    "none_required": "须为空（null）",
    "greater_than": "须大于 {gt}",
    "greater_than_equal": "须大于或等于 {ge}",
    "less_than": "须小于 {lt}",
    "less_than_equal": "须小于或等于 {le}",
    "multiple_of": "须为 {multiple_of} 的倍数",
    "finite_number": "须为有限数值",
    "too_short": "至少须有 {min_length} 项",
    "too_long": "最多可有 {max_length} 项",
    "string_type": "须为文本",
    "string_unicode": "须为有效的 Unicode 文本",
    "string_too_short": "至少须有 {min_length} 个字符",
    "string_too_long": "最多可有 {max_length} 个字符",
    "string_pattern_mismatch": "须符合格式 {pattern}",
    "string_not_ascii": "仅可使用 ASCII 字符",
    "enum": "须为 {expected}",
    "literal_error": "须为 {expected}",
    "list_type": "须为列表",
    "tuple_type": "须为列表",
    "set_type": "须为列表",
    "frozen_set_type": "须为列表",
    "iterable_type": "须为列表",
    "bool_type": "须为 true 或 false",
    "bool_parsing": "须为 true 或 false",
    "int_type": "须为整数",
    "int_parsing": "须为整数",
    "int_parsing_size": "整数位数过多",
    "int_from_float": "须为整数，不得有小数部分",
    "float_type": "须为数值",
    "float_parsing": "须为数值",
    "decimal_type": "须为十进制数",
    "decimal_parsing": "须为十进制数",
    "decimal_max_digits": "总位数最多为 {max_digits}",
    "decimal_max_places": "小数位数最多为 {decimal_places}",
    "decimal_whole_digits": "整数位数最多为 {whole_digits}",
    "bytes_type": "须为字节数据",
    "bytes_too_short": "至少须有 {min_length} 字节",
    "bytes_too_long": "最多可有 {max_length} 字节",
    "bytes_invalid_encoding": "须为有效的 {encoding} 数据",
    "value_error": "取值无效：{error}",
    "assertion_error": "取值无效：{error}",
    "date_type": "须为日期（YYYY-MM-DD）",
    "date_parsing": "须为有效的日期（YYYY-MM-DD）",
    "date_from_datetime_parsing": "须为有效的日期（YYYY-MM-DD）",
    "date_from_datetime_inexact": "须为日期，不得带有时间",
    "date_past": "须为过去的日期",
    "date_future": "须为将来的日期",
    "time_type": "须为时间",
    "time_parsing": "须为有效的时间",
    "datetime_type": "须为日期时间（ISO 8601）",
    "datetime_parsing": "须为有效的日期时间（ISO 8601）",
    "datetime_from_date_parsing": "须为有效的日期时间（ISO 8601）",
    "datetime_object_invalid": "须为有效的日期时间（ISO 8601）",
    "datetime_past": "须为过去的时间",
    "datetime_future": "须为将来的时间",
    "timezone_naive": "不得带有时区",
    "timezone_aware": "须带有时区",
    "timezone_offset": "时区偏移不符合要求",
    "time_delta_type": "须为时长",
    "time_delta_parsing": "须为有效的时长",
    "union_tag_invalid": "{discriminator} 须为以下之一：{expected_tags}",
    "union_tag_not_found": "缺少用于区分类型的字段 {discriminator}",
    "url_type": "须为网址",
    "url_parsing": "须为有效的网址",
    "url_syntax_violation": "须为有效的网址",
    "url_too_long": "网址最多可有 {max_length} 个字符",
    "url_scheme": "网址须以 {expected_schemes} 开头",
    "uuid_type": "须为 UUID",
    "uuid_parsing": "须为有效的 UUID",
    "uuid_version": "须为版本 {expected_version} 的 UUID",
}


class FieldFault(NamedTuple):
    """A field, by its path, and what is wrong with it."""

    field: str
    why: Text


def fault_of(found: Mapping[str, Any]) -> FieldFault:
    """Return what pydantic found of one field."""
    field = ".".join(str(part) for part in found["loc"]) or "body"
    context, cause = found.get("ctx", {}), found.get("ctx", {}).get("error")
    said = {name: str(value) for name, value in context.items()}
    if isinstance(cause, Misfit):
        said["error"] = cause.text.zh
    zh = ZH.get(str(found["type"]), OTHERWISE)
    return FieldFault(field, Text(en=_printable(str(found["msg"])), zh=_printable(zh.format_map(said))))


def _printable(text: str) -> str:
    """Return a text that can be written as UTF-8, whatever was sent."""
    return text.encode(errors="replace").decode()[:LONGEST]
