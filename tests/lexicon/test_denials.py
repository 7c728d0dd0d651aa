"""What was not delivered is never read as delivered, in any language, and what was still is."""

from __future__ import annotations

import pytest

from parcelwatch.lexicon import NOTHING, languages, read
from parcelwatch.model import Cause, Milestone

M = Milestone

NOT_DELIVERED = {
    "zh": """无法妥投|没有妥投|不能妥投|难以妥投|未妥投|邮件未能妥投|快件没能送达|无法签收|未能签收
    |没有签收|投递未成功|派送失败|快件未送达|包裹不能送达|送达失败|签收不成功|妥投未果|無法妥投
    |未能送達|無法配達|投遞不成功""",
    "en": """Could not be delivered|We were unable to deliver|Not delivered|Never delivered|Delivery failed
    |Failed delivery|Delivery was unsuccessful|Undelivered|Cannot be delivered
    |Item wasn't delivered|We have not been able to deliver your parcel
    |Unfortunately we have not been able to deliver your parcel.|Delivery not completed
    |Delivery not successful|Non-delivery|It was impossible to deliver the item
    |Delivery attempt unsuccessful|Delivery could not take place""",
    "de": """Nicht zugestellt|Konnte nicht zugestellt werden|Zustellung nicht möglich
    |Zustellung fehlgeschlagen|Zustellung gescheitert|Erfolglose Zustellung
    |Die Sendung wurde nicht ausgeliefert|Unzustellbar|Keine Zustellung
    |Die Zustellung ist missglückt|Übergabe an den Empfänger nicht erfolgt""",
    "fr": """Non livré|N'a pas pu être livré|Colis non remis|Livraison impossible|Échec de livraison
    |Pas livré|Jamais livré|La livraison a échoué|Livraison non effectuée
    |Impossible de remettre le colis|Livraison infructueuse""",
    "es": """No entregado|No se pudo entregar|Entrega fallida|No ha sido entregado|Imposible entregar
    |Entrega no realizada|Sin entregar|La entrega falló|La entrega no se realizó
    |Nunca fue entregado""",
    "pt": """Não entregue|Entrega não efetuada|Não foi possível entregar|Entrega falhou|Não foi entregue
    |Nunca entregue|Impossível entregar|A entrega não foi concluída|Entrega sem sucesso
    |Insucesso na entrega""",
    "nl": """Niet bezorgd|Kon niet worden bezorgd|Bezorging mislukt|Bezorging niet gelukt
    |Levering niet mogelijk|Niet geleverd|Nooit afgeleverd|Bezorgpoging mislukt""",
    "it": """Non consegnato|Consegna non riuscita|Consegna fallita|Mancata consegna|Impossibile consegnare
    |La consegna non è stata effettuata|Non è stato possibile consegnare|Mai consegnato""",
    "pl": """Nie doręczono|Niedoręczona|Nieudane doręczenie|Nie udało się dostarczyć|Nie została doręczona
    |Doręczenie niemożliwe|Nie dostarczono|Próba doręczenia nieudana""",
    "ja": """配達できませんでした|お届けできませんでした|未配達|配達不可|配達不能
    |お届けできず持ち戻りました|配達に失敗しました|配達が完了していません""",
    "ko": "배달 실패|미배달|배달하지 못했습니다|배송 불가|배달되지 않았습니다|배송할 수 없습니다|전달하지 못했습니다",
    "ru": """Не вручено|Не доставлено|Неудачная попытка вручения|Не удалось доставить
    |Вручение не состоялось|Невозможно доставить|Посылка не была вручена|Доставка не удалась""",
}
DELIVERED = {
    "zh": "您的快件已送达|快件已送达，签收人凭取货码签收|快件已妥投|投递成功|順利送達|包裹已送達",
    "en": "Delivered|Your parcel has been delivered|Delivery completed|Delivered, left with neighbour",
    "de": "Zugestellt|Die Sendung wurde zugestellt|Zustellung erfolgreich",
    "fr": "Livré|Votre colis a été livré|Colis remis au destinataire",
    "es": "Entregado|Su envío ha sido entregado|Entrega realizada",
    "pt": "Entregue|Objeto entregue ao destinatário|Entrega efetuada",
    "nl": "Bezorgd|Uw pakket is bezorgd|Het pakket is afgeleverd",
    "it": "Consegnato|La spedizione è stata consegnata|Consegna effettuata",
    "pl": "Doręczono|Przesyłka została doręczona|Paczka odebrana przez odbiorcę",
    "ja": "お届け済み|配達完了|投函完了|お届け先にお届け済み",
    "ko": "배달완료|배송완료|배송이 완료되었습니다",
    "ru": "Вручено|Вручение адресату|Заказ доставлен",
}
NOT_YET = {
    "zh": "尚未签收|还未妥投",
    "en": "Not yet delivered",
    "de": "Noch nicht zugestellt",
    "fr": "Pas encore livré",
    "es": "Todavía no entregado",
    "pt": "Ainda não entregue",
    "nl": "Nog niet bezorgd",
    "it": "Non ancora consegnato",
    "pl": "Jeszcze nie doręczono",
    "ja": "まだ配達されていません",
    "ko": "아직 배달되지 않았습니다",
    "ru": "Ещё не доставлено",
}


def _texts(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, text.strip()) for code, texts in table.items() for text in texts.split("|")]


@pytest.mark.parametrize(("language", "text"), _texts(NOT_DELIVERED))
def test_a_denied_delivery_is_a_failed_attempt(language: str, text: str) -> None:
    assert read(text, language).milestone is M.ATTEMPT_FAILED
    assert read(text).milestone is not M.DELIVERED


@pytest.mark.parametrize(("language", "text"), _texts(DELIVERED))
def test_a_delivery_is_one(language: str, text: str) -> None:
    assert read(text, language).milestone is M.DELIVERED


@pytest.mark.parametrize(("language", "text"), _texts(NOT_YET))
def test_what_is_still_to_come_is_no_news(language: str, text: str) -> None:
    assert read(text, language) == NOTHING


def test_every_language_is_tried() -> None:
    assert set(NOT_DELIVERED) == set(DELIVERED) == set(NOT_YET) == set(languages())


UNHARMED = {
    "zh": "快件未丢失|快件没有丢失|快件没有损坏",
    "en": "The parcel isn't lost|Your package has not been lost|The parcel is not damaged|Damaged label|Label is torn"
    "|Refused by the neighbour",
    "de": "Die Sendung ist nicht verloren|Die Sendung wurde nicht beschädigt|Beschädigtes Etikett|Label beschädigt"
    "|Kein Transportschaden am Paket",
    "fr": "Le colis n'a pas été égaré|Le colis n'est pas perdu|Le colis n'est pas endommagé|Étiquette endommagée",
    "es": "El envío no se ha extraviado|El paquete no está dañado|Etiqueta dañada|No dañado"
    "|El vecino rechazó el paquete",
    "pt": "O objeto não se extraviou|O objeto não foi danificado|Etiqueta danificada",
    "it": "Il pacco non è smarrito|Il pacco non è stato danneggiato|Etichetta danneggiata",
    "nl": "Het pakket is niet zoekgeraakt|Pakket is niet beschadigd|Label beschadigd|Beschadigd etiket",
    "pl": "Paczka nie zaginęła|Przesyłka nie jest uszkodzona|Uszkodzona etykieta|Etykieta uszkodzona",
    "ru": "Посылка не утеряна|Посылка не повреждена|Повреждена этикетка|Этикетка повреждена",
    "ja": "お荷物は紛失していません|荷物は破損していません|ラベル破損",
    "ko": "분실되지 않았습니다|파손되지 않았습니다|라벨 파손|라벨이 훼손되었습니다|분실물 발견",
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code in UNHARMED for text in UNHARMED[code].split("|")])
def test_a_parcel_that_is_not_lost_not_damaged_or_only_its_label_is_has_neither(code: str, text: str) -> None:
    assert read(text, code) == NOTHING


@pytest.mark.parametrize(
    ("code", "text", "cause"),
    [
        ("pl", "Paczka nie dotarła i zaginęła", Cause.LOST),
        ("zh", "快件没有送达，已丢失", Cause.LOST),
        ("it", "Il pacco non è stato consegnato, è danneggiato", Cause.DAMAGED),
        ("nl", "Pakket niet bezorgd, beschadigd", Cause.DAMAGED),
        ("ru", "Не доставлено, посылка повреждена", Cause.DAMAGED),
        ("ko", "배송되지 않고 분실되었습니다", Cause.LOST),
        ("en", "Your parcel was not delivered, it is lost", Cause.LOST),
    ],
)
def test_a_denial_of_something_else_leaves_the_trouble(code: str, text: str, cause: Cause) -> None:
    assert read(text, code).cause is cause
