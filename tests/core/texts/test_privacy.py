"""Who is hidden in courier texts, in every language, and who is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from parcelwatch.core.texts.privacy import initials, mask, shown, uncoded, wording
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


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        (
            "如有疑问请联系业务员: 13900000002，网点电话：010-00000000",
            "如有疑问请联系业务员: ***，网点电话：010-00000000",
        ),
        (
            "快件已暂存至人民路店菜鸟驿站，如有疑问请联系13900000002",
            "快件已暂存至人民路店菜鸟驿站，如有疑问请联系13900000002",
        ),
        ("【城西】（010-00000000） 的 赵小川（13900000002） 已揽收", "【城西】（010-00000000） 的 ***（***） 已揽收"),
        ("【城西网点】的赵小川(010-00000001)正在派件", "【城西网点】的***(010-00000001)正在派件"),
        ("快递员赵小川 电话13900000001，站点电话13900000003", "快递员*** 电话***，站点电话13900000003"),
        ("人民路站(13900000002,010-00000000)-派件中", "人民路站(***,010-00000000)-派件中"),
        ("收件人电话 0755-00000000", "收件人电话 ***"),
        ("客服电话400-000-0000", "客服电话400-000-0000"),
        ("Call the depot at +44 20 0000 0000", "Call the depot at +44 20 0000 0000"),
        ("Your driver: call +44 7000 000000", "Your driver: call ***"),
        ("Rufen Sie die Filiale an, Tel. 0228/0000000", "Rufen Sie die Filiale an, Tel. 0228/0000000"),
        ("Call 13900000001", "Call ***"),
        ("网点经理电话13900000001", "网点经理电话***"),
        ("站长李四：13900000001", "站长李四：***"),
        ("签收人：王五13900000001", "签收人：******"),
        ("配達担当 山田 090-0000-0000", "配達担当 山田 ***"),
        ("営業所 03-0000-0000 までご連絡ください", "営業所 03-0000-0000 までご連絡ください"),
        ("Teléfono del repartidor 600 000 000", "Teléfono del repartidor ***"),
        ("Parcel RB 612 345 678 CN", "Parcel RB 612 345 678 CN"),
    ],
)
def test_agents_can_read_the_phone_of_a_branch_and_not_that_of_a_person(text: str, readable: str) -> None:
    assert shown(text) == readable
    assert "0000" not in mask(text).replace("***", "")


@pytest.mark.parametrize("hide", [mask, shown])
def test_an_identity_number_is_hidden_and_other_long_numbers_are_not(hide: Callable[[str], str]) -> None:
    assert hide("凭身份证11010119900307123X签收") == "凭身份证***签收"
    assert hide("订单 412000000000059331 的快件") == "订单 412000000000059331 的快件"


@pytest.mark.parametrize(
    ("text", "in_a_group"),
    [
        ("您的取件码为 8-2-1234，请到店领取", "您的取件码为 ***，请到店领取"),
        ("凭【12345678】取件", "凭【***】取件"),
        ("请凭 6-1-2033 到菜鸟驿站领取", "请凭 *** 到菜鸟驿站领取"),
        ("Your pickup code is 482913.", "Your pickup code is ***."),
        ("Locker opened with PIN: 4821", "Locker opened with PIN: ***"),
        ("Abholcode: AB12-9", "Abholcode: ***"),
        ("取件号 A-3-22", "取件号 ***"),
        ("请按货架号 3-2-1022 自取", "请按货架号 *** 自取"),
        ("自提码：AB12CD", "自提码：***"),
        ("取件 码 123456", "取件 码 ***"),
        ("受取コード 482913", "受取コード ***"),
        ("認証番号は123456です", "認証番号は***です"),
        ("Locker code: 48 29 13", "Locker code: ***"),
        ("PIN code 4829", "PIN code ***"),
        ("Use code 482913 to open the locker", "Use code *** to open the locker"),
        ("Your one-time password (OTP) is 482913", "Your one-time password (OTP) is ***"),
        ("Code d'accès : 4829", "Code d'accès : ***"),
        ("Ophaalcode 4829", "Ophaalcode ***"),
        ("取件码 1234 2026-11-28 前有效", "取件码 *** 2026-11-28 前有效"),
        ("Customs entry number 482913", "Customs entry number 482913"),
        ("Exception code 482913, postal code 10115", "Exception code 482913, postal code 10115"),
        ("签收人凭取货码签收", "签收人凭取货码签收"),
        ("如有取件码问题，请联系", "如有取件码问题，请联系"),
        ("凭2026年证件", "凭2026年证件"),
        ("Shipping label 482913", "Shipping label 482913"),
    ],
)
def test_what_opens_a_locker_is_hidden_from_a_group(text: str, in_a_group: str) -> None:
    assert uncoded(text) == in_a_group


@pytest.mark.parametrize(
    ("name", "short"),
    [("赵婷", "赵*"), ("Noah Brown", "Noah B."), ("Anna van Dyk", "Anna D."), ("Lin", "Lin"), ("", "")],
)
def test_a_customer_is_named_in_a_chat_by_what_an_agent_knows_them_by(name: str, short: str) -> None:
    assert initials(name) == short


@pytest.mark.parametrize(
    ("name", "shown_as"),
    [
        ("김철수", "김*"),
        ("さくら", "さ*"),
        ("13812345678", "1*"),
        ("ann@example.org", "a*"),
        ("José", "José"),
        ("", ""),
    ],
)
def test_of_a_name_of_one_word_a_group_reads_no_more_than_it_should(name: str, shown_as: str) -> None:
    assert initials(name) == shown_as
