"""Order exports in the shapes in which shops' back offices write them, made up row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

USPS, UPS, YTO, YTO_2, STO, JT = (
    "9400100000000000000013",
    "1Z999AA10123456784",
    "YT8812345678901",
    "YT8812345678902",
    "773000000000017",
    "JT5112345678901",
)


@dataclass(frozen=True, slots=True)
class Made:
    """A file: `columns` and `rows`, each row the cells that are not empty. `before`, `after`: whole lines.

    `refused`: why those of its rows are that are.
    """

    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    sign: str = ","
    encoding: str = "utf-8"
    quoted: bool = True
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    recognised: str = ""
    summary: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    refused: str = ""

    @property
    def content(self) -> bytes:
        lines = [
            self._line(self.columns),
            *(self._line([row.get(one, "") for one in self.columns]) for row in self.rows),
        ]
        return "\r\n".join([*self.before, *lines, *self.after, ""]).encode(self.encoding)

    def _line(self, cells: Sequence[str]) -> str:
        if not self.quoted:
            return self.sign.join(cells)
        text = io.StringIO()
        csv.writer(text, delimiter=self.sign, lineterminator="").writerow(cells)
        return text.getvalue()


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",")]


EXPORTS: Mapping[str, Made] = {
    "shopify": Made(
        _listed(
            "Name, Email, Financial Status, Paid at, Fulfillment Status, Fulfilled at, Currency, Total, "
            "Lineitem quantity, Lineitem name, Shipping Name, Shipping Zip, Shipping Country, Cancelled at, Vendor"
        ),
        [
            {
                "Name": "#2001",
                "Email": "bea@example.org",
                "Financial Status": "paid",
                "Currency": "USD",
                "Total": "41.50",
                "Lineitem quantity": "1",
                "Lineitem name": "Kettle",
                "Shipping Name": "Bea Moor",
                "Shipping Zip": "'01234",
                "Shipping Country": "US",
            },
            {"Name": "#2001", "Lineitem quantity": "2", "Lineitem name": "Spoon", "Vendor": "Acme"},
            {"Name": "#2002", "Financial Status": "refunded", "Lineitem quantity": "1", "Lineitem name": "Pan"},
        ],
        recognised="Shopify orders",
        summary="a Shopify orders export: 3 rows, 2 orders; it has no tracking numbers",
        counts={"skipped": 2},
    ),
    "ast": Made(
        _listed("order_id, tracking_provider, tracking_number, date_shipped, status_shipped"),
        [
            {
                "order_id": "71",
                "tracking_provider": "UPS",
                "tracking_number": UPS,
                "date_shipped": "03/04/2026",
                "status_shipped": "1",
            },
            {
                "order_id": "72",
                "tracking_provider": "usps",
                "tracking_number": USPS,
                "date_shipped": "25/04/2026",
                "status_shipped": "1",
            },
        ],
        recognised="WooCommerce tracking (AST)",
        summary="a WooCommerce tracking (AST) export: 2 rows, 2 orders, 2 with numbers",
        counts={"added": 2},
    ),
    "woo": Made(
        _listed(
            "Order Number, Order Status, First Name (Shipping), Last Name (Shipping), Country Code (Shipping), "
            "Order Total Amount, _wc_shipment_tracking_items"
        ),
        [
            {
                "Order Number": "81",
                "Order Status": "Completed",
                "First Name (Shipping)": "Jürgen",
                "Last Name (Shipping)": "Müller",
                "Country Code (Shipping)": "DE",
                "Order Total Amount": "12,50",
                "_wc_shipment_tracking_items": f'a:1:{{i:0;a:2:{{s:17:"tracking_provider";s:3:"ups";'
                f's:15:"tracking_number";s:18:"{UPS}";}}}}',
            },
            {"Order Number": "82", "Order Status": "Processing"},
        ],
        sign=";",
        encoding="cp1252",
        recognised="WooCommerce orders",
        summary="a WooCommerce orders export: 2 rows, 2 orders, 1 with numbers",
        counts={"added": 1, "skipped": 1},
    ),
    "amazon-unshipped": Made(
        _listed(
            "order-id, order-item-id, purchase-date, promise-date, buyer-email, product-name, quantity-to-ship, "
            "recipient-name, ship-postal-code, ship-country"
        ),
        [
            {
                "order-id": "113-0000001-0000001",
                "order-item-id": "1",
                "promise-date": "2026-11-30T07:59:59+00:00",
                "product-name": 'Screen 15" black',
                "quantity-to-ship": "1",
                "recipient-name": "東京 花子",
                "ship-country": "JP",
            }
        ],
        sign="\t",
        encoding="cp932",
        quoted=False,
        recognised="Amazon unshipped orders",
        summary="an Amazon unshipped orders export: 1 row, 1 order; it has no tracking numbers",
        counts={"skipped": 1},
    ),
    "amazon": Made(
        _listed("order-id, order-item-id, payments-date, recipient-name, item-price, currency, delivery-end-date"),
        [{"order-id": "113-0000002-0000001", "order-item-id": "1", "item-price": "5.00", "currency": "EUR"}],
        sign="\t",
        quoted=False,
        recognised="Amazon orders",
        summary="an Amazon orders export: 1 row, 1 order;",
        counts={"skipped": 1},
    ),
    "amazon-all": Made(
        _listed("amazon-order-id, merchant-order-id, last-updated-date, order-status, item-price, ship-country"),
        [{"amazon-order-id": "113-0000003-0000001", "order-status": "Cancelled"}],
        sign="\t",
        quoted=False,
        recognised="Amazon all-orders",
        summary="an Amazon all-orders export: 1 row, 1 order;",
        counts={"skipped": 1},
    ),
    "amazon-shipments": Made(
        _listed(
            "amazon-order-id, shipment-id, shipment-item-id, shipment-date, recipient-name, ship-country, item-price, "
            "carrier, tracking-number, estimated-arrival-date"
        ),
        [
            {
                "amazon-order-id": "113-0000004-0000001",
                "shipment-id": "A",
                "shipment-item-id": item,
                "shipment-date": "2026-11-20T10:00:00+00:00",
                "item-price": price,
                "carrier": "UPS",
                "tracking-number": UPS,
            }
            for item, price in (("1", "10.00"), ("2", "5.50"))
        ],
        sign="\t",
        quoted=False,
        recognised="Amazon fulfilled shipments",
        summary="an Amazon fulfilled shipments export: 2 rows, 1 order, 1 with numbers",
        counts={"added": 1},
    ),
    "ebay": Made(
        _listed(
            "Sales record number, Order number, Buyer username, Buyer email, Post to name, Post to postcode, "
            "Post to country, Item title, Total price, Dispatched on date, Tracking number, Delivery service"
        ),
        [
            {
                "Sales record number": "7",
                "Order number": "04-00001-00001",
                "Buyer username": "b_1",
                "Post to name": "O'Hara, Pat",
                "Post to country": "United Kingdom",
                "Total price": "£57.99",
                "Dispatched on date": "Nov-25-26",
            },
            {
                "Sales record number": "7",
                "Order number": "04-00001-00001",
                "Item title": "Lamp",
                "Tracking number": USPS,
            },
        ],
        before=["\ufeff"],
        after=["", "1,record(s) downloaded", "Seller ID : a_shop"],
        recognised="eBay orders",
        summary="an eBay orders export: 2 rows, 1 order, 1 with numbers",
        counts={"added": 1},
    ),
    "etsy": Made(
        _listed(
            "Sale Date, Order ID, Buyer User ID, Full Name, Date Shipped, Ship Country, Currency, Order Total, Status"
        ),
        [{"Sale Date": "03/04/26", "Order ID": "9001", "Full Name": "Ida Lund", "Date Shipped": "03/05/26"}],
        recognised="Etsy sold orders",
        summary="an Etsy sold orders export: 1 row, 1 order;",
        counts={"skipped": 1},
    ),
    "etsy-items": Made(
        _listed("Sale Date, Item Name, Transaction ID, Listing ID, Order ID, Ship Name, Item Total"),
        [{"Sale Date": "03/04/26", "Order ID": "9001", "Item Total": "5.00"}] * 2,
        recognised="Etsy sold order items",
        summary="an Etsy sold order items export: 2 rows, 1 order;",
        counts={"skipped": 1},
    ),
    "taobao": Made(
        _listed("订单编号, 买家会员名, 买家实际支付金额, 订单状态, 收货人姓名, 联系手机, 宝贝标题, 物流单号, 物流公司"),
        [
            {
                "订单编号": '="3900000000000000001"',
                "买家会员名": "买家甲",
                "买家实际支付金额": "200.07",
                "订单状态": "卖家已发货，等待买家确认",
                "收货人姓名": "张**",
                "联系手机": "'138****4321",
                "物流单号": f"No:{STO},No:773000000000025",
                "物流公司": "申通快递",
            },
            {"订单编号": '="3900000000000000002"', "订单状态": "买家已付款，等待卖家发货"},
            {
                "订单编号": '="3900000000000000003"',
                "订单状态": "交易关闭",
                "物流单号": "No:773000000000033",
                "物流公司": "申通快递",
            },
        ],
        encoding="gb18030",
        recognised="淘宝 orders",
        summary="a 淘宝 orders export: 3 rows, 3 orders, 2 with numbers",
        counts={"added": 2, "skipped": 2},
    ),
    "qianniu": Made(
        _listed("订单编号, 商品标题, 买家实付金额, 订单状态, 发货时间, 物流单号, 物流公司, 收货人姓名"),
        [
            {
                "订单编号": "4000000000000000001",
                "买家实付金额": "9.90",
                "发货时间": "2026年11月24日 16:20",
                "物流单号": YTO,
                "物流公司": "圆通速递",
            },
            {"订单编号": "合计", "买家实付金额": "9.90"},
        ],
        recognised="千牛 orders",
        summary="a 千牛 orders export: 1 row, 1 order, 1 with numbers",
        counts={"added": 1},
    ),
    "qianniu-items": Made(
        _listed("子订单编号, 主订单编号, 商品标题, 买家实付金额, 退款状态, 订单状态, 物流单号, 物流公司"),
        [
            {
                "子订单编号": f"410{at}",
                "主订单编号": "4100",
                "买家实付金额": "5.00",
                "退款状态": state,
                "物流单号": YTO,
                "物流公司": "圆通",
            }
            for at, state in enumerate(("没有申请退款", "退款成功"))
        ],
        recognised="千牛 items",
        summary="a 千牛 items export: 2 rows, 1 order, 1 with numbers",
        counts={"added": 1},
    ),
    "pinduoduo": Made(
        _listed(
            "商品, 订单号, 订单状态, 商品总价(元), 用户实付金额(元), 商家实收金额(元), 收货人, 发货时间, 售后状态, "
            "快递单号, 快递公司"
        ),
        [
            {
                "商品": "灯泡",
                "订单号": "\t261124-000000000000017",
                "订单状态": "已发货，待收货\t",
                "用户实付金额(元)": "30.5\t",
                "收货人": "李**",
                "发货时间": "2026-11-25 09:02:40\t",
                "售后状态": "无售后或售后取消\t",
                "快递单号": f"{YTO}\t",
                "快递公司": "圆通快递\t",
            },
            {"订单号": "261124-000000000000025", "订单状态": "未发货，退款成功", "售后状态": "退款成功"},
            {
                "订单号": "261124-000000000000033",
                "订单状态": "已发货，待收货",
                "快递单号": "KY4000000000001",
                "快递公司": "某某快运",
            },
        ],
        encoding="utf-8-sig",
        recognised="拼多多 orders",
        summary="a 拼多多 orders export: 3 rows, 3 orders, 2 with numbers",
        counts={"added": 1, "rejected": 1, "skipped": 1},
        refused="belongs to no account",
    ),
    "douyin": Made(
        _listed("主订单编号, 子订单编号, 选购商品, 收件人, 收件人手机号, 订单状态, 售后状态, 发货时间, 快递信息"),
        [
            {
                "主订单编号": "\t6900000000000000001",
                "子订单编号": "\t6900000000000000001",
                "选购商品": "台灯",
                "收件人": "##dGVzdA==",
                "收件人手机号": "$$dGVzdA==",
                "订单状态": "已发货",
                "售后状态": "-",
                "快递信息": f"{YTO}-圆通快递;{JT}-极兔速递",
            }
        ],
        encoding="utf-8-sig",
        recognised="抖店 orders",
        summary="a 抖店 orders export: 1 row, 1 order, 1 with numbers",
        counts={"added": 2},
    ),
    "jingdong": Made(
        _listed("订单号, 商品名称, 订购数量, 京东价, 应付金额, 订单状态, 客户姓名, 联系电话"),
        [{"订单号": "300000000001", "订购数量": "1", "应付金额": "20", "联系电话": "1******6198"}],
        encoding="gb18030",
        recognised="京东 orders",
        summary="a 京东 orders export: 1 row, 1 order; it has no tracking numbers",
        counts={"skipped": 1},
    ),
    "jushuitan": Made(
        _listed("内部订单号, 线上订单号, 状态, 快递公司, 快递单号, 收货人, 发货日期"),
        [{"内部订单号": "1", "线上订单号": "W1", "快递单号": f"极兔速递-{JT}", "发货日期": "46350"}],
        recognised="聚水潭 orders",
        summary="a 聚水潭 orders export: 1 row, 1 order, 1 with numbers",
        counts={"added": 1},
    ),
    "wangdiantong": Made(
        _listed("出库单号, 原始单号, 物流公司, 物流单号, 收件人, 发货时间, 出库单状态"),
        [
            {
                "出库单号": "CK1",
                "原始单号": "W2",
                "物流公司": "圆通速递",
                "物流单号": YTO,
                "发货时间": "2026/11/24 16:20",
            }
        ],
        recognised="旺店通 shipments",
        summary="a 旺店通 shipments export: 1 row, 1 order, 1 with numbers",
        counts={"added": 1},
    ),
}
"""One of every format, by its key but for AST's."""
