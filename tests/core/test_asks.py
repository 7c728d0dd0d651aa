"""What a note asks for, and what it says of the shop's own doing; nothing where it says neither."""

from __future__ import annotations

import pytest

from parcelwatch.core.asks import asks, recalled


@pytest.mark.parametrize(
    ("note", "thing"),
    [
        ("Clearance delay: a commercial invoice is required", "invoice"),
        ("海关要求补充发票", "invoice"),
        ("Zoll: Rechnung erforderlich", "invoice"),
        ("Awaiting the receiver's ID card", "identity"),
        ("清关异常，待收件人上传身份证信息", "identity"),
        ("En attente du paiement des droits de douane", "duties"),
        ("Duties and taxes are payable by the receiver", "duties"),
        ("等待缴纳关税", "duties"),
        ("海关要求补充报关资料", "papers"),
        ("Further documents required by customs", "papers"),
        ("Awaiting payment of import charges", "duties"),
        ("Duties and taxes are due", "duties"),
        ("Zollabgaben müssen bezahlt werden", "duties"),
        ("Zollabgaben noch nicht bezahlt", "duties"),
        ("Please pay the customs fee online", "duties"),
        ("Droits et taxes à payer", "duties"),
        ("Aguardando pagamento de tributos", "duties"),
        ("Nota fiscal necessária", "invoice"),
        ("Held due to a customs inspection of documents", ""),
        ("Payment of duties received", ""),
        ("Duties and taxes have been paid", ""),
        ("Impostos pagos, aguardando liberação", ""),
        ("Proforma requise par la douane", "invoice"),
        ("Commercial invoice inadequate", "invoice"),
        ("EORI number missing", "identity"),
        ("Customer must provide tax number", "identity"),
        ("Se requiere NIF del destinatario", "identity"),
        ("請完成實名認證", "identity"),
        ("Einfuhrabgaben zu entrichten", "duties"),
        ("Zoll: Zahlung durch Empfänger ausstehend", "duties"),
        ("Droits et taxes à régler", "duties"),
        ("Pagamento pendente do despacho postal", "duties"),
        ("Customs charges to be paid by receiver", "duties"),
        ("関税のお支払い待ち", "duties"),
        ("Awaiting proof of payment from the importer", "papers"),
        ("海关要求提供购物凭证", "papers"),
        ("Der Zoll fordert weitere Unterlagen an", "papers"),
        ("Payment received, awaiting release", ""),
        ("Zahlung eingegangen, bitte warten", ""),
        ("已付款，待海关放行", ""),
        ("Delay due to customs inspection of documents", ""),
        ("Held by customs", ""),
        ("海关查验", ""),
        ("Duties and taxes paid by sender, awaiting release", ""),
        ("No documents required, awaiting inspection", ""),
        ("身份证信息已提交，待海关放行", ""),
        ("Clearance processing complete", ""),
        ("", ""),
    ],
)
def test_what_customs_asks_for(note: str, thing: str) -> None:
    assert asks(note) == thing


@pytest.mark.parametrize(
    "note",
    [
        "快件已被拦截，退回寄件人",
        "应寄件方要求，快件退回",
        "寄件人申请退回",
        "Returned at the sender's request",
        "Shipment intercepted and returned to shipper",
        "Sendung auf Wunsch des Absenders zurückgeschickt",
        "Retour à la demande de l'expéditeur",
        "Devuelto a petición del remitente",
        "寄件客户要求退件",
        "发件人撤回，快件退回",
        "Return initiated by the merchant",
    ],
)
def test_what_the_sender_called_back(note: str) -> None:
    assert recalled(note)


@pytest.mark.parametrize(
    "note",
    [
        "Return to sender requested by recipient",
        "Returned to the sender: refused",
        "收件人拒收，退回寄件人",
        "收件人要求退回寄件人",
        "地址不详，退回寄件人",
        "Rücksendung an den Absender",
        "拦截失败，收方拒收，退回寄件人",
        "快件未被拦截，因拒收退回",
        "Interception failed; refused, returning to the sender",
        "The parcel could not be intercepted and is being returned",
        "",
    ],
)
def test_what_goes_back_for_another_reason(note: str) -> None:
    assert not recalled(note)


@pytest.mark.parametrize(
    "text",
    [
        "快件被海关拦截退回",
        "包裹被海关拦截，退回寄件人",
        "海关截件查验",
        "Intercepted by customs",
        "Intercept requested by recipient",
    ],
)
def test_what_others_stop_the_shop_did_not_call_back(text: str) -> None:
    assert not recalled(text)


@pytest.mark.parametrize(
    "text", ["快件已被拦截", "寄件人要求拦截，海关未放行", "Package intercepted", "Recalled by the sender"]
)
def test_what_is_stopped_at_nobody_else_s_wish_the_shop_called_back(text: str) -> None:
    assert recalled(text)


@pytest.mark.parametrize(
    "text",
    [
        "清关中，请耐心等待，税费由发件人支付",
        "Information received, awaiting customs",
        "Duties paid by the shipper (DDP)",
        "待清关，资料已收到",
    ],
)
def test_where_nothing_is_wanted_of_the_customer_nothing_is_asked(text: str) -> None:
    assert asks(text) == ""
