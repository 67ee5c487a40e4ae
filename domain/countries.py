"""The countries that there are, as their codes: facts, as in tzdata 2026.6 and the validation rules of EN 16931."""

from domain.value import Misfit

ISO_3166 = frozenset(
    {
        "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB",
        "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY",
        "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX",
        "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK",
        "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS",
        "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR",
        "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA",
        "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
        "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE",
        "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM",
        "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG",
        "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF",
        "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY",
        "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW",
    }
)  # fmt: skip
"""The 249 assigned alpha-2 codes of ISO 3166-1; tests hold them to the time zone database and to rule BR-CL-14."""
KOSOVO = "XK"
"""Not assigned, but in use by the European Commission, banks and customs."""
COUNTRIES = ISO_3166 | {KOSOVO}
_IN_EN_16931 = {KOSOVO: "1A"}
"""The code list of EN 16931 (BR-CL-14), as validated here, has its own code where ISO has none; ``EL`` begins Greek VAT
identifiers only."""


def country_in_invoice(code: str) -> str:
    """Return the code of a country as an electronic invoice by EN 16931 has it."""
    return _IN_EN_16931.get(code, code)


def known_country(code: str) -> str:
    """Return the code of a country, or an empty one as it is.

    Raises:
        Misfit: there is no such country.
    """
    if code and code not in COUNTRIES:
        raise Misfit("is no country of ISO 3166, e.g. CN, DE, GR, GB", "不是 ISO 3166 的国家代码，例如 CN、DE、GR、GB")
    return code
