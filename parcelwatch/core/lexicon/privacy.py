"""Hiding people in courier texts: phone numbers, and the names of couriers and of whoever signed.

What belongs here: what must not be shown to anybody who only needs to know where the parcel is. Tracking numbers
and hotlines of five digits stay.
"""

from __future__ import annotations

import re

HIDDEN = "***"

_PHONES = re.compile(
    r"(?<![\dA-Za-z])(?:"
    r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?:[-,，转]\d{1,6})?"
    r"|0\d{2,3}[- ]?\d{7,8}(?:-\d{1,6})?"
    r"|400[- ]?\d{3}[- ]?\d{4}"
    r"|\+\d{1,3}[ \d()/-]{6,16}\d"
    r")(?![\dA-Za-z])"
)
_NAME = r"[\u3400-\u9fff·]{2,4}"
_COURIERS = re.compile(
    r"((?:派件|派送|投递|快递|收件|收派|配送|业务|揽[收件]|取件)(?:员|人|小哥)\s*[:：是]?\s*[【\[]?\s*)"
    rf"({_NAME}?)(?=\s*(?:[】\]，,。；;)）(（/]|正在|已|为您|电话|手机|联系|$|{re.escape(HIDDEN)}))"
)
_POSSESSIVE = re.compile(rf"((?:】|网点|公司|分部|营业部|服务点)的)({_NAME})(?=\s*[(（]?\s*{re.escape(HIDDEN)})")
_IN_BRACKETS = re.compile(rf"([(（/])({_NAME})(?=\s*[,，/:：]?\s*(?:电话|手机)?[:：]?\s*{re.escape(HIDDEN)})")
_SIGNED = re.compile(rf"(签收人\s*(?:是|为)?\s*[:：]?\s*[【\[]?)({_NAME})(?=\s*(?:[】\]，,。；;)）]|签收|$))")
_SIGNED_EN = re.compile(r"(\bsigned (?:for )?by:?\s+)([A-Z][\w.'-]*(?:\s+[A-Z][\w.'-]*){0,3})", re.IGNORECASE)

# Who may stand where a name is expected without being a person.
_NOBODY = re.compile(
    r"本人|家人|他人|同事|朋友|邻居|门卫|保安|前台|草签|代收|收发|物业|柜|驿站|丰巢|兔喜|超市|商店|凭取|信息|单位"
    r"|公司|电话|手机|正在|派件|派送|已签"
)


def mask(text: str) -> str:
    """`text` with phone numbers and people's names replaced by HIDDEN; all else as it was."""
    text = _PHONES.sub(HIDDEN, text)
    if text.isascii():
        return _SIGNED_EN.sub(_hide, text)
    for pattern in (_POSSESSIVE, _IN_BRACKETS, _COURIERS, _SIGNED, _SIGNED_EN):
        text = pattern.sub(_hide, text)
    return text


def _hide(found: re.Match[str]) -> str:
    before, name = found.group(1), found.group(2)
    return found.group(0) if not name or _NOBODY.search(name) else before + HIDDEN
