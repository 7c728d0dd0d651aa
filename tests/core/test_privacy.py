"""Who is hidden in courier texts, in every language, and who is not."""

from __future__ import annotations

import pytest

from parcelwatch.core.privacy import mask, wording
from parcelwatch.lexicon import read


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Call 13900000001", "Call ***"),
        ("电话:0086 139 0000 0001", "电话:***"),
        ("电话：021-00000000转8012", "电话：***"),
        ("电话（0755）00000000", "电话***"),
        ("虚拟号13900000001转1234", "虚拟号***"),
        ("虚拟号 13900000001-1234", "虚拟号 ***"),
        ("Appelez le +33 6 00 00 00 01", "Appelez le ***"),
        ("Appelez le 06 00 00 00 01", "Appelez le ***"),
        ("Llame al +34 600 000 001", "Llame al ***"),
        ("Ligue (11) 90000-0001", "Ligue ***"),
        ("Tel. 0049 170 0000001", "Tel. ***"),
        ("Rufen Sie 0228/0000000 an", "Rufen Sie *** an"),
        ("Call 555-010-0100", "Call ***"),
        ("+44 20 0000 0000 ext 12", "***"),
    ],
)
def test_phones_of_every_form_are_hidden(text: str, shown: str) -> None:
    assert mask(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("快递员赵小川正在派件", "快递员***正在派件"),
        ("派件员:赵小川", "派件员:***"),
        ("（揽投员姓名：林一帆;联系电话：）", "（揽投员姓名：***;联系电话：）"),
        ("签收人: 张三", "签收人: ***"),
        ("快件已由赵小川签收", "快件已由***签收"),
        ("已签收，收件人：林一帆", "已签收，收件人：***"),
        ("Delivered, signed by J. SMITH", "Delivered, signed by ***"),
        ("Received by: Anna Example", "Received by: ***"),
        ("Delivered. Left with Peter Example", "Delivered. Left with ***"),
        ("Colis remis à Mme DUPONT", "Colis remis à ***"),
        ("Signé par : DUPONT", "Signé par : DUPONT".replace("DUPONT", "***")),
        ("Reçu par Élodie Martin", "Reçu par ***"),
        ("Firmado por: Juan Pérez López", "Firmado por: ***"),
        ("Recibido por Ana García", "Recibido por ***"),
        ("Assinado por João da Silva", "Assinado por ***"),
        ("Recebido por: MARIA SOUZA", "Recebido por: ***"),
        ("Unterschrieben von Erika Muster", "Unterschrieben von ***"),
        ("Angenommen von Herr Müller", "Angenommen von ***"),
    ],
)
def test_names_that_a_sentence_reveals_are_hidden(text: str, shown: str) -> None:
    assert mask(text) == shown
    assert mask(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "已签收，签收人是丰巢快递柜",
        "快件已由便利店代收",
        "快件已由本人签收",
        "已签收，签收人：物业代收",
        "快递员已取件",
        "收件人拒收",
        "退回件已由寄件人签收",
        "退件已由商家签收",
        "收件人不在",
        "签收人信息待确认",
        "Received by the carrier",
        "Received by Australia Post",
        "Left with neighbour",
        "Signed by RECIPIENT",
        "Driver is on the way",
        "Signature required",
        "Remis à un voisin",
        "Colis remis à La Poste",
        "Remis à Chronopost",
        "Recibido por Correos",
        "Entregado a un vecino",
        "Recebido por CTT",
        "Entregue ao destinatário",
        "Übergeben an Nachbarn",
        "Unterschrieben von Empfänger",
        "Delivered to a locker at 9:15 on 2026-03-04",
        "Tracking number 1Z00000000000000001",
        "运单号 YT7600000000123 的快件",
        "Objeto AA000000001BR em trânsito",
        "Ref. 00340000000000000001",
        "Le 12.03.2026 à 10:15:00",
    ],
)
def test_companies_lockers_roles_and_numbers_of_parcels_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Delivered, signed by J. SMITH",
        "Colis remis à Mme DUPONT contre signature",
        "Entregado, firmado por Ana García",
        "Objeto entregue, assinado por João da Silva",
        "Zugestellt, unterschrieben von Erika Muster",
        "已签收，签收人：林一帆",
        "【郑州金水网点】的派件员赵小川(13900000002)正在派件",
        "快件已由丰巢快递柜代收，电话13900000002",
        "【东门公司】的小哥（超区人民路/13900000002）正在为您派送",
    ],
)
def test_a_masked_text_still_says_the_same(text: str) -> None:
    assert read(mask(text)) == read(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("人民路站(13900000002,010-00000000)-派件中", "人民路站(***,***)-派件中"),
        ("【城西】（010-00000000） 的 赵小川（13900000002） 已揽收", "【城西】（***） 的 ***（***） 已揽收"),
        ("【城西分部】，【赵小川/13900000002】正在派件", "【城西分部】，【***/***】正在派件"),
        ("指定：赵小川(13900000002) 派送", "指定：***(***) 派送"),
        ("Driver: Bob Example", "Driver: ***"),
        ("Driver load", "Driver load"),
        ("Signature Service not requested", "Signature Service not requested"),
        ("投递员取走邮件", "投递员取走邮件"),
        ("配送员上门收货", "配送员上门收货"),
    ],
)
def test_frames_of_courier_names_hide_the_name_and_nothing_else(text: str, shown: str) -> None:
    assert mask(text) == shown


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("快件到达北京转运中心", "快件到达上海浦东转运中心", "快件到达…转运中心"),
        ("【郑州市】快件做神秘处理", "【南昌市】快件做神秘处理", "【…】快件做神秘处理"),
        ("派件员赵小川正在打包", "派件员林一帆正在打包", "派件员***正在打包"),
        ("Scanned twice at 9:15 on 2026-03-04", "Scanned twice at 17:02 on 2026-11-30", "Scanned twice at # on #"),
        ("Odd scan in Broken Arrow, OK", "Odd scan in Leeds", "Odd scan in …"),
        ("Parcel 1Z00000000000000001 was weighed", "Parcel AA000000001BR was weighed", "Parcel # was weighed"),
    ],
)
def test_texts_of_one_wording_are_one(one: str, other: str, shown: str) -> None:
    assert wording(one) == wording(other) == shown


def test_the_place_of_a_scan_is_no_part_of_its_wording() -> None:
    assert wording("LEFT LEEDS TWICE", "LEEDS") == wording("LEFT HULL TWICE", "HULL") == "LEFT … TWICE"


def test_wordings_that_differ_stay_apart() -> None:
    assert wording("快件到达北京转运中心") != wording("快件离开北京转运中心")
