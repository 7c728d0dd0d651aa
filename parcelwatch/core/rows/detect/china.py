"""Numbers of couriers in China, and of those who carry abroad from there.

What belongs here: forms. Hardly any of them has a check digit, the ranges were never published by those who use them,
and several couriers share some: they are what shops and aggregators have seen. So nothing here is ever certain.
"""

from __future__ import annotations

from typing import Final

from parcelwatch.core.rows.detect.forms import Form, Strength

_POSSIBLE: Final = Strength.POSSIBLE

FIRM: Final = (
    Form("sf", r"SF(?:[0-9]{12}|[0-9A-Z][0-9]{12})", "SF and 12 or 13 characters"),
    Form("yunexpress", r"YT[0-9]{16}", "YT and 16 digits"),
    Form("yto", r"YT[0-9]{13}", "YT and 13 digits"),
    Form("jt", r"JT[0-9]{13}", "JT and 13 digits"),
    Form("jd", r"JD(?:[A-Z][0-9A-Z]?[0-9]{10,12}|[0-9]{13})", "JD, up to two more characters, 10 to 13 digits"),
    Form("deppon", r"DPK[0-9]{12}", "DPK and 12 digits"),
    Form("sto", r"STO[0-9]{10}", "STO and 10 digits"),
    Form("zjs", r"ZJS[0-9]{12}", "ZJS and 12 digits"),
    Form("uc", r"VIP[0-9]{9}", "VIP and 9 digits"),
    Form("tiantian", r"TT[0-9]{13}", "TT and 13 digits", note="it closed in 2021 and went to 申通"),
    Form("youzheng", r"[GKP]A[0-9]{11}", "GA, KA or PA and 11 digits"),
    Form("cainiao", r"LP[0-9]{12,16}", "LP and 12 to 16 digits"),
    Form("cainiao", r"CNUSUP[0-9]{8,11}", "CNUSUP and 8 to 11 digits"),
    Form("4px", r"(?:4PX|FPX)[0-9]{10,16}(?:CN)?", "4PX and 10 to 16 digits"),
    Form("yanwen", r"[A-Z]{2}[0-9]{9}YP", "a postal number with YP for a country"),
    Form("sunyou", r"SY[A-Z]{2}[0-9]{8,16}", "SY, two letters and digits"),
    Form("sto", r"77[0-9]{13}", "15 digits beginning 77"),
    Form("zto", r"7[3-689][0-9]{12}", "14 digits beginning 73 to 76, 78 or 79"),
    Form("yunda", r"(?:31|39|43|46)[0-9]{11}", "13 digits beginning 31, 39, 43 or 46"),
    Form("youzheng", r"9[89][0-9]{11}", "13 digits beginning 98 or 99"),
)

LOOSE: Final = (
    Form("ems", r"1[0-2][0-9]{11}", "13 digits beginning 10, 11 or 12", _POSSIBLE),
    Form("youzheng", r"1[0-2][0-9]{11}", "13 digits beginning 10, 11 or 12", _POSSIBLE),
    Form("youzheng", r"96[0-9]{11}", "13 digits beginning 96", _POSSIBLE),
    Form("ems", r"(?:5[0-2]|9[5789])[0-9]{11}", "13 digits beginning 50 to 52, 95 or 97 to 99", _POSSIBLE),
    Form("yunda", r"[345][0-9]{12}", "13 digits beginning 3, 4 or 5", _POSSIBLE),
    Form("yunda", r"[34][0-9]{14}", "15 digits beginning 3 or 4", _POSSIBLE),
    Form("zto", r"7[12][0-9]{12}", "14 digits beginning 71 or 72", _POSSIBLE),
    Form("zto", r"43[0-9]{13}", "15 digits beginning 43", _POSSIBLE),
    Form("sto", r"(?:43|88|99)[0-9]{13}", "15 digits beginning 43, 88 or 99", _POSSIBLE),
    Form("sto", r"(?:11|22|33|40|55|66|88)[0-9]{11}", "13 digits from a range of 申通", _POSSIBLE),
    Form("best", r"77[0-9]{13}", "15 digits beginning 77", _POSSIBLE, note="rarely, beside 申通"),
    Form("danniao", r"621[0-9]{12}", "15 digits beginning 621", _POSSIBLE),
    Form("jt", r"JT[0-9]{12}", "JT and 12 digits", _POSSIBLE),
    Form("yto", r"YT(?:[0-9]{10,12}|[0-9]{14,15}|[0-9]{17,18})", "YT and 10 to 18 digits", _POSSIBLE),
    Form("yto", r"8[0-9]{17}", "18 digits beginning 8, an older number", _POSSIBLE),
    Form("yanwen", r"[A-Z][0-9]{14}", "a letter and 14 digits", _POSSIBLE),
    Form("sf", r"[0-9]{12}", "12 digits, an older number", _POSSIBLE),
    Form(
        "sto",
        r"(?:268|[3-9]68|588|638|688|888|22[0-9])[0-9]{9}",
        "12 digits from a range of 申通, an older number",
        _POSSIBLE,
    ),
    Form(
        "zto",
        r"(?:2[0-9]|3[679]|4[0-9]|5[03-7]|6[03468]|7[28]|88|9[0-68])[0-9]{10}",
        "12 digits from a range of 中通, an older number",
        _POSSIBLE,
    ),
    Form("deppon", r"[0-9]{8,10}", "8 to 10 digits, freight or an older number", _POSSIBLE),
    Form("best", r"5[0-9]{13,14}", "14 or 15 digits beginning 5", _POSSIBLE),
    Form("best", r"7[0-9]{13}", "14 digits beginning 7, an older number", _POSSIBLE),
    Form("best", r"(?:2[1-9]|3[0-9]|6[13])[0-9]{10}", "12 digits from a range of 百世, an older number", _POSSIBLE),
    Form("tiantian", r"(?:55|56|58|66|77|88)[0-9]{10}", "12 digits from a range of 天天, an older number", _POSSIBLE),
)
