"""The couriers there are, and what each is called: by people, and where one asks about it.

What belongs here: names and codes, and finding one by the other. A code stands here when a published list, an official
client or a recorded answer has it; what is not established is left out, as a wrong code costs a call and answers
"unknown".
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final

from parcelwatch.errors import BadInput


@dataclass(frozen=True, slots=True)
class Courier:
    """A courier. `codes`: api of an aggregator → the company code there; `also`: what else people call it."""

    name: str
    codes: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    def short(self, language: str = "en") -> str:
        """What people who speak a language call it: 申通 or STO."""
        plain = _BRACKETS.sub("", self.name).strip()
        words = plain.split()
        chinese = " ".join(word for word in words if _HAN.search(word))
        other = " ".join(word for word in words if not _HAN.search(word)).partition(",")[0]
        return (chinese if language.startswith("zh") else other) or plain


AGGREGATORS: Final = frozenset(
    {"17track", "aftership", "easypost", "trackingmore", "shippo", "kuaidi100", "kdniao", "cainiao"}
)
# How those write their codes that have more of them than stand here. What is none of the others' here is a slip.
_FORMS: Final = {
    "17track": "[0-9]{1,9}",
    "easypost": "[A-Za-z][A-Za-z0-9_-]{1,39}",
    "cainiao": "[A-Z][A-Z0-9_-]{1,29}",
    **dict.fromkeys(("aftership", "shippo", "trackingmore"), "[A-Za-z0-9][A-Za-z0-9_-]{1,39}"),
}
_AS_IT_IS: Final = "code:"

_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_BRACKETS: Final = re.compile(r"[(（][^)）]*[)）]")
_BETWEEN: Final = re.compile(r"[\W_]+")
_NEAR: Final = 0.75
_SLIP: Final = 0.85
# What a name may end with and mean the same. 快运, 国际 and 同城 are not among them: those are others' names.
_ENDINGS: Final = (
    "股份有限公司",
    "有限公司",
    "速递",
    "快递",
    "速运",
    "物流",
    "快件",
    "配送",
    "速遞",
    "速運",
    "快遞",
    "express",
    "logistics",
    "courier",
)


# Signs of couriers' names, each with those that are typed for it: written the old way, or of the same sound.
_TYPED_FOR: Final = (
    "丰豐风封锋峰枫",
    "顺順",
    "圆圓元原园源缘员",
    "中忠钟终众",
    "申神深伸身绅",
    "通同童统桐",
    "韵韻运云晕蕴",
    "达達大答打",
    "极極急即及集级",
    "兔免吐图",
    "德得的",
    "邦帮棒",
    "百白佰柏",
    "世事市势",
    "京惊经晶",
    "东東冬",
    "邮郵由油游",
    "政正证",
    "优優悠尤",
    "速素",
    "丹单",
    "鸟乌",
)
_SOUNDS: Final = str.maketrans({sign: signs[0] for signs in _TYPED_FOR for sign in signs})


def _courier(name: str, also: str = "", **codes: str) -> Courier:
    # No Python name begins with a digit.
    called = {{"track17": "17track"}.get(where, where): code for where, code in codes.items()}
    return Courier(name, called, tuple(also.split("|")) if also else ())


COURIERS: Final[Mapping[str, Courier]] = {
    # America
    "ups": _courier(
        "UPS",
        track17="100002",
        kuaidi100="ups",
        aftership="ups",
        easypost="UPS",
        shippo="ups",
        also="United Parcel Service|联合包裹",
    ),
    "usps": _courier(
        "USPS",
        track17="21051",
        kuaidi100="usps",
        aftership="usps",
        easypost="USPS",
        shippo="usps",
        trackingmore="usps",
        also="United States Postal Service|US Postal Service|U.S. Postal Service|美国邮政",
    ),
    "fedex": _courier(
        "FedEx",
        track17="100003",
        kuaidi100="fedex",
        aftership="fedex",
        easypost="FedEx",
        shippo="fedex",
        also="联邦快递|联邦|Federal Express",
    ),
    "canadapost": _courier("Canada Post", shippo="canada_post", also="Postes Canada"),
    "ontrac": _courier("OnTrac"),
    "amazon": _courier(
        "Amazon Logistics", kdniao="AMAZON", trackingmore="amazon", also="Amazon|AMZL|亚马逊物流|亚马逊"
    ),
    "uniuni": _courier("UniUni"),
    "gofo": _courier("GOFO Express"),
    "speedx": _courier("SpeedX"),
    "landmark": _courier("Landmark Global"),
    # Europe and elsewhere
    "dhl": _courier(
        "DHL Paket", track17="7041", shippo="dhl_germany", also="DHL|DHL Parcel Germany|DHL Parcel|DHL德国"
    ),
    "dhlexpress": _courier(
        "DHL Express",
        track17="100001",
        kuaidi100="dhl",
        shippo="dhl_express",
        trackingmore="dhl",
        also="DHL|DHL全球|DHL中国",
    ),
    "dhlecommerce": _courier("DHL eCommerce", shippo="dhl_ecommerce", also="DHL eCommerce Asia|DHL Global Mail"),
    "deutschepost": _courier("Deutsche Post / DHL"),
    "dpd": _courier("DPD"),
    "gls": _courier("GLS"),
    "hermes": _courier("Hermes (Germany)", also="MyHermes"),
    "evri": _courier("Evri (Hermes, United Kingdom)"),
    "yodel": _courier("Yodel"),
    "parcelforce": _courier("Parcelforce"),
    "royalmail": _courier(
        "Royal Mail", track17="11031", shippo="royal_mail", trackingmore="royal-mail", also="英国皇家邮政"
    ),
    "inpost": _courier("InPost"),
    "postnl": _courier("PostNL"),
    "colissimo": _courier("Colissimo (La Poste)", shippo="colissimo", also="La Poste|La Poste Colissimo"),
    "correios": _courier("Correios", track17="2151", also="Correios Brasil|巴西邮政"),
    "russianpost": _courier("Russian Post", aftership="russian-post", also="Почта России|俄罗斯邮政"),
    "auspost": _courier("Australia Post", also="AusPost|澳大利亚邮政"),
    "phlpost": _courier("PHLPost", trackingmore="phlpost"),
    "hongkongpost": _courier("Hongkong Post", kuaidi100="hkpost", also="香港邮政|Hong Kong Post"),
    # China
    "sf": _courier(
        "顺丰 SF Express", kuaidi100="shunfeng", kdniao="SF", cainiao="SF", also="順豐|顺丰标快|顺丰特快|ShunFeng"
    ),
    "yto": _courier("圆通 YTO", kuaidi100="yuantong", kdniao="YTO", cainiao="YTO", also="YuanTong"),
    "zto": _courier("中通 ZTO", kuaidi100="zhongtong", kdniao="ZTO", cainiao="ZTO", also="ZhongTong"),
    "sto": _courier("申通 STO", kuaidi100="shentong", kdniao="STO", cainiao="STO", also="ShenTong"),
    "yunda": _courier("韵达 Yunda", kuaidi100="yunda", kdniao="YD", cainiao="YUNDA", also="韵达|韵达速运"),
    "jt": _courier("极兔 J&T Express", kuaidi100="jtexpress", kdniao="JTSD", also="极兔|J&T|JT Express|J&T快递"),
    "jd": _courier(
        "京东物流 JD Logistics", kuaidi100="jd", kdniao="JD", also="京东|JD|京东快递|京东配送|京东标快|京东特快"
    ),
    "ems": _courier(
        "EMS (China)",
        kuaidi100="ems",
        kdniao="EMS",
        also="EMS|邮政EMS|中国邮政EMS|EMS经济快递|EMS标准快递|邮政特快专递|邮政速递|China EMS",
    ),
    "emsabroad": _courier("EMS (China, international)", kuaidi100="emsguoji", also="EMS国际|国际EMS|EMS-国际件"),
    "youzheng": _courier(
        "邮政快递包裹 China Post",
        kuaidi100="youzhengguonei",
        kdniao="YZPY",
        also="邮政|中国邮政|邮政包裹|邮政小包|邮政国内小包|China Post",
    ),
    "chinapost": _courier(
        "中国邮政 China Post, international",
        track17="3011",
        kuaidi100="youzhengguoji",
        trackingmore="china-post",
        also="中国邮政国际|邮政国际包裹",
    ),
    "deppon": _courier("德邦 Deppon", kuaidi100="debangkuaidi", kdniao="DBL", also="德邦|DB|Deppon Express"),
    "best": _courier(
        "百世 Best (now 极兔)", kuaidi100="huitongkuaidi", kdniao="HTKY", also="百世|百世汇通|汇通|BEST|BEST Express"
    ),
    "tiantian": _courier("天天 TTK", kuaidi100="tiantian", kdniao="HHTT", also="天天|TTK"),
    "zjs": _courier("宅急送 ZJS", kuaidi100="zhaijisong", kdniao="ZJS", also="宅急送"),
    "uc": _courier("优速 UC", kuaidi100="youshuwuliu", kdniao="UC", also="优速|UC"),
    "danniao": _courier("丹鸟 (菜鸟速递)", kuaidi100="danniao", also="菜鸟|菜鸟直送|丹鸟"),
    "cainiao": _courier("菜鸟 Cainiao, cross-border"),
    "yanwen": _courier("燕文 Yanwen", track17="190012", kuaidi100="yw56"),
    "yunexpress": _courier("云途 YunExpress", kuaidi100="yuntrack", also="云途|YunTu"),
    "4px": _courier("递四方 4PX", kuaidi100="disifang"),
    "sunyou": _courier("顺友 SunYou"),
    # Known by name and code only: nobody says what their numbers look like.
    "sffreight": _courier("顺丰快运 SF Freight", kuaidi100="shunfengkuaiyun"),
    "sfcold": _courier("顺丰冷运 SF Cold Chain", also="顺丰冷链", kuaidi100="shunfenglengyun"),
    "fengwang": _courier("丰网 Fengwang", kuaidi100="fengwang"),
    "ztofreight": _courier("中通快运 ZTO Freight", kuaidi100="zhongtongkuaiyun"),
    "ztoabroad": _courier("中通国际 ZTO International", kuaidi100="zhongtongguoji"),
    "ytoabroad": _courier("圆通国际 YTO International", kuaidi100="yuantongguoji"),
    "yundafreight": _courier("韵达快运 Yunda Freight", kuaidi100="yundakuaiyun"),
    "jdfreight": _courier("京东快运 JD Freight", kuaidi100="jingdongkuaiyun"),
    "jtabroad": _courier("极兔国际 J&T International", kuaidi100="jet"),
    "debangwuliu": _courier("德邦快运 Deppon Freight", kuaidi100="debangwuliu"),
    "emsparcel": _courier("EMS包裹", kuaidi100="emsbg"),
    "youzhengbk": _courier("邮政标快", also="邮政标准快递|邮政快递", kuaidi100="youzhengbk"),
    "youzhengdsbk": _courier("邮政电商标快", also="EYB", kuaidi100="youzhengdsbk"),
    "chinapostsite": _courier("China Post (chinapost)", kuaidi100="chinapost"),
    "kuayue": _courier("跨越 Kuayue", also="KYE", kuaidi100="kuayue"),
    "anneng": _courier("安能 ANE", also="安能快运", kuaidi100="annengwuliu"),
    "rrs": _courier("日日顺 RRS", kuaidi100="rrs"),
    "suning": _courier("苏宁 Suning", kuaidi100="suning"),
    "zhongyou": _courier("众邮 Zhongyou", kuaidi100="zhongyouex"),
    "aliexpress": _courier("无忧 AliExpress", also="AliExpress无忧物流", kuaidi100="aliexpress"),
    "dhlabroad": _courier("DHL (国际件)", kuaidi100="dhlen"),
    "upsabroad": _courier("UPS (国际件)", kuaidi100="upsen"),
    "fedexcn": _courier("FedEx China", also="联邦快递国内", kuaidi100="fedexcn"),
    "gto": _courier("国通 GTO", kdniao="GTO"),
    "quanfeng": _courier("全峰 QFKD", kdniao="QFKD"),
    "kuaijie": _courier("快捷 FAST", kdniao="FAST"),
}


# --- finding -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Company:
    """What a text says about the courier behind an aggregator. `code`: "" when it says nothing of use there.

    `doubt`: what to tell whoever wrote it, in a sentence.
    """

    code: str
    doubt: str = ""


@lru_cache(maxsize=1024)
def company(api: str, text: str) -> Company:
    """The code an aggregator knows a courier by that is written as a code, here or elsewhere, or as people call it.

    Raises BadInput for one that is not known, with the one that was meant. What is written "code:xyz" is xyz.
    An API that is no aggregator takes any text.
    """
    if text.lower().startswith(_AS_IT_IS):
        return Company(text[len(_AS_IT_IS) :].strip())
    if not text or api not in AGGREGATORS:
        return Company(text)
    if own := _own(api).get(text.casefold()):
        return Company(own)
    known = keys_called(text)
    codes = {COURIERS[key].codes[api]: key for key in known if api in COURIERS[key].codes}
    if len(codes) == 1:
        return Company(next(iter(codes)))
    if codes:
        each = ", ".join(f"{code} ({COURIERS[key].name})" for code, key in codes.items())
        return Company("", f"company {text[:40]!r} may be {each}; it is left out until you write which")
    if _unfamiliar(api, text):
        return Company(
            text, "" if text.isdigit() else f"company {text!r} is taken as {api}'s code: it is not known here"
        )
    if known:
        name = COURIERS[known[0]].name
        doubt = f"company {text[:40]!r}: what {api} calls {name} is not known here, so it is left out"
        return Company("", f"{doubt}; {_HOW}")
    raise BadInput(f"company {text[:40]!r} is not known for {api}{_meant(api, text)}; {_HOW}")


def _unfamiliar(api: str, text: str) -> bool:
    """It is written as the API's codes are, and no slip of the pen makes it out of one that is known."""
    written = api in _FORMS and re.fullmatch(_FORMS[api], text)
    return bool(written) and not _near(api, text, _SLIP)


def called(api: str, code: str, language: str = "en") -> str:
    """What people call the courier that has a code at an API: 申通 or STO for shentong. The code itself if unknown."""
    key = key_of(api, code)
    return COURIERS[key].short(language) if key else code


def key_of(api: str, code: str) -> str:
    """The key in COURIERS of the courier that has a code at an API, "" if unknown."""
    return _keys(api).get(code.casefold(), "")


_HOW: Final = f"if you know its code there, write {_AS_IT_IS}CODE"


def key(courier: Courier) -> str:
    """The key in COURIERS of one of them."""
    return next(key for key, each in COURIERS.items() if each is courier)


def alike(one: str, other: str) -> bool:
    """Whether two names are one but for capitals, signs, blanks and what stands in brackets."""
    return _plain(one) == _plain(other)


def keys(text: str) -> list[str]:
    """The keys in COURIERS of what people, or any API, call so."""
    return [text] if text in COURIERS else keys_called(text) if text else []


def _near(api: str, text: str, cutoff: float = _NEAR) -> Courier | None:
    """The courier that was meant, if one is near: by a typing error, or by more than its name."""
    plain, known = _plain(text), _shown(api)
    found = difflib.get_close_matches(plain, known, n=1, cutoff=cutoff)
    longer = [name for name in known if _HAN.search(name) and plain.startswith(name)]
    named = found or [max(longer, key=len)] if found or longer else _one_sign_off(_stem(plain), known)
    return known[named[0]] if named else None


def _one_sign_off(plain: str, known: Mapping[str, Courier]) -> list[str]:
    """The names of which one Chinese sign is written wrongly: that sound alike, else where only one courier has any.

    So short a name is too far off for what finds typing errors by how much is alike.
    """
    alike = [name for name in known if _sound(name) == _sound(plain)] if _HAN.search(plain) else []
    off = [name for name in known if _HAN.match(name) and len(name) == len(plain) > 1 and _differing(name, plain) == 1]
    return alike or (off if len({id(known[name]) for name in off}) == 1 else [])


def _differing(one: str, other: str) -> int:
    return sum(sign != its for sign, its in zip(one, other, strict=True))


def _sound(name: str) -> str:
    return name.translate(_SOUNDS)


def _meant(api: str, text: str) -> str:
    found = _near(api, text)
    return f' (did you mean "{found.codes[api]}", {found.name}?)' if found else ""


@cache
def _own(api: str) -> Mapping[str, str]:
    """The codes of one API by themselves, however they are written."""
    return {each.codes[api].casefold(): each.codes[api] for each in COURIERS.values() if api in each.codes}


@cache
def _keys(api: str) -> Mapping[str, str]:
    """Code at one API → key of COURIERS; of several the first."""
    return {each.codes[api].casefold(): key for key, each in reversed(tuple(COURIERS.items())) if api in each.codes}


@cache
def _shown(api: str) -> Mapping[str, Courier]:
    """What can be meant at one API: every name and code, plain."""
    having = [each for each in COURIERS.values() if api in each.codes]
    return {_plain(name): each for each in having for name in (*_names(each), each.codes[api])}


def keys_called(text: str) -> list[str]:
    """The keys of the couriers that people or any API call so."""
    plain = _plain(text)
    return _index().get(plain) or _index().get(_stem(plain)) or []


@cache
def _index() -> Mapping[str, list[str]]:
    """Name, plain → the keys of those it may mean; a code only where it is nobody's name."""
    names: dict[str, list[str]] = {}
    codes: dict[str, list[str]] = {}
    for key, each in COURIERS.items():
        called = {_plain(name) for name in _names(each)}
        for name in called | {_stem(name) for name in called}:
            names.setdefault(name, []).append(key)
        for code in {_plain(code) for code in each.codes.values()}:
            codes.setdefault(code, []).append(key)
    return codes | names


def _names(courier: Courier) -> Iterable[str]:
    return (courier.name, courier.short("en"), courier.short("zh"), *courier.also)


def _plain(text: str) -> str:
    """A name without capitals, signs, blanks and what stands in brackets."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _BETWEEN.sub("", _BRACKETS.sub("", plain)) or _BETWEEN.sub("", plain)


def _stem(plain: str) -> str:
    """圆通 of 圆通速递, sto of stoexpress."""
    ending = next((each for each in _ENDINGS if plain.endswith(each) and len(plain) > len(each) + 1), "")
    return _stem(plain.removesuffix(ending)) if ending else plain
