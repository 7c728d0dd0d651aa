"""Hiding people in courier texts: phone and identity numbers, and the names of couriers and of whoever signed.

What belongs here: what must not be shown to anybody who only needs to know where the parcel is. Tracking numbers
and hotlines of five digits stay, and so do the companies, lockers and neighbours that say who has the parcel now;
not so in a wording, which is what the texts of many parcels have in common. `mask` hides every phone, for what is kept
or counted; `shown` leaves those that a branch or a station can be rung at, for agents and buyers; `uncoded` hides what
opens a locker, from everybody it is not for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from parcelwatch.core.texts.patterns import lazily

HIDDEN = "***"
SAME: Final = 2000
"""So many texts are kept with what became of them: couriers say the same of one parcel after the other."""

_EXTENSION = r"(?:\s?(?:[-,，#转]|转接|分机|ext\.?|x|poste|ramal|extensión)\s?\d{1,6}(?!\d|-\d))?"
_PHONES = lazily(
    r"(?<![\dA-Za-z])(?:"
    rf"(?:\+?86[- ]?|0086[- ]?)?1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}{_EXTENSION}"
    rf"|(?:[(（]0\d{{2,3}}[)）]|0\d{{2,3}})[- ]?\d{{7,8}}{_EXTENSION}"
    r"|400[- ]?\d{3}[- ]?\d{4}"
    rf"|(?:\+[1-9]\d{{0,2}}[ .()/-]{{0,2}}|00[1-9]\d{{0,2}}[ .-])\d(?:[ .()/-]{{0,2}}\d){{5,13}}{_EXTENSION}"
    r"|\(\d{2,4}\) ?\d{3,5}[- .]\d{3,4}"
    r"|(?:1[-. ])?\d{3}[-.]\d{3}[-.]\d{4}"
    r"|0\d(?:[ .]\d{2}){4}"
    r"|0\d{2,4}[ /-]\d{5,8}"
    r"|0\d{1,3}-\d{2,4}-\d{4}"
    r"|[67]\d\d \d{3} \d{3}(?! ?[A-Z]{2}\b)"
    r")(?![\dA-Za-z])"
)

# China's identity number: region, date of birth, serial number, check digit.
_IDENTITIES: Final = lazily(
    r"(?<![\dA-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)

# What is asked for at a station or typed at a locker. Only a word that says so makes a number one.
_OPENS: Final = (
    r"(?:取件|取货|取貨|提货|提貨|自提|提取|开箱|开柜|开门|验证|驗證|货架)\s?(?:码|碼|号|號|密码|密碼)",
    r"密码|密碼|凭码?|憑碼?|(?:受取|暗証|認証|解錠)(?:番号|コード)|인증번호|(?:픽업|수령)\s?(?:코드|번호)",
    r"\b(?:pick[- ]?up|collection|access|locker|opening|unlock|door|entry|secret|verification|qr)[- ]?(?:code|pin)",
    r"\b(?:pick[- ]?up|collection) number|\b(?:passcode|password|pin|otp|mtan)(?: ?code)?\b",
    r"\b(?:use|with|enter|quote|show)(?: the| your| this)? code",
    r"abhol-?(?:code|pin|nummer)|(?:zugangs|tür)-?code|(?:af|op)haal-?code|kod (?:odbioru|dostępu)",
    r"code (?:de |d['’] ?)(?:retrait|acc[eè]s|ouverture|casier)|código de (?:recogida|retirada|levantamento|ac+es+o)",
    r"codice (?:di )?(?:ritiro|apertura|sblocco)|код (?:получения|доступа)",
)
# In groups of one length, or in one piece with hyphens.
_GROUPS: Final = r"(?:\d\d(?: \d\d){1,4}|(?:\d{3} ){1,2}\d{3}|(?:\d{4} ){1,2}\d{4})(?![-\d])"
_CODE: Final = rf"(?>{_GROUPS}|[A-Za-z]{{0,3}}-?\d[A-Za-z\d]*(?:-[A-Za-z\d]+)*)"
_COLLECTING: Final = lazily(
    rf"((?:{'|'.join(_OPENS)})"
    r"(?:\s|为|為|是|は|is\b|ist\b|est\b|es\b|é\b|è\b|to\b|[:：=#\[【(（「)“\"]|\(otp\))*)"
    rf"(?<![A-Za-z\d])({_CODE})(?!年|月|日)",
    re.IGNORECASE,
)
_SHORTEST_CODE: Final = 3

# --- whose phone it is ---------------------------------------------------------------------------

_LANDLINE: Final = lazily(
    r"[(（]?(?:(?:\+|00)?86[- ]?)?(?:0(?!0)\d{2,3}[)）]?[- ]?\d{7,8}(?!\d)|[48]00[- ]?\d{3}[- ]?\d{4})"
    r"|0(?![5789]0)\d{1,3}-\d{2,4}-\d{4}"
)
_CLAUSE: Final = lazily(r"[。；;！!？?】\n]")
# Of the last of these before a phone, in its sentence, the phone is.
_WHOSE: Final = lazily(
    r"(?P<place>驿站|驛站|代收点|代收點|代收处|自提点|自提柜|快递柜|服务点|服务站|服务部|门店|門市|超市|便利店|网点|網點|分部|营业部|营业厅|营业所"
    r"|邮局|郵局|转运中心|公司|客服|投诉|站点|[店站](?!长)"
    r"|\b(?:branch|depot|hub|station|post ?office|parcel ?shop|pick-?up point|locker|customer (?:service|care)|hotline"
    r"|filiale?|paketshop|depot|agence|bureau de poste|point relais|oficina|sucursal|agência|ufficio|vestiging)\b)"
    r"|(?P<person>快递员|派件员|派送员|业务员|快件员|收派员|配送员|投递员|揽投员|揽收员|投送员|小哥|收件人|收货人|寄件人|签收人|代收人|客户|本人|买家|顾客|手机|经理|站长|店长|负责人"
    r"|配達員|配達担当|担当者|ドライバー|お届け先|受取人"
    r"|收件員|快遞員|\b(?:driver|courier|recipient|consignee|customer(?! service| care)|buyer|sender|mobile"
    r"|fahrer|zusteller|empfänger|livreur|destinataire|repartidor|destinatario|motorista|corriere)\b)",
    re.IGNORECASE,
)
_KEPT: Final = "\ue000"
_RUNG: Final = lazily(
    r"(?:联系|聯繫|致电|電聯|电联|拨打|咨询|电话|電話|热线|tel\.?|call|phone|ring|at|on|:|：)\s*[:：(（]?\s*$",
    re.IGNORECASE,
)


def _of_a_place(phone: re.Match[str]) -> bool:
    """Whether a phone is a branch's or a station's: a landline unless it is said to be a person's, else if said so."""
    said = _CLAUSE.split(phone.string[max(0, phone.start() - 60) : phone.start()])
    before = (said[-1] or said[-2] if len(said) > 1 else said[-1]) if said else ""
    owners = [found.lastgroup for found in _WHOSE.finditer(before)]
    owner = owners[-1] if owners else ""
    if _LANDLINE.match(phone[0]):
        return owner != "person"
    return owner == "place" and bool(_RUNG.search(before))


# --- people --------------------------------------------------------------------------------------

_NAME_ZH = r"[\u3400-\u9fff·]{2,4}"
_ROLE = r"(?:派件|派送|投递|快递|收件|收派|配送|业务|揽投|揽[收件]|取件|投送|扫描)(?:员|人|小哥)"
_COURIERS = lazily(
    rf"({_ROLE}(?:姓名)?\s*[:：是]?\s*[【\[]?\s*)"
    rf"({_NAME_ZH}?)(?=\s*(?:[】\]，,。；;)）(（/]|正在|已|为您|电话|手机|联系|$|{re.escape(HIDDEN)}))"
)
_POSSESSIVE = lazily(
    rf"((?:(?:[】)）]|网点|公司|分部|营业部|营业厅|服务点)\s?的"
    rf"|指定[:：])\s?)({_NAME_ZH})(?=\s*[(（]?\s*{re.escape(HIDDEN)})"
)
_IN_BRACKETS = lazily(rf"([(（/【])({_NAME_ZH})(?=\s*[,，/:：]?\s*(?:电话|手机)?[:：]?\s*{re.escape(HIDDEN)})")
_SIGNED = lazily(
    rf"((?:签收人|收件人|收货人|寄件人|代收人|簽收人)\s*(?:是|为|為)?\s*[:：]?\s*[【\[]?)({_NAME_ZH})"
    rf"(?=\s*(?:[】\]，,。；;)）(（]|签收|簽收|{re.escape(HIDDEN)}|$))"
)
_SIGNED_BY = lazily(rf"((?:已|经)?由\s?)({_NAME_ZH}?)(?=\s?(?:代?签收|代收))")
_BY = lazily(
    r"(\b(?:(?:signed(?: for)? by|received by|accepted by|left with|signé par|reçu par|réceptionné par|remise? à"
    r"|firmad[oa] por|recibid[oa] por|entregad[oa] a|assinad[oa] por|recebid[oa] por|entregue a|unterschrieben von"
    r"|angenommen von|übergeben an|quittiert von|empfangen von)\s*:?|(?:signature|signatory|signataire|driver|courier"
    r"|livreur|facteur|repartidor|cartero|recibió|carteiro|estafeta|zusteller|fahrer"
    r"|empfänger)(?: name)?\s*:)\s+)((?:(?:mr|mrs|ms|dr|m|mme|sr|sra|herr"
    r"|frau)\.?\s+)?[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){0,3})",
    re.IGNORECASE,
)

# Who may stand where a name is expected without being a person.
_NOBODY = lazily(
    r"本人|家人|他人|[寄发收][件货]人|商家|卖家|买家|仓|签收|领取|妥投|同事|朋友|邻居|门卫|保安|前台|草签|代收|收发|物业|柜|驿站|丰巢|兔喜|超市|商店|凭取|信息|单位"
    r"|公司|电话|手机|正在|派件|派送|已签|网点|中心|家门|姓名|不在|拒收|要求|地址|联系|客户|名址|改址|拒|专属|号码"
    r"|外呼|上门|店|站|室|局|[点部所处]$|^[取收派投完接未因将正已为]"
)
_NOBODY_LATIN = lazily(
    r"^(?:(?:in|at|on|for|to|by|has|is|was|will|not|we)\b|(?:\w+\s+)?(?:neighbou?rs?|recipient|receiver|consignee"
    r"|customer|addressee|agent|individual|resident|family"
    r"|reception\w*|front|mail ?room|concierge|security|office|desk|guard|locker|depot|hub|facility|courier|carrier"
    r"|sender|shipper|merchant|post|ups|usps|fedex|dhl|dpd|gls|hermes|evri|canada|australia|royal|an post|la poste"
    r"|chronopost|colissimo|mondial|correos|seur|ctt|correios|andreani|oca|amazon|access|parcel|voisin\w*|gardien\w*"
    r"|destinataire|client\w*|domicile|tiers|transporteur|vecin[oa]|destinatari[oa]|cliente|conserje|porter[oa]"
    r"|vizinh[oa]|porteiro|portaria|terceiros?|empfänger\w*|nachbarn?|hausbewohner|packstation|filiale|paketshop"
    r"|required|requested|needed|waived|name|unknown|unbekannt|loaded|arriving|electronically|obtained|on file)\b)",
    re.IGNORECASE,
)
# A name is written with capitals; after these a sentence may go on in small letters.
_SMALL = lazily(r"^[^\W\d_A-ZÀ-ÞŠŽ]")


def mask(text: str) -> str:
    """`text` with phone and identity numbers and people's names replaced by HIDDEN; all else as it was."""
    return _masked(text, lambda _: HIDDEN)


def shown(text: str) -> str:
    """The same for those who may have to ring the branch: what is a branch's or a station's phone stays."""
    places: list[str] = []

    def phone(found: re.Match[str]) -> str:
        if not _of_a_place(found):
            return HIDDEN
        places.append(found[0])
        return f"{HIDDEN}{_KEPT}"  # as if hidden, for a phone tells that what stands before it is a name

    said = _masked(text.replace(_KEPT, ""), phone)
    return re.sub(re.escape(HIDDEN) + _KEPT, lambda _: places.pop(0), said) if places else said


@lru_cache(maxsize=SAME)
def uncoded(text: str) -> str:
    """`text` with the codes that open a locker, or that a station hands a parcel out for, replaced by HIDDEN."""
    return _COLLECTING.sub(lambda code: code[1] + HIDDEN if len(code[2]) >= _SHORTEST_CODE else code[0], text)


EASTERN: Final = lazily("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
"""Han, Kana and Hangul, in which the family name comes first."""


def initials(name: str) -> str:
    """A customer's name for a chat that others read: 赵* of 赵婷, "Noah B." of Noah Brown."""
    first, *others = name.split() or [""]
    if not first:
        return ""
    if not EASTERN.search(name) and (others or first.isalpha()):
        return f"{first} {others[-1][0]}." if others else first
    return f"{first[0]}*"


def _masked(text: str, phone: Callable[[re.Match[str]], str]) -> str:
    text = _PHONES.sub(phone, _IDENTITIES.sub(HIDDEN, text))
    if not text.isascii():
        for pattern in (_POSSESSIVE, _IN_BRACKETS, _COURIERS, _SIGNED, _SIGNED_BY):
            text = pattern.sub(_hide, text)
    return _BY.sub(_hide_latin, text)


# What differs from parcel to parcel within one wording: what stands in brackets, whatever has a digit, and places.
_BRACKETS = lazily(r"([【\[（(《「])[^【\[（(《「】\]）)》」]*([】\]）)》」])")
_NUMBERS = lazily(r"(?<![A-Za-z])[A-Za-z]*\d[A-Za-z\d]*(?:[\s:./,_-]{1,3}\d[A-Za-z\d]*)*")
_PLACES_ZH = lazily(
    r"(到达|抵达|离开|发往|送往|运往|前往|派往|进入|送达|[到从由在至往])[\u3400-\u9fffA-Za-z·]{1,14}?"
    r"(转运中心|分拨中心|集散中心|处理中心|营业部|营业点|服务点|中心|网点|分部|公司|机场|口岸|仓库|驿站|站|局|仓)"
)
_PLACES_LATIN = lazily(
    r"\b((?:in|at|from|to|via|near|nach|aus|von|à|en|em|para|desde|naar|te|presso|da|w|z|do) )"
    r"[A-ZÀ-ÞŁŚŻŹĆ][\w.'-]*(?:[ ,]+[A-ZÀ-ÞŁŚŻŹĆ][\w.'-]*)*"
)
SOMETHING = "…"


def wording(text: str, place: str = "") -> str:
    """What `text` has in common with others of its wording: people, numbers, brackets' contents and places hidden.

    `place`: where the courier says it happened, which its text often repeats.
    """
    text = mask(" ".join(text.split()))
    if len(place) > 1:
        text = text.replace(place, SOMETHING)
    text = _BRACKETS.sub(rf"\1{SOMETHING}\2", text)
    text = _PLACES_ZH.sub(rf"\1{SOMETHING}\2", text)
    if not text.isupper():
        text = _PLACES_LATIN.sub(rf"\1{SOMETHING}", text)
    return _NUMBERS.sub("#", text)


def _hide(found: re.Match[str]) -> str:
    before, name = found.group(1), found.group(2)
    return found.group(0) if not name or _NOBODY.search(name) else before + HIDDEN


def _hide_latin(found: re.Match[str]) -> str:
    before, name = found.group(1), found.group(2)
    if _SMALL.match(name) or _NOBODY_LATIN.match(name):
        return found.group(0)
    return before + HIDDEN
