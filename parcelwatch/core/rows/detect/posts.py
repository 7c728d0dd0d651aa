"""International postal numbers: two letters, nine digits, two letters (the postal union's standard S10).

What belongs here: which post a number of this form belongs to, and what its first letter says. The last two letters
name the country of the post that gave the number, the ninth digit checks the eight before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from parcelwatch.core.rows.detect.checks import s10
from parcelwatch.core.rows.detect.forms import Match, Strength

_FORM: Final = re.compile(r"(?P<service>[A-Z]{2})(?P<body>[0-9]{8})(?P<check>[0-9])(?P<country>[A-Z]{2})")

OTHERS: Final = "post:"
"""What the key of a post begins with that has no codes of its own; its country follows."""

KNOWN: Final[Mapping[str, str]] = {
    "US": "usps",
    "CN": "chinapost",
    "DE": "deutschepost",
    "GB": "royalmail",
    "CA": "canadapost",
    "BR": "correios",
    "HK": "hongkongpost",
    "RU": "russianpost",
    "PH": "phlpost",
}
"""Country → key of companies.COURIERS."""

NAMES: Final[Mapping[str, str]] = {
    "AE": "Emirates Post",
    "AR": "Correo Argentino",
    "AT": "Österreichische Post",
    "AU": "Australia Post",
    "BE": "bpost",
    "BY": "Belpochta",
    "CH": "Swiss Post",
    "CL": "Correos Chile",
    "CZ": "Česká pošta",
    "DK": "PostNord (Denmark)",
    "EE": "Omniva",
    "ES": "Correos",
    "FI": "Posti",
    "FR": "La Poste",
    "GR": "Hellenic Post",
    "HR": "Croatian Post",
    "HU": "Magyar Posta",
    "ID": "Pos Indonesia",
    "IE": "An Post",
    "IL": "Israel Post",
    "IN": "India Post",
    "IT": "Poste Italiane",
    "JP": "Japan Post",
    "KR": "Korea Post",
    "KZ": "Kazpost",
    "LT": "Lietuvos paštas",
    "LV": "Latvijas Pasts",
    "MX": "Correos de México",
    "MY": "Pos Malaysia",
    "NL": "PostNL",
    "NO": "Posten Norge",
    "NZ": "New Zealand Post",
    "PL": "Poczta Polska",
    "PT": "CTT",
    "RO": "Poșta Română",
    "RS": "Pošta Srbije",
    "SA": "Saudi Post",
    "SE": "PostNord (Sweden)",
    "SG": "Singapore Post",
    "SI": "Pošta Slovenije",
    "SK": "Slovenská pošta",
    "TH": "Thailand Post",
    "TR": "PTT",
    "TW": "Chunghwa Post",
    "UA": "Ukrposhta",
    "UZ": "Uzbekistan Post",
    "VN": "Vietnam Post",
    "ZA": "South African Post Office",
}
"""Country → the name of its post, where people know it by one."""

_CODES: Final = (
    "AD AE AF AG AI AL AM AO AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI "
    "CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI "
    "GL GM GN GP GQ GR GT GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY "
    "KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI "
    "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PT PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR "
    "SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VN VU WF WS YE YT ZA "
    "ZM ZW "
)
_COUNTRIES: Final = frozenset(_CODES.split())

_SERVICES: Final[Mapping[str, str]] = {
    "C": "a parcel",
    "E": "express mail (EMS)",
    "H": "an e-commerce parcel",
    "L": "a letter that is tracked",
    "M": "a bag of printed matter",
    "Q": "a business reply",
    "R": "a registered letter",
    "U": "a letter, often not tracked",
    "V": "an insured letter",
}
_ELSE: Final = "a service of its own"


def find(number: str) -> Match | None:
    """Whose postal number this is; None when it is none."""
    match = _FORM.fullmatch(number)
    if match is None or match["country"] not in _COUNTRIES:
        return None
    service, country = match["service"], match["country"]
    shape = f"an international postal number: {service} is {_SERVICES.get(service[0], _ELSE)}, {country} the country"
    right, written = s10(match["body"]), match["check"]
    courier = _post(service, country)
    if right != written:
        evidence = f"{shape}, but the check digit is {written} where {right} would be right"
        return Match(courier, Strength.FITS, evidence, wrong=True)
    return Match(courier, Strength.CERTAIN, f"{shape}, and the check digit {written} is right", checked=True)


def _post(service: str, country: str) -> str:
    if country == "CN" and service[0] == "E":
        return "emsabroad"
    return KNOWN.get(country, OTHERS + country)
