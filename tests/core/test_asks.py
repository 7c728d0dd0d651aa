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
        "",
    ],
)
def test_what_goes_back_for_another_reason(note: str) -> None:
    assert not recalled(note)
