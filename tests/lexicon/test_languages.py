"""What courier texts say in French, Spanish and Portuguese, and more of what English and German ones do."""

from __future__ import annotations

import pytest

from parcelwatch.lexicon import NOTHING, Reading, read
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

FRENCH = [
    ("Votre colis est annoncé par l'expéditeur, nous l'attendons", M.INFO_RECEIVED, None),
    ("Étiquette créée par l'expéditeur, envoi pas encore remis à La Poste", M.INFO_RECEIVED, None),
    ("Votre colis est en cours de préparation chez le vendeur", M.INFO_RECEIVED, None),
    ("Colis pris en charge par Chronopost", M.PICKED_UP, None),
    ("Le colis a été déposé au point relais par l'expéditeur", M.PICKED_UP, None),
    ("Article ramassé par Postes Canada", M.PICKED_UP, None),
    ("Colis trié sur la plateforme de départ", M.IN_TRANSIT, None),
    ("Votre colis est arrivé à l'agence de distribution", M.IN_TRANSIT, None),
    ("Envoi en cours d’acheminement", M.IN_TRANSIT, None),
    ("L'article a quitté le centre de tri", M.IN_TRANSIT, None),
    ("Dédouanement en cours", M.CUSTOMS, None),
    ("Colis présenté à la douane", M.CUSTOMS, None),
    ("Dédouanement terminé", M.IN_TRANSIT, None),
    ("Colis bloqué en douane", M.CUSTOMS, C.CUSTOMS),
    ("En douane : documents manquants", M.CUSTOMS, C.CUSTOMS),
    ("En attente du paiement des droits et taxes", M.CUSTOMS, C.CUSTOMS),
    ("Colis en cours de livraison", M.OUT_FOR_DELIVERY, None),
    ("Votre envoi est parti en tournée ce matin", M.OUT_FOR_DELIVERY, None),
    ("L'article est sorti pour livraison", M.OUT_FOR_DELIVERY, None),
    ("Votre colis n'a pas pu être livré", M.ATTEMPT_FAILED, None),
    ("Livraison impossible aujourd'hui", M.ATTEMPT_FAILED, None),
    ("Échec de livraison", M.ATTEMPT_FAILED, None),
    ("Tentative de livraison", M.ATTEMPT_FAILED, None),
    ("COLIS NON LIVRE", M.ATTEMPT_FAILED, None),
    ("Destinataire absent, avis de passage déposé", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Livraison impossible : entreprise fermée", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Le colis n'a pu être livré, l'adresse est incomplète", M.ATTEMPT_FAILED, C.ADDRESS),
    ("Adresse erronée", M.EXCEPTION, C.ADDRESS),
    ("Le destinataire n'habite pas à l'adresse indiquée", M.EXCEPTION, C.ADDRESS),
    ("Le destinataire a refusé le colis", M.EXCEPTION, C.REFUSED),
    ("Votre colis est disponible dans votre point relais", M.AVAILABLE_FOR_PICKUP, None),
    ("Colis livré en point relais", M.AVAILABLE_FOR_PICKUP, None),
    ("Mis en instance au bureau de poste", M.AVAILABLE_FOR_PICKUP, None),
    ("L'article peut être ramassé : à retirer au comptoir postal", M.AVAILABLE_FOR_PICKUP, None),
    ("Votre colis a été livré", M.DELIVERED, None),
    ("VOTRE ENVOI A ETE LIVRE AU DESTINATAIRE", M.DELIVERED, None),
    ("Distribué dans votre boîte aux lettres", M.DELIVERED, None),
    ("Colis remis en main propre contre signature", M.DELIVERED, None),
    ("Colis retiré par le destinataire", M.DELIVERED, None),
    ("Article remis à un voisin", M.DELIVERED, None),
    ("Livré au casier postal communautaire", M.DELIVERED, None),
    ("Article disponible pour ramassage", M.AVAILABLE_FOR_PICKUP, None),
    ("Colis en cours de retour à l'expéditeur", M.RETURNING, None),
    ("Refusé par le destinataire, retour à l'expéditeur", M.RETURNING, C.REFUSED),
    ("Votre colis est retourné à son expéditeur", M.RETURNING, None),
    ("Le colis a été remis à l'expéditeur", M.RETURNED, None),
    ("Retour livré à l'expéditeur", M.RETURNED, None),
    ("Envoi annulé par l'expéditeur", M.CANCELLED, None),
    ("Colis endommagé pendant le transport", M.EXCEPTION, C.DAMAGED),
    ("Colis avarié, reconditionné par nos soins", M.EXCEPTION, C.DAMAGED),
    ("Le colis est déclaré perdu", M.EXCEPTION, C.LOST),
    ("Colis égaré", M.EXCEPTION, C.LOST),
    ("Le colis n'a pas été retrouvé", M.EXCEPTION, C.LOST),
    ("Le colis a été détruit", M.EXCEPTION, C.DESTROYED),
    ("Contenu interdit au transport", M.EXCEPTION, C.SECURITY),
    ("Colis mal orienté, nouvelle direction en cours", M.EXCEPTION, C.MISROUTED),
    ("Livraison retardée par les intempéries", M.EXCEPTION, C.WEATHER),
    ("Livraison reportée à la demande du destinataire", M.IN_TRANSIT, C.POSTPONED),
    ("Retard d'acheminement", M.EXCEPTION, C.COURIER_FAULT),
    ("Grève dans une agence", M.EXCEPTION, C.DISRUPTED),
    ("Colis immobilisé", M.EXCEPTION, C.UNSTATED),
]
SPANISH = [
    ("Envío prerregistrado", M.INFO_RECEIVED, None),
    ("Hemos recibido los datos: información del envío recibida", M.INFO_RECEIVED, None),
    ("Pendiente de admisión en la oficina", M.INFO_RECEIVED, None),
    ("El envío ha sido admitido en la oficina de origen", M.PICKED_UP, None),
    ("Paquete recolectado", M.PICKED_UP, None),
    ("Envío recogido en el domicilio del remitente", M.PICKED_UP, None),
    ("En tránsito hacia la delegación de destino", M.IN_TRANSIT, None),
    ("Su envío ha llegado al centro de distribución", M.IN_TRANSIT, None),
    ("Clasificado en el centro logístico", M.IN_TRANSIT, None),
    ("El paquete salió de la planta", M.IN_TRANSIT, None),
    ("En trámite de aduanas", M.CUSTOMS, None),
    ("Despachado por la aduana", M.IN_TRANSIT, None),
    ("Retenido en aduana", M.CUSTOMS, C.CUSTOMS),
    ("Aduana: falta documentación del importador", M.CUSTOMS, C.CUSTOMS),
    ("El envío está en reparto", M.OUT_FOR_DELIVERY, None),
    ("Salió a reparto con el cartero", M.OUT_FOR_DELIVERY, None),
    ("En ruta de entrega", M.OUT_FOR_DELIVERY, None),
    ("No se ha podido entregar el envío", M.ATTEMPT_FAILED, None),
    ("NO ENTREGADO", M.ATTEMPT_FAILED, None),
    ("Intento de entrega fallido", M.ATTEMPT_FAILED, None),
    ("No ha sido posible entregar su paquete", M.ATTEMPT_FAILED, None),
    ("Destinatario ausente, se dejó aviso", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Primera visita: no había nadie en el domicilio", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("No entregado por dirección incorrecta", M.ATTEMPT_FAILED, C.ADDRESS),
    ("Dirección incompleta", M.EXCEPTION, C.ADDRESS),
    ("No se pudo entregar: domicilio cerrado", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Recolección realizada", M.PICKED_UP, None),
    ("Destinatario desconocido en ese domicilio", M.EXCEPTION, C.ADDRESS),
    ("Envío rehusado por el destinatario", M.EXCEPTION, C.REFUSED),
    ("El cliente rechazó el paquete", M.EXCEPTION, C.REFUSED),
    ("Disponible para recoger en la oficina de Correos", M.AVAILABLE_FOR_PICKUP, None),
    ("El envío te espera en la sucursal para ser retirado", M.AVAILABLE_FOR_PICKUP, None),
    ("Depositado en un CityPaq", M.AVAILABLE_FOR_PICKUP, None),
    ("Entregado en el punto de recogida", M.AVAILABLE_FOR_PICKUP, None),
    ("Entregado", M.DELIVERED, None),
    ("El envío ha sido entregado al destinatario", M.DELIVERED, None),
    ("Entrega efectuada", M.DELIVERED, None),
    ("Recogido por el destinatario en la oficina", M.DELIVERED, None),
    ("Devolución al remitente en curso", M.RETURNING, None),
    ("Rehusado, devuelto al remitente", M.RETURNING, C.REFUSED),
    ("Entregado al remitente", M.RETURNED, None),
    ("Devolución entregada al vendedor", M.RETURNED, None),
    ("Envío anulado por el remitente", M.CANCELLED, None),
    ("Paquete dañado durante el transporte", M.EXCEPTION, C.DAMAGED),
    ("El bulto llegó roto y mojado", M.EXCEPTION, C.DAMAGED),
    ("Envío extraviado", M.EXCEPTION, C.LOST),
    ("Envío siniestrado", M.EXCEPTION, C.LOST),
    ("El paquete fue robado", M.EXCEPTION, C.LOST),
    ("Mercancía destruida", M.EXCEPTION, C.DESTROYED),
    ("Contenido prohibido", M.EXCEPTION, C.SECURITY),
    ("Envío mal encaminado", M.EXCEPTION, C.MISROUTED),
    ("Demora por condiciones climáticas", M.EXCEPTION, C.WEATHER),
    ("Entrega aplazada a petición del destinatario", M.IN_TRANSIT, C.POSTPONED),
    ("Retraso por huelga", M.EXCEPTION, C.DISRUPTED),
    ("Demora en la entrega", M.EXCEPTION, C.COURIER_FAULT),
    ("Envío con incidencia", M.EXCEPTION, C.UNSTATED),
]
PORTUGUESE = [
    ("Etiqueta emitida", M.INFO_RECEIVED, None),
    ("Aguardando postagem pelo remetente", M.INFO_RECEIVED, None),
    ("Aguarda entrada nos CTT", M.INFO_RECEIVED, None),
    ("Objeto postado", M.PICKED_UP, None),
    ("Objeto coletado no endereço do vendedor", M.PICKED_UP, None),
    ("Envio aceite na loja CTT", M.PICKED_UP, None),
    ("Objeto em transferência - por favor aguarde", M.IN_TRANSIT, None),
    ("Objeto encaminhado da unidade de tratamento para a unidade de distribuição", M.IN_TRANSIT, None),
    ("Objeto recebido pelos Correios do Brasil", M.IN_TRANSIT, None),
    ("Envio expedido", M.IN_TRANSIT, None),
    ("Encaminhado para fiscalização aduaneira", M.CUSTOMS, None),
    ("Fiscalização aduaneira finalizada", M.IN_TRANSIT, None),
    ("Aguardando pagamento do despacho postal", M.CUSTOMS, C.CUSTOMS),
    ("Retido na alfândega", M.CUSTOMS, C.CUSTOMS),
    ("Objeto saiu para entrega ao destinatário", M.OUT_FOR_DELIVERY, None),
    ("Em distribuição", M.OUT_FOR_DELIVERY, None),
    ("OBJETO SAIU PARA ENTREGA AO DESTINATARIO", M.OUT_FOR_DELIVERY, None),
    ("Tentativa de entrega não efetuada", M.ATTEMPT_FAILED, None),
    ("Objeto não entregue", M.ATTEMPT_FAILED, None),
    ("Entrega não conseguida", M.ATTEMPT_FAILED, None),
    ("A entrega não pôde ser efetuada", M.ATTEMPT_FAILED, None),
    ("Objeto não entregue - carteiro não atendido", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Destinatário ausente na morada", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Objeto não entregue - endereço insuficiente", M.ATTEMPT_FAILED, C.ADDRESS),
    ("Cliente mudou-se", M.EXCEPTION, C.ADDRESS),
    ("Rua com numeração irregular", M.EXCEPTION, C.ADDRESS),
    ("Loja encerrada, entrega não efetuada", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Cliente desconhecido no local", M.EXCEPTION, C.ADDRESS),
    ("Objeto não entregue - cliente recusou-se a receber", M.ATTEMPT_FAILED, C.REFUSED),
    ("Encomenda recusada pelo destinatário", M.EXCEPTION, C.REFUSED),
    ("Objeto aguardando retirada no endereço indicado", M.AVAILABLE_FOR_PICKUP, None),
    ("Disponível para levantamento no ponto CTT", M.AVAILABLE_FOR_PICKUP, None),
    ("Objeto entregue no locker", M.AVAILABLE_FOR_PICKUP, None),
    ("Objeto entregue ao destinatário", M.DELIVERED, None),
    ("Entregue", M.DELIVERED, None),
    ("Encomenda levantada pelo cliente", M.DELIVERED, None),
    ("Objeto devolvido ao remetente", M.RETURNING, None),
    ("Objeto em devolução ao remetente", M.RETURNING, None),
    ("Objeto saiu para entrega ao remetente", M.RETURNING, None),
    ("Recusado, em devolução", M.RETURNING, C.REFUSED),
    ("Objeto entregue ao remetente", M.RETURNED, None),
    ("Envio cancelado pelo remetente", M.CANCELLED, None),
    ("Objeto avariado", M.EXCEPTION, C.DAMAGED),
    ("Encomenda danificada no transporte", M.EXCEPTION, C.DAMAGED),
    ("Objeto extraviado", M.EXCEPTION, C.LOST),
    ("Objeto roubado", M.EXCEPTION, C.LOST),
    ("Objeto não localizado no fluxo postal", M.EXCEPTION, C.LOST),
    ("Objeto destruído", M.EXCEPTION, C.DESTROYED),
    ("Conteúdo proibido", M.EXCEPTION, C.SECURITY),
    ("Objeto mal encaminhado", M.EXCEPTION, C.MISROUTED),
    ("Entrega atrasada por fortes chuvas", M.EXCEPTION, C.WEATHER),
    ("Entrega adiada a pedido do destinatário", M.IN_TRANSIT, C.POSTPONED),
    ("Atraso na entrega devido a greve", M.EXCEPTION, C.DISRUPTED),
    ("Atraso por motivos operacionais", M.EXCEPTION, C.COURIER_FAULT),
    ("Objeto retido para análise", M.EXCEPTION, C.UNSTATED),
]
ENGLISH = [
    ("Package held until March 9", M.IN_TRANSIT, C.POSTPONED),
    ("We have the details of your item, USPS awaiting item", M.INFO_RECEIVED, None),
    ("Pre-shipment, the courier has no parcel yet", M.INFO_RECEIVED, None),
    ("USPS in possession of item", M.PICKED_UP, None),
    ("Received by Australia Post", M.PICKED_UP, None),
    ("Departure scan", M.IN_TRANSIT, None),
    ("At local FedEx facility", M.IN_TRANSIT, None),
    ("Clearance information required", M.CUSTOMS, C.CUSTOMS),
    ("Onboard for delivery", M.OUT_FOR_DELIVERY, None),
    ("On FedEx vehicle for delivery", M.OUT_FOR_DELIVERY, None),
    ("Due for delivery today", M.OUT_FOR_DELIVERY, None),
    ("Sorry, we tried to deliver your parcel", M.ATTEMPT_FAILED, None),
    ("Final attempt made", M.ATTEMPT_FAILED, None),
    ("The parcel was unable to be delivered", M.ATTEMPT_FAILED, None),
    ("Sorry, we came but there was nobody home", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Attempted delivery. Notice card left", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Delivered, Parcel Locker", M.AVAILABLE_FOR_PICKUP, None),
    ("Held at post office at customer request", M.AVAILABLE_FOR_PICKUP, None),
    ("Item successfully delivered", M.DELIVERED, None),
    ("We delivered it to your neighbour", M.DELIVERED, None),
    ("Returned - damage reported", M.RETURNING, C.DAMAGED),
    ("The parcel is being prepared for return", M.RETURNING, None),
    ("Your item was delivered back to the sender", M.RETURNED, None),
    ("Shipment information voided", M.CANCELLED, None),
    ("The parcel was stolen", M.EXCEPTION, C.LOST),
    ("Nobody was available to accept the parcel, so the courier left a notice", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Attempted courier delivery - refused", M.ATTEMPT_FAILED, C.REFUSED),
    ("We received the parcel from the sender", M.PICKED_UP, None),
    ("Missing postal code", M.EXCEPTION, C.ADDRESS),
    ("Your item went to another depot in error, so it was re-routed", M.EXCEPTION, C.MISROUTED),
    ("Package intercepted", M.EXCEPTION, C.UNSTATED),
    ("The last status was cancelled", M.EXCEPTION, C.UNSTATED),
]
GERMAN = [
    ("Zugestellt am Wunschtag", M.DELIVERED, None),
    ("Die Sendung wurde am Wunschtag zugestellt", M.DELIVERED, None),
    ("Die Sendung wird am Wunschtag zugestellt", M.IN_TRANSIT, C.POSTPONED),
    ("Zustellung zum Wunschtermin fehlgeschlagen", M.ATTEMPT_FAILED, None),
    ("Die Sendung wurde elektronisch angekündigt", M.INFO_RECEIVED, None),
    ("Das Paket wurde im PaketShop abgegeben", M.PICKED_UP, None),
    ("Das Paket ist im Depot eingetroffen", M.IN_TRANSIT, None),
    ("Die Sendung wurde vom Zoll zurückgewiesen", M.CUSTOMS, C.CUSTOMS),
    ("Die Sendung ist auf Zustelltour", M.OUT_FOR_DELIVERY, None),
    ("Ihr Paket ist auf dem Weg zu Ihnen und wird heute zugestellt", M.OUT_FOR_DELIVERY, None),
    ("Das Paket wurde nicht zugestellt", M.ATTEMPT_FAILED, None),
    ("Zustellversuch: Firma geschlossen", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Der Empfaenger wurde nicht angetroffen", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Das Paket wurde im PaketShop hinterlegt", M.AVAILABLE_FOR_PICKUP, None),
    ("Das Paket liegt im PaketShop und kann abgeholt werden", M.AVAILABLE_FOR_PICKUP, None),
    ("Das Paket wurde am Ablageort abgestellt", M.DELIVERED, None),
    ("Beim Nachbarn abgegeben", M.DELIVERED, None),
    ("Zustellung an Nachbarn", M.DELIVERED, None),
    ("Vom Empfänger im PaketShop abgeholt", M.DELIVERED, None),
    ("Die Retoure ist beim Auftraggeber eingegangen", M.RETURNED, None),
    ("Empfänger nicht erreicht", M.ATTEMPT_FAILED, C.NOBODY_HOME),
    ("Die Sendung wird zurueckgesandt", M.RETURNING, None),
    ("Die Sendung wurde an den Absender übergeben", M.RETURNED, None),
    ("Die Sendung wurde storniert", M.CANCELLED, None),
    ("Annahme verweigert, Rücksendung", M.RETURNING, C.REFUSED),
    ("Das Paket wurde gestohlen", M.EXCEPTION, C.LOST),
    ("Gefahrgut, Beförderung gestoppt", M.EXCEPTION, C.SECURITY),
    ("Die Sendung ging auf die falsche Tour", M.EXCEPTION, C.MISROUTED),
    ("Verspätung durch Streik", M.EXCEPTION, C.DISRUPTED),
    ("Der letzte Status wurde storniert", M.EXCEPTION, C.UNSTATED),
]
BY_LANGUAGE = {"fr": FRENCH, "es": SPANISH, "pt": PORTUGUESE, "en": ENGLISH, "de": GERMAN}
ALL = [(language, *phrase) for language, phrases in BY_LANGUAGE.items() for phrase in phrases]

NOT_DELIVERED = {
    "fr": [
        "Colis non livré",
        "Votre colis n’a pu être livré",
        "Pas encore livré",
        "Votre colis sera livré demain",
        "Le colis doit être livré lundi",
        "Colis prêt à être livré",
        "Colis livré à la consigne",
    ],
    "es": [
        "No entregado",
        "No se ha podido entregar",
        "Todavía no ha sido entregado",
        "El paquete será entregado mañana",
        "Pendiente de ser entregado",
        "Listo para ser entregado",
        "Entregado al transportista",
        "Entregado a la empresa de transporte",
    ],
    "pt": [
        "Não entregue",
        "Objeto ainda não entregue",
        "Tentativa de entrega não efetuada",
        "O objeto será entregue amanhã",
        "Objeto aguardando para ser entregue",
        "Entregue à transportadora",
    ],
    "en": [
        "Could not be delivered",
        "Not yet delivered",
        "Will be delivered tomorrow",
        "Undeliverable",
        "Due to be delivered on Monday",
        "Delivered to a parcel locker",
        "Delivered to agent",
    ],
    "de": [
        "Noch nicht zugestellt",
        "Wird morgen zugestellt",
        "Unzustellbar",
        "Konnte nicht ausgeliefert werden",
        "Das Paket soll am Montag zugestellt werden",
    ],
}
NO_TROUBLE = {
    "fr": [
        "Aucun dommage constaté",
        "Le colis n'est pas endommagé",
        "En cas d'absence, le colis sera déposé en point relais",
        "Le colis sera retourné à l'expéditeur s'il n'est pas retiré",
        "Au-delà de ce délai, il sera renvoyé à l'expéditeur",
        "Si votre colis est perdu, contactez le service client",
        "Étiquette de retour créée",
    ],
    "es": [
        "No se observaron daños",
        "Sin incidencias",
        "En caso de ausencia, se dejará un aviso",
        "Será devuelto al remitente si no se recoge",
        "Transcurrido el plazo será devuelto",
        "Si su paquete está perdido, llame a atención al cliente",
        "Etiqueta de devolución creada",
    ],
    "pt": [
        "Sem danos",
        "A encomenda não foi danificada",
        "Caso o destinatário esteja ausente, haverá nova tentativa",
        "O objeto será devolvido ao remetente caso não seja retirado",
        "Após o prazo será devolvido ao remetente",
        "Se o objeto for extraviado, contacte os Correios",
        "Etiqueta de devolução emitida",
    ],
    "en": [
        "No damage found",
        "Will be returned if not collected",
        "Collect it within ten days or it will be returned to the sender",
        "If you were not at home, the driver left it with a neighbour",
        "If lost, contact the sender",
        "Return label created",
        "Dangerous goods check passed",
        "The parcel is missing customer data",
        "The label was discarded",
    ],
    "de": [
        "Keine Beschädigung festgestellt",
        "Wird an den Absender zurückgesandt, falls sie nicht abgeholt wird",
        "Sollten Sie nicht zu Hause sein, wird die Sendung beim Nachbarn abgegeben",
        "Retourenlabel erstellt",
        "Das Etikett wurde beschädigt",
        "Der Absender wurde nicht angetroffen",
    ],
}


@pytest.mark.parametrize(("language", "text", "milestone", "cause"), ALL)
def test_a_text_says_the_same_with_and_without_its_language_and_in_capitals(
    language: str, text: str, milestone: Milestone, cause: Cause | None
) -> None:
    said = Reading(milestone, cause)
    assert read(text, language) == said
    assert read(text) == said
    assert read(text.upper(), language) == said


@pytest.mark.parametrize("language", BY_LANGUAGE)
def test_a_wrong_hint_never_makes_a_text_say_something_else(language: str) -> None:
    for own, text, milestone, cause in ALL:
        if own != language:
            assert read(text, language) in (Reading(milestone, cause), NOTHING), text
        else:
            assert read(text, "zh") in (Reading(milestone, cause), NOTHING), text
            assert read(text, "nl") in (Reading(milestone, cause), NOTHING), text


@pytest.mark.parametrize("language", BY_LANGUAGE)
def test_every_language_knows_every_milestone_and_cause(language: str) -> None:
    told = {phrase[1] for phrase in BY_LANGUAGE[language]}
    assert told == set(M) - {M.UNKNOWN}
    if language in ("fr", "es", "pt"):
        assert {phrase[2] for phrase in BY_LANGUAGE[language]} == {*C, None}


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in NOT_DELIVERED.items() for text in texts]
)
def test_what_is_not_with_the_buyer_is_not_delivered(language: str, text: str) -> None:
    assert read(text, language).milestone is not M.DELIVERED
    assert read(text).milestone is not M.DELIVERED


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in NO_TROUBLE.items() for text in texts]
)
def test_denials_conditions_and_threats_are_no_trouble(language: str, text: str) -> None:
    for reading in (read(text, language), read(text)):
        assert reading.cause is None
        assert reading.milestone not in (M.RETURNING, M.RETURNED, M.ATTEMPT_FAILED)


def test_a_typed_apostrophe_and_a_double_space_change_nothing() -> None:
    assert read("Votre colis n’a pas\u00a0pu  être livré") == read("Votre colis n'a pas pu être livré")


def test_a_word_of_two_languages_counts_only_where_they_agree() -> None:
    assert read("Retour") in (NOTHING, Reading(M.RETURNING))
    assert read("Transport") in (NOTHING, Reading(M.IN_TRANSIT))
    assert read("Incidencia", "pt") in (NOTHING, Reading(M.EXCEPTION, C.UNSTATED))
