"""Who and what generated worlds are made of: invented people and shops, real cities, numbers of the usual look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

Route = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """Who carries: the code its API knows it by, how its numbers look, and the routes it serves."""

    code: str
    number: Callable[[Random], str]
    routes: tuple[Route, ...]
    origin: str
    destination: str
    service: str = ""
    wants_phone: bool = False


@dataclass(frozen=True, slots=True)
class Shop:
    name: str
    prefix: str


def _digits(random: Random, count: int) -> str:
    return "".join(random.choices("0123456789", k=count))


def _prefixed(prefix: str, count: int) -> Callable[[Random], str]:
    return lambda random: prefix + _digits(random, count)


def _postal(letters: str, country: str) -> Callable[[Random], str]:
    """A number as the world's posts write it, check digit included."""

    def number(random: Random) -> str:
        serial = _digits(random, 8)
        rest = (
            11 - sum(weight * int(digit) for weight, digit in zip((8, 6, 4, 2, 3, 5, 9, 7), serial, strict=True)) % 11
        )
        return f"{letters}{serial}{ {10: 0, 11: 5}.get(rest, rest) }{country}"

    return number


GERMAN: tuple[Route, ...] = (
    ("Hamburg, DE", "Hannover, DE", "Kassel, DE", "München, DE"),
    ("Leipzig, DE", "Nürnberg, DE", "Stuttgart, DE"),
    ("Köln, DE", "Dortmund, DE", "Berlin, DE"),
    ("Bremen, DE", "Erfurt, DE", "Dresden, DE"),
)
AIR: tuple[Route, ...] = (("Shenzhen, CN", "Hong Kong, HK", "Leipzig, DE", "Frankfurt, DE"),)
TO_AMERICA: tuple[Route, ...] = (
    ("Shenzhen, CN", "Guangzhou, CN", "New York, US", "Boston, US"),
    ("Yiwu, CN", "Shanghai, CN", "Newark, US", "Philadelphia, US"),
)
TO_BRITAIN: tuple[Route, ...] = (
    ("Dongguan, CN", "Guangzhou, CN", "London, GB", "Leeds, GB"),
    ("Hangzhou, CN", "Shanghai, CN", "London, GB", "Bristol, GB"),
)
CHINESE: tuple[Route, ...] = (
    ("杭州市", "上海市", "南京市", "北京市"),
    ("广州市", "长沙市", "武汉市", "郑州市"),
    ("深圳市", "广州市", "成都市"),
    ("义乌市", "杭州市", "郑州市", "西安市"),
)

COMPANIES: Mapping[str, tuple[Company, ...]] = {
    "dhl": (
        Company("", _prefixed("00340434", 12), GERMAN, "DE", "DE", "parcel-de"),
        Company("", _prefixed("00340434", 12), GERMAN, "DE", "DE", "parcel-de"),
        Company("", _prefixed("74", 8), AIR, "CN", "DE", "express"),
    ),
    "17track": (
        Company("3011", _postal("LX", "CN"), TO_AMERICA, "CN", "US"),
        Company("190012", _postal("UY", "CN"), TO_BRITAIN, "CN", "GB"),
        Company("3011", _postal("RB", "CN"), TO_BRITAIN, "CN", "GB"),
    ),
    "kuaidi100": (
        Company("yuantong", _prefixed("YT", 13), CHINESE, "CN", "CN"),
        Company("yunda", _prefixed("43", 13), CHINESE, "CN", "CN"),
        Company("shentong", _prefixed("77", 13), CHINESE, "CN", "CN"),
        Company("jtexpress", _prefixed("JT", 13), CHINESE, "CN", "CN"),
        Company("zhongtong", _prefixed("78", 12), CHINESE, "CN", "CN", wants_phone=True),
        Company("shunfeng", _prefixed("SF", 13), CHINESE, "CN", "CN", wants_phone=True),
    ),
}

SHOPS: Mapping[str, Shop] = {
    "dhl": Shop("Lindenhof Lights", "LH"),
    "17track": Shop("Paper Crane Goods", "PC"),
    "kuaidi100": Shop("竹间杂货铺", "ZJ"),
}

CHINESE_PEOPLE = (
    ("林晓月", "lin.xiaoyue"),
    ("陈一帆", "chen.yifan"),
    ("周子墨", "zhou.zimo"),
    ("沈安然", "shen.anran"),
    ("何清扬", "he.qingyang"),
    ("苏念白", "su.nianbai"),
    ("顾知秋", "gu.zhiqiu"),
    ("唐云舒", "tang.yunshu"),
    ("许南星", "xu.nanxing"),
    ("白若溪", "bai.ruoxi"),
)
ENGLISH_PEOPLE = (
    ("Nora Ashdown", "nora.ashdown"),
    ("Felix Brandmoor", "felix.brandmoor"),
    ("Ida Quillfeather", "ida.quillfeather"),
    ("Tomas Everlake", "tomas.everlake"),
    ("Mira Stonebrook", "mira.stonebrook"),
    ("Owen Harrowgate", "owen.harrowgate"),
    ("Clara Wintersby", "clara.wintersby"),
    ("Jonas Feldkamp", "jonas.feldkamp"),
    ("Petra Lindqvale", "petra.lindqvale"),
    ("Samuel Thornley", "samuel.thornley"),
)
