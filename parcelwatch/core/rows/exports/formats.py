"""The order exports of shops' back offices: by which columns each is known, and what its columns mean.

What belongs here: the table of formats, and finding the one a row of headings belongs to. Headings are compared without
capitals, blanks around them and the width of their brackets. Those of 聚水潭, 旺店通 and of German eBay files are as
their screens name them, and of 拼多多 and 抖店 a few are from hearsay: what is not in a file is not missed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

STATUS: Final = "status"
"""What is no column of an import: where an export says that an order is over."""
VOID: Final = "void"
"""The same: where anything at all says that an order was cancelled."""
CURRENCY: Final = "currency"
"""The same: what the value is in."""


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of file. `marks`: columns it is known by, all of them; "a|b" is either.

    `means`: column of an import, or STATUS, VOID, CURRENCY → the headings it stands under, the best first; "a + b" is
    one behind the other. `country`: of all its buyers. `days`: how it writes them, as dates.ORDERS has it, where that
    is known. `quoted`: False where a quote is but a sign. `joined`: a cell holds number-courier. `summed`: each line
    has its own part of the value.
    """

    key: str
    name: str
    marks: tuple[str, ...]
    means: Mapping[str, tuple[str, ...]]
    country: str = ""
    days: str = ""
    quoted: bool = True
    joined: bool = False
    summed: bool = False
    _wanted: tuple[frozenset[str], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        wanted = tuple(frozenset(map(plain, mark.split("|"))) for mark in self.marks)
        object.__setattr__(self, "_wanted", wanted)

    @property
    def article(self) -> str:
        """Its name in a sentence: an Amazon orders, a 千牛 orders."""
        return f"{'an' if self.name[0] in 'AEIOe' else 'a'} {self.name} export"

    def fits(self, headings: Collection[str]) -> bool:
        """Whether all its marks are among these headings, which are plain."""
        return all(not each.isdisjoint(headings) for each in self._wanted)

    def columns(self, header: Iterable[str]) -> dict[str, list[tuple[str, ...]]]:
        """Column → the headings of a file it stands under, the best first; several where one continues another."""
        there: dict[str, str] = {}
        for heading in header:
            there.setdefault(plain(heading), heading)
        found = {column: _found(headings, there) for column, headings in self.means.items()}
        return {column: headings for column, headings in found.items() if headings}


def _found(wanted: Iterable[str], there: Mapping[str, str]) -> list[tuple[str, ...]]:
    parts = (tuple(there.get(plain(one), "") for one in each.split(" + ")) for each in wanted)
    return [headings for headings in parts if all(headings)]


def recognised(header: Iterable[str]) -> Export | None:
    """The export whose headings these are."""
    headings = {plain(each) for each in header}
    return next((each for each in EXPORTS.values() if each.fits(headings)), None)


@lru_cache(maxsize=4096)
def plain(heading: str) -> str:
    """A heading as it is compared."""
    text = unicodedata.normalize("NFKC", heading).replace("\ufeff", "").strip().strip("'\"").strip()
    return " ".join(text.casefold().split())


def _export(key: str, name: str, marks: str, means: Mapping[str, str], **more: str | bool) -> Export:
    """From texts in which commas part what is listed."""
    parts = {column: _listed(headings) for column, headings in means.items()}
    return Export(key, name, _listed(marks), parts, **more)  # type: ignore[arg-type]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(","))


_AMAZON: Final = {
    "customer_name": "recipient-name, buyer-name",
    "customer_contact": "buyer-email",
    "destination": "ship-country",
    "postal_code": "ship-postal-code",
    "value": "item-price",
    CURRENCY: "currency",
    "goods": "product-name",
}
_CHINESE: Final = {
    "number": "快递单号, 物流单号, 运单号, 物流单号/快递单号",
    "courier": "快递公司, 物流公司, 承运商",
    "shipped_at": "发货时间, 发货日期, 出库日期",
    "dispatch_by": "承诺发货时间, 最晚发货时间",
    "customer_name": "收货人, 收货人姓名, 收件人, 收件人姓名",
    "phone_last4": "联系手机, 收货人手机, 收件人手机号, 收件人手机, 手机, 手机号",
    "goods": "商品标题, 宝贝标题, 商品名称, 选购商品, 商品",
}
_ETSY: Final = {
    "order": "Order ID",
    "shipped_at": "Date Shipped",
    "customer_name": "Full Name, Ship Name",
    "destination": "Ship Country",
    "postal_code": "Ship Zipcode",
    "value": "Order Total, Item Total",
    CURRENCY: "Currency",
    "goods": "Item Name",
    STATUS: "Status",
}


_LISTED: Final = (
    _export(
        "shopify",
        "Shopify orders",
        "Name, Financial Status, Fulfillment Status, Lineitem quantity",
        {
            "order": "Name",
            "shipped_at": "Fulfilled at, Fulfillment Date",
            "customer_name": "Shipping Name, Billing Name",
            "customer_contact": "Email",
            "destination": "Shipping Country",
            "postal_code": "Shipping Zip",
            "value": "Total",
            CURRENCY: "Currency",
            "goods": "Lineitem name",
            STATUS: "Financial Status",
            VOID: "Cancelled at",
        },
    ),
    _export(
        "woo-ast",
        "WooCommerce tracking (AST)",
        "order_id, tracking_provider, tracking_number",
        {
            "order": "order_id",
            "number": "tracking_number",
            "courier": "tracking_provider",
            "shipped_at": "date_shipped",
        },
    ),
    _export(
        "woo",
        "WooCommerce orders",
        "Order Number, Order Status, Tracking Number|_wc_shipment_tracking_items",
        {
            "order": "Order Number",
            "number": "Tracking Number, _wc_shipment_tracking_items",
            "courier": "Tracking Provider, Shipping Provider",
            "shipped_at": "Date Shipped, Shipped Date",
            "customer_name": "First Name (Shipping) + Last Name (Shipping), First Name (Billing) + Last Name (Billing)",
            "customer_contact": "Email (Billing), Customer Email",
            "destination": "Country Code (Shipping), Country Code (Billing)",
            "postal_code": "Postcode (Shipping)",
            "value": "Order Total Amount",
            CURRENCY: "Currency, Order Currency",
            STATUS: "Order Status",
        },
    ),
    _export(
        "amazon-unshipped",
        "Amazon unshipped orders",
        "order-id, order-item-id, promise-date, quantity-to-ship",
        {**_AMAZON, "order": "order-id", "dispatch_by": "promise-date"},
        quoted=False,
    ),
    _export(
        "amazon-shipments",
        "Amazon fulfilled shipments",
        "amazon-order-id, shipment-id, shipment-item-id",
        {
            **_AMAZON,
            "order": "amazon-order-id",
            "number": "tracking-number",
            "courier": "carrier",
            "shipped_at": "shipment-date",
            "promised_by": "estimated-arrival-date",
        },
        quoted=False,
        summed=True,
    ),
    _export(
        "amazon",
        "Amazon orders",
        "order-id, order-item-id, payments-date",
        {**_AMAZON, "order": "order-id", "promised_by": "delivery-end-date"},
        quoted=False,
        summed=True,
    ),
    _export(
        "amazon-all",
        "Amazon all-orders",
        "amazon-order-id, last-updated-date, order-status",
        {**_AMAZON, "order": "amazon-order-id", STATUS: "order-status, item-status"},
        quoted=False,
        summed=True,
    ),
    _export(
        "ebay",
        "eBay orders",
        "Sales Record Number|Verkaufsprotokollnummer, Order Number|Bestellnummer, "
        "Buyer Username|Nutzername des Käufers",
        {
            "order": "Order Number, Bestellnummer",
            "number": "Tracking Number, Sendungsnummer",
            # What the seller offers, and no courier's name.
            "service": "Shipping Service, Delivery service, Versandservice",
            "shipped_at": "Shipped On Date, Dispatched on date, Verschickt am",
            "promised_by": "Maximum Estimated Delivery Date",
            "dispatch_by": "Ship By Date, Dispatch by date, Versenden bis",
            "customer_name": "Ship To Name, Post to name, Name des Empfängers, Buyer Name",
            "customer_contact": "Buyer Email, E-Mail des Käufers",
            "buyer": "Buyer Username, Nutzername des Käufers",
            "destination": "Ship To Country, Post to country, Versand nach Land",
            "postal_code": "Ship To Zip, Post to postcode, Versand nach PLZ",
            "value": "Total Price, Gesamtpreis",
            "goods": "Item Title, Artikelbezeichnung",
        },
    ),
    _export("etsy", "Etsy sold orders", "Sale Date, Order ID, Buyer User ID", _ETSY, days="mdy"),
    _export(
        "etsy-items",
        "Etsy sold order items",
        "Sale Date, Item Name, Transaction ID, Listing ID",
        _ETSY,
        days="mdy",
        summed=True,
    ),
    _export(
        "taobao",
        "淘宝 orders",
        "订单编号, 买家会员名, 宝贝标题",
        {
            **_CHINESE,
            "order": "订单编号",
            "buyer": "买家会员名",
            "value": "买家实际支付金额, 总金额",
            STATUS: "订单状态",
        },
        country="CN",
    ),
    _export(
        "douyin",
        "抖店 orders",
        "主订单编号, 子订单编号, 选购商品",
        {
            **_CHINESE,
            "order": "主订单编号",
            "number": "快递信息, 快递单号, 物流单号",
            "value": "订单应付金额",
            STATUS: "订单状态, 售后状态",
        },
        country="CN",
        joined=True,
    ),
    _export(
        "qianniu-items",
        "千牛 items",
        "子订单编号, 主订单编号",
        {**_CHINESE, "order": "主订单编号", "value": "买家实付金额", STATUS: "订单状态, 退款状态"},
        country="CN",
        summed=True,
    ),
    _export(
        "qianniu",
        "千牛 orders",
        "订单编号, 商品标题|宝贝总数量, 买家实付金额",
        {
            **_CHINESE,
            "order": "订单编号",
            "buyer": "买家会员名, 买家昵称",
            "value": "买家实付金额",
            STATUS: "订单状态",
        },
        country="CN",
    ),
    _export(
        "pinduoduo",
        "拼多多 orders",
        "订单号, 商品总价(元), 商家实收金额(元)",
        {**_CHINESE, "order": "订单号", "value": "用户实付金额(元)", STATUS: "订单状态, 售后状态"},
        country="CN",
    ),
    _export(
        "jingdong",
        "京东 orders",
        "订单号, 订购数量, 京东价",
        {
            **_CHINESE,
            "order": "订单号",
            "customer_name": "客户姓名",
            "phone_last4": "联系电话",
            "value": "应付金额",
            STATUS: "订单状态",
        },
        country="CN",
    ),
    _export(
        "jushuitan",
        "聚水潭 orders",
        "线上订单号, 内部订单号|出库单号",
        {
            **_CHINESE,
            "order": "线上订单号",
            "buyer": "买家账号",
            "destination": "国家",
            "value": "实付金额",
            STATUS: "状态",
        },
        country="CN",
    ),
    _export(
        "wangdiantong",
        "旺店通 shipments",
        "原始单号, 物流单号, 出库单号|订单编号",
        {**_CHINESE, "order": "原始单号", "value": "已付", STATUS: "出库单状态"},
        country="CN",
    ),
)

EXPORTS: Final[Mapping[str, Export]] = {each.key: each for each in _LISTED}
"""Every format by its key; where two fit a file, the first is meant."""

FORMATS: Final = ("csv", "jsonl", *EXPORTS)
"""What a file may be said to be: a plain table in our own columns, or one of the exports."""
