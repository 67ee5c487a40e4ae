"""Units as people write them, and their codes in UN/ECE Recommendation 20."""

ONE = "C62"
"""A unit of count that is nothing more special; the code where no other is known."""
_NAMES = {
    "C62": "piece pieces pcs pc unit units item items license licence licenses licences 个 件 台 套 份 张 只 次 项",
    "HUR": "hour hours h 小时 工时",
    "DAY": "day days 天 日 人天",
    "WEE": "week weeks 周",
    "MON": "month months 月 个月",
    "ANN": "year years 年",
    "KGM": "kg kilogram kilograms 千克 公斤",
    "GRM": "g gram grams 克",
    "TNE": "t tonne tonnes 吨",
    "MTR": "m metre metres meter meters 米",
    "KMT": "km kilometre kilometres kilometer kilometers 千米 公里",
    "MTK": "m2 m² sqm 平方米",
    "MTQ": "m3 m³ 立方米",
    "LTR": "l litre litres liter liters 升",
    "KWH": "kwh 千瓦时 度",
    "SET": "set sets",
    "LS": "lump lump-sum 总价",
}
_CODES = {name: code for code, names in _NAMES.items() for name in names.split()}


def unit_code(written: str) -> str | None:
    """Return the code of a unit, of one for no unit at all, and none for a unit that is not known."""
    return _CODES.get(written.strip().lower()) if written.strip() else ONE
