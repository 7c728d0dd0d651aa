"""The couriers a number can be told to belong to, and what they are called where one asks about them.

What belongs here: names and codes. A code stands here when a published list, an official client or a recorded answer
has it; what is not established is left out, as a wrong code costs a call and answers "unknown".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Courier:
    """A courier. `api`: the adapter that asks it directly, if one is ever installed; `codes`: api of an aggregator →
    the company code there.
    """

    name: str
    api: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)


AGGREGATORS: Final = frozenset({"17track", "aftership", "easypost", "trackingmore", "shippo", "kuaidi100", "kdniao"})


def _courier(name: str, api: str = "", **codes: str) -> Courier:
    # No Python name begins with a digit.
    return Courier(name, api, {{"track17": "17track"}.get(where, where): code for where, code in codes.items()})


COURIERS: Final[Mapping[str, Courier]] = {
    # America
    "ups": _courier("UPS", "ups", track17="100002", kuaidi100="ups", aftership="ups", easypost="UPS", shippo="ups"),
    "usps": _courier(
        "USPS",
        "usps",
        track17="21051",
        kuaidi100="usps",
        aftership="usps",
        easypost="USPS",
        shippo="usps",
        trackingmore="usps",
    ),
    "fedex": _courier(
        "FedEx", "fedex", track17="100003", kuaidi100="fedex", aftership="fedex", easypost="FedEx", shippo="fedex"
    ),
    "canadapost": _courier("Canada Post", shippo="canada_post"),
    "ontrac": _courier("OnTrac"),
    "amazon": _courier("Amazon Logistics", kdniao="AMAZON", trackingmore="amazon"),
    "uniuni": _courier("UniUni"),
    "gofo": _courier("GOFO Express"),
    "speedx": _courier("SpeedX"),
    "landmark": _courier("Landmark Global"),
    # Europe and elsewhere
    "dhl": _courier("DHL Paket", "dhl", track17="7041", shippo="dhl_germany"),
    "dhlexpress": _courier(
        "DHL Express", "dhl", track17="100001", kuaidi100="dhl", shippo="dhl_express", trackingmore="dhl"
    ),
    "dhlecommerce": _courier("DHL eCommerce", "dhl", shippo="dhl_ecommerce"),
    "deutschepost": _courier("Deutsche Post / DHL", "dhl"),
    "dpd": _courier("DPD"),
    "gls": _courier("GLS"),
    "hermes": _courier("Hermes (Germany)"),
    "evri": _courier("Evri (Hermes, United Kingdom)"),
    "yodel": _courier("Yodel"),
    "parcelforce": _courier("Parcelforce"),
    "royalmail": _courier("Royal Mail", track17="11031", shippo="royal_mail", trackingmore="royal-mail"),
    "inpost": _courier("InPost"),
    "postnl": _courier("PostNL"),
    "colissimo": _courier("Colissimo (La Poste)", shippo="colissimo"),
    "correios": _courier("Correios", track17="2151"),
    "russianpost": _courier("Russian Post", aftership="russian-post"),
    "phlpost": _courier("PHLPost", trackingmore="phlpost"),
    "hongkongpost": _courier("Hongkong Post", kuaidi100="hkpost"),
    # China
    "sf": _courier("顺丰 SF Express", "sf", kuaidi100="shunfeng", kdniao="SF"),
    "yto": _courier("圆通 YTO", "yto", kuaidi100="yuantong", kdniao="YTO"),
    "zto": _courier("中通 ZTO", "zto", kuaidi100="zhongtong", kdniao="ZTO"),
    "sto": _courier("申通 STO", "sto", kuaidi100="shentong", kdniao="STO"),
    "yunda": _courier("韵达 Yunda", "yunda", kuaidi100="yunda", kdniao="YD"),
    "jt": _courier("极兔 J&T Express", "jt", kuaidi100="jtexpress", kdniao="JTSD"),
    "jd": _courier("京东物流 JD Logistics", "jd", kuaidi100="jd", kdniao="JD"),
    "ems": _courier("EMS (China)", "ems", kuaidi100="ems", kdniao="EMS"),
    "emsabroad": _courier("EMS (China, international)", "ems", kuaidi100="emsguoji"),
    "youzheng": _courier("邮政快递包裹 China Post", "ems", kuaidi100="youzhengguonei", kdniao="YZPY"),
    "chinapost": _courier(
        "中国邮政 China Post, international", track17="3011", kuaidi100="youzhengguoji", trackingmore="china-post"
    ),
    "deppon": _courier("德邦 Deppon", kuaidi100="debangkuaidi", kdniao="DBL"),
    "best": _courier("百世 Best (now 极兔)", kuaidi100="huitongkuaidi", kdniao="HTKY"),
    "tiantian": _courier("天天 TTK", kuaidi100="tiantian", kdniao="HHTT"),
    "zjs": _courier("宅急送 ZJS", kuaidi100="zhaijisong", kdniao="ZJS"),
    "uc": _courier("优速 UC", kuaidi100="youshuwuliu", kdniao="UC"),
    "danniao": _courier("丹鸟 (菜鸟速递)", kuaidi100="danniao"),
    "cainiao": _courier("菜鸟 Cainiao, cross-border"),
    "yanwen": _courier("燕文 Yanwen", track17="190012", kuaidi100="yw56"),
    "yunexpress": _courier("云途 YunExpress", kuaidi100="yuntrack"),
    "4px": _courier("递四方 4PX", kuaidi100="disifang"),
    "sunyou": _courier("顺友 SunYou"),
}
