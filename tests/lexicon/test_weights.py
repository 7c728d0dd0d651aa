"""How sure a text is of a loss or a damage, and what is only the wrapping."""

from __future__ import annotations

import pytest

from parcelwatch.couriers.shared.meanings import weight
from parcelwatch.lexicon import read
from parcelwatch.model import Cause, Milestone, Sure

C = Cause


@pytest.mark.parametrize(
    ("text", "cause", "sure"),
    [
        ("疑似遗失，查找中", C.LOST, Sure.SUSPECTED),
        ("快件可能已丢失，正在核实", C.LOST, Sure.SUSPECTED),
        ("快件在运输途中遗失，已登记理赔", C.LOST, Sure.STATED),
        ("Your parcel could not be located, an investigation has been started", C.LOST, Sure.SUSPECTED),
        ("Shipment is missing, tracer opened", C.LOST, Sure.SUSPECTED),
        ("The parcel is lost", C.LOST, Sure.STATED),
        ("Die Sendung ist nicht auffindbar, eine Nachforschung wurde eingeleitet", C.LOST, Sure.SUSPECTED),
        ("Die Sendung ist verloren gegangen", C.LOST, Sure.STATED),
        ("Colis introuvable, recherche en cours", C.LOST, Sure.SUSPECTED),
        ("Votre colis est perdu", C.LOST, Sure.STATED),
        ("Posible extravío, se investiga", C.LOST, Sure.SUSPECTED),
        ("Envío extraviado", C.LOST, Sure.STATED),
        ("Possível extravio, em averiguação", C.LOST, Sure.SUSPECTED),
        ("Objeto extraviado", C.LOST, Sure.STATED),
        ("Mogelijk is het pakket zoekgeraakt", C.LOST, Sure.SUSPECTED),
        ("Probabile smarrimento, ricerche in corso", C.LOST, Sure.SUSPECTED),
        ("Prawdopodobnie paczka zaginęła", C.LOST, Sure.SUSPECTED),
        ("お荷物が見当たりません。調査中です", C.LOST, Sure.SUSPECTED),
        ("상품 분실 의심, 확인 중", C.LOST, Sure.SUSPECTED),
        ("Посылка, возможно, утеряна, ведётся розыск", C.LOST, Sure.SUSPECTED),
        ("轻微破损、内件完好", C.DAMAGED, Sure.SLIGHT),
        ("客户拒收，原因：外包装破损，联系客户处理中", C.DAMAGED, Sure.SLIGHT),
        ("外包装破损，内件短少", C.DAMAGED, Sure.STATED),
        ("Package damaged in transit, contents repacked, continuing", C.DAMAGED, Sure.SLIGHT),
        ("Outer box crushed, contents broken", C.DAMAGED, Sure.STATED),
        ("快件外包装有破损，内件待核实", C.DAMAGED, Sure.SUSPECTED),
        ("快件严重破损", C.DAMAGED, Sure.STATED),
        ("Outer packaging damaged, contents intact", C.DAMAGED, Sure.SLIGHT),
        ("Outer packaging damaged, contents are not damaged", C.DAMAGED, Sure.SLIGHT),
        ("Parcel damaged", C.DAMAGED, Sure.STATED),
        ("Verpackung beschädigt, Inhalt unversehrt", C.DAMAGED, Sure.SLIGHT),
        ("Emballage endommagé, contenu intact", C.DAMAGED, Sure.SLIGHT),
        ("Verpakking beschadigd, inhoud intact", C.DAMAGED, Sure.SLIGHT),
        ("Imballo danneggiato, contenuto integro", C.DAMAGED, Sure.SLIGHT),
        ("外装のみ破損", C.DAMAGED, Sure.SLIGHT),
        ("含违禁品，已由机关查扣", C.SECURITY, Sure.STATED),
    ],
)
def test_a_text_says_how_sure_it_is(text: str, cause: Cause, sure: Sure) -> None:
    found = read(text)
    assert (found.cause, found.sure) == (cause, sure)


def test_a_reading_weighs_only_the_cause_it_tells() -> None:
    suspected = read("疑似遗失，查找中")
    assert weight((Milestone.EXCEPTION, C.LOST), suspected) is Sure.SUSPECTED
    assert weight((Milestone.EXCEPTION, C.DAMAGED), suspected) is Sure.STATED


@pytest.mark.parametrize(
    "text",
    [
        "快件在运输途中遗失，【长沙市】网点已登记，正在核实理赔",
        "快件在运输途中遗失，【武汉市转运中心】正在核实",
        "快件丢失，责任正在调查",
        "快件已丢失，理赔待确认",
        "Your parcel is lost; the claim is being investigated",
        "Package lost. Claim investigation in progress",
        "Parcel lost, an inquiry into compensation has been opened",
        "Sendung verloren, Nachforschungsauftrag für die Entschädigung wurde gestellt",
        "Votre colis est perdu, une enquête sur l'indemnisation est en cours",
        "Envío extraviado, se investiga la reclamación",
        "Objeto extraviado, pedido de indenização em análise",
        "Pacco smarrito, verifica del rimborso in corso",
        "Pakket is verloren, onderzoek naar de schadeclaim loopt",
        "Paczka zaginęła, trwa wyjaśnianie reklamacji",
        "Посылка утеряна, ведется проверка претензии",
        "荷物を紛失しました。補償について確認中です",
        "상품이 분실되었습니다. 보상 확인 중입니다",
    ],
)
def test_a_loss_is_stated_whatever_is_looked_into_about_its_claim(text: str) -> None:
    found = read(text)
    assert (found.cause, found.sure) == (C.LOST, Sure.STATED)


@pytest.mark.parametrize("text", ["快件丢失，正在查找", "正在核实快件是否丢失", "疑似遗失，理赔正在核实"])
def test_a_loss_that_is_itself_in_doubt_stays_suspected(text: str) -> None:
    found = read(text)
    assert (found.cause, found.sure) == (C.LOST, Sure.SUSPECTED)


@pytest.mark.parametrize(
    "text",
    [
        "The shipment could not be found after a search and is considered lost",
        "The shipment could not be found after a search and is lost",
        "The parcel could not be located. It has been declared lost, an investigation was opened",
        "Unable to locate your parcel. Loss confirmed",
        "Die Sendung konnte nach einer Nachforschung nicht gefunden werden und gilt als verloren",
        "Nachforschung ohne Ergebnis: Die Sendung ist nicht auffindbar und wurde für verloren erklärt",
        "Le colis n'a pas été retrouvé et est considéré comme perdu",
        "El envío no ha sido localizado y se considera perdido",
        "Objeto não localizado, considerado extraviado",
        "O objeto não foi localizado e foi considerado extraviado",
        "Il pacco non è stato ritrovato e viene considerato smarrito",
        "La spedizione non è stata trovata ed è considerata smarrita",
        "Het pakket is niet gevonden en wordt als verloren beschouwd",
        "Przesyłki nie odnaleziono i została uznana za zaginioną",
        "Посылка не найдена и признана утерянной",
        "お荷物が見当たらず、紛失と判断しました",
        "물품을 찾을 수 없어 분실로 처리되었습니다",
        "快件经查找下落不明，现已确认丢失",
        "下落不明，视为遗失",
    ],
)
def test_a_stated_loss_wins_over_the_search_that_found_nothing(text: str) -> None:
    found = read(text)
    assert (found.cause, found.sure) == (C.LOST, Sure.STATED)


@pytest.mark.parametrize(
    "text",
    [
        "The parcel could not be found and is presumed lost",
        "The parcel could not be found and might be lost",
        "The parcel could not be found and may be considered lost",
        "The parcel could not be found and will be considered lost on 5 May",
        "The parcel could not be found, but is not considered lost yet",
        "The parcel could not be found. If it is lost, contact the sender",
        "The parcel could not be found because its label was lost",
        "The parcel is lost, we are still looking for it",
        "Die Sendung ist nicht auffindbar und gilt möglicherweise als verloren",
        "Die Sendung ist nicht auffindbar, gilt aber noch nicht als verloren",
        "Le colis est introuvable mais n'est pas considéré comme perdu",
        "Envío no localizado, no se considera perdido",
        "Objeto não localizado, ainda não considerado extraviado",
        "Collo non trovato, potrebbe essere considerato smarrito",
        "Het pakket is niet gevonden en is mogelijk verloren",
        "Przesyłki nie odnaleziono, nie została uznana za zaginioną",
        "Посылка не найдена, возможно, утеряна",
        "お荷物が見当たりません。紛失とは判断しておりません。",
        "お荷物が見当たりません。紛失と判断されておりません",
        "물품을 찾을 수 없으며 분실로 추정됩니다",
        "快件下落不明，尚未确认丢失",
        "快件下落不明，可能已丢失",
    ],
)
def test_a_search_without_success_is_no_loss_where_the_loss_is_not_stated(text: str) -> None:
    assert read(text).sure is not Sure.STATED or read(text).cause is not C.LOST
