"""German phrases of courier texts: DHL answers in German where no language was asked for or none is kept.

Drawn from DHL Paket's and Hermes' published event and reason names and from wordings customers of DPD and GLS see.
"""

from __future__ import annotations

from parcelwatch.core.lexicon.phrases import PLAIN, Letters, Phrase, PhraseBook
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

# Systems without umlauts write "zurueck".
LETTERS: Letters = {**PLAIN, ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"}

WORDS = """
der die das den dem des ein eine einen einer und ist sind wurde wurden wird werden war hat haben konnte kann nicht
nach von vom zu zum zur im in am an auf aus bei beim mit für fuer wegen durch über ihr ihre sie wir noch wieder
bereits sendung paket päckchen brief lieferung zustellung zugestellt zustellen ausgeliefert auslieferung empfänger
empfaenger absender adresse anschrift annahme verweigert angetroffen beschädigt verloren vernichtet zoll verzollung
verzollt zollabfertigung rücksendung retoure retour rücklauf zurück zurueck filiale packstation paketshop
paketzentrum depot abholung abgeholt bereit bearbeitet sortiert eingetroffen angekommen verlassen transport
unterwegs weitergeleitet zustellfahrzeug zustelltour zusteller fahrer nachbar nachbarn benachrichtigt
benachrichtigung zustellversuch erfolglos erfolgreich storniert angekündigt eingeliefert übergeben verzögert
verspätung streik unwetter fehlgeleitet unzustellbar unbekannt verzogen lager hermes heute morgen ablageort
briefkasten liegt voraussichtlich sendungsdaten auftraggeber zustellbasis zielland weitertransport falsch umgeleitet
angehalten gestohlen
"""

_POINT = r"(?:filiale|packstation|paketshop|poststation|paketbox|abholstation|postfiliale|agentur|postamt)"

SCRUB = (
    r"\b(?:wird|werden) (?:\w+ ){0,4}(?:zurückge|rücke|vernichtet)\w*[^.;!]{0,80}\b(?:falls|wenn|sofern)\b[^.;!]*",
    # A return tied to a day or a period to come.
    (
        r"(?<!wurde )\b(?:danach|anschließend|im anschluss|nach (?:\w+ )?(?:\w+ )?(?:tagen|wochen|werktagen))\b"
        r"[^.;!]{0,60}(?:rücks|rückvers|rückl|zurück(?:ge| an)|retour)[^.;!]*"
    ),
    (
        r"\b(?:wird|werden) (?:\w+ ){0,4}(?:am|ab|nach|bis|zum) (?:dem )?\d[^;!]{0,40}?(?:zurückge|rücke|vernichtet)\w*"
        r"[^.;!]*"
    ),
    r"\b(?:rücksendung|rückversand) (?:\w+ ){0,3}(?:am|ab|nach|zum) (?:dem )?\d[^;!]*",
    r"\b(?:falls|wenn|sollten?|sofern|mögliche gründe:|bevor|andernfalls|ansonsten|nach ablauf)\b[^.;!]*",
    r"\b(?:ohne|keine?n?|nicht)\b (?:\w+ )?(?:beschädig\w*|schäden|schaden|verloren|vernichtet)",
    (
        r"\bdefekte\w* (?:\w+)?fahrzeug\w*|\b\w*(?:terminal|scanner|fahrzeug|anlage) defekt|\b(?:etikett|label"
        r"|barcode|prüf-id) (?:\w+ )?(?:beschädigt|defekt)"
    ),
    r"\b(?:keine?|ohne) (?:verzögerung\w*|rücksendung)",
)

FIRST = (
    Phrase(r"\bretouren?(?:label|schein|etikett)\w*|\brücksende(?:label|schein|etikett)\w*", None),
    Phrase(
        r"\bstatus\b[^.;]{0,30}\b(?:storniert|korrigiert)|^storno\b|\brückversand\b[^.;]{0,40}\bstorniert"
        r"|\bzustellung (?:wurde )?storniert",
        M.EXCEPTION,
        C.UNSTATED,
    ),
    Phrase(r"\bstornierung\b[^.;]{0,30}\bgelöscht|\bwunsch\w+[^.;]{0,20}\bstorniert", None),
    Phrase(r"\bnoch nicht (?:\w+ )?(?:zugestellt|ausgeliefert)\b(?! werden)", None),
)

RETURNS = (
    Phrase(
        r"(?:an|bei) den absender (?:zurück)?(?:zugestellt|übergeben|ausgeliefert)"
        r"|dem absender (?:wieder )?(?:zugestellt|übergeben|ausgehändigt)"
        r"|rücksendung[^.;]{0,30}(?:zugestellt|abgeschlossen)|beim (?:absender|auftraggeber"
        r"|versender) (?:wieder )?(?:eingetroffen|angekommen|eingegangen)",
        M.RETURNED,
        unless=r"\b(?:wird|werden|soll|nicht|konnte)\b",
    ),
    Phrase(
        r"zurück an (?:den )?absender|an (?:den )?absender (?:\w+ )?zurück|zum absender zurück|\brücksendung\b"
        r"|\brückversand\b|\brücklauf\b|\bretour"
        r"|\bzurück(?:gesandt|gesendet|geschickt|geführt)\b|\brückwärtige\b|auf dem rückweg|rückbeförderung",
        M.RETURNING,
        unless=r"keine rücksendung|^rücklauf - |\brückweg (?:ins?|zu[mr])\b[^.;]{0,30}(?:zentrum|depot|basis|lager"
        r"|niederlassung)|retourenlabel|retourenschein",
    ),
)

CAUSES = (
    Phrase(
        r"\bvernichte\w*|\bvernichtung\b|\bentsorg\w*|\bbeschlagnahm\w*",
        M.EXCEPTION,
        C.DESTROYED,
        unless=r"nicht vernichtet",
    ),
    Phrase(
        r"\bverloren\b|\bverlust\b|\bunauffindbar\b|\bnicht (?:mehr )?(?:auffindbar|aufzufinden|aufgefunden)"
        r"|\bvermisst\b|\bverschollen\b"
        r"|\bin verlust geraten\b|\babhanden\b|\bgestohlen\b|\bdiebstahl\b|\bentwendet\b"
        r"|\bverbleib\b[^.;]{0,24}\bunklar"
        r"|\bnicht (?:im|am) [^.;]{0,24}gefunden",
        M.EXCEPTION,
        C.LOST,
        unless=r"wieder (?:gefunden|aufgetaucht|aufgefunden)|wiedergefunden",
    ),
    Phrase(
        r"\bbeschädig\w*|\bschadhaft\w*|\bdefekt\w*|\bzerbroch\w*|\bzerdrückt\w*|\bausgelaufen\w*|\bdurchnässt\w*"
        r"|\bnass\b|\bnachverpack\w*"
        r"|\baufgerissen\w*|\binhalt (?:fehlt|unvollständig)|\btransportschaden\b|\bschadenfall\b|\bberaub\w*"
        r"|\bmit (?:einem )?(?:möglichen )?schaden\b",
        M.EXCEPTION,
        C.DAMAGED,
        unless=r"unbeschädigt",
    ),
    Phrase(
        r"\bzoll\w*\b[^.;]{0,40}(?:zurückgehalten|angehalten|aufgehalten|gestoppt|abgelehnt|verweigert|verzöger\w*"
        r"|problem\w*|unterlagen|fehl\w*|nicht möglich|zurückgewiesen|dokument\w*)"
        r"|(?:zurückgehalten|angehalten|festgehalten|verzöger\w*)[^.;]{0,40}(?:\bzoll|verzollung)"
        r"|\bfehlende\w* zoll\w*|\bzollprüfung negativ"
        r"|\bverzollung\b[^.;]{0,40}(?:nicht möglich|verzöger\w*|fehl\w*)",
        M.CUSTOMS,
        C.CUSTOMS,
    ),
    Phrase(r"\bverboten\w*|\bgefahrgut\b|\bsicherheitsgründe\w*|\bvon behörden\b|\bembargo\b", M.EXCEPTION, C.SECURITY),
    Phrase(
        r"\bannahme[^.;]{0,50}verweiger\w*|\bannahmeverweiger\w*|\bverweiger\w*[^.;]{0,30}annahme"
        r"|empfänger[^.;]{0,30}(?:abgelehnt|verweiger\w*)|\bnicht angenommen\b|\b(?:sendung"
        r"|paket)\b[^.;]{0,30}\babgelehnt\b",
        M.EXCEPTION,
        C.REFUSED,
    ),
    Phrase(
        r"\b(?:adresse|anschrift|hausnummer|empfängerangaben)\b[^.;]{0,40}(?:unvollständig|falsch|fehlerhaft"
        r"|unbekannt|unzureichend|fehlt|nicht (?:gefunden|ermittel\w*|korrekt))"
        r"|(?:unvollständige|falsche|fehlerhafte|unbekannte|unzureichende)\w* (?:empfänger)?(?:adresse|anschrift)"
        r"|empfänger[^.;]{0,30}(?:unbekannt|verzogen|nicht (?:zu )?ermittel\w*)|\bunbekannt verzogen\b"
        r"|\bfalsche adresse\b|\bverzogen\b|\bhausnummer fehlt",
        M.EXCEPTION,
        C.ADDRESS,
    ),
    Phrase(
        r"\bnicht (?:\w+ )?(?:angetroffen|zu ?hause|anwesend|erreichbar|erreicht)\b|\bniemand(?:en)? (?:angetroffen"
        r"|zu ?hause)|\babwesend\b"
        r"|geschäft[^.;]{0,15}geschlossen|empfänger[^.;]{0,30}geschlossen|benachrichtigungskarte|(?:firma"
        r"|büro)[^.;]{0,15}geschlossen"
        r"|\bempfänger[^.;]{0,12}nicht da\b|\bkein zutritt\b",
        M.ATTEMPT_FAILED,
        C.NOBODY_HOME,
        unless=r"\b(?:absender|versender)\b[^.;]{0,16}nicht",
    ),
    Phrase(
        r"\bfehl(?:geleitet|leitung|sortier\w*|läufer)|\birrläufer\b|\bfalsch (?:sortiert|zugeordnet|geleitet"
        r"|verladen)|\bfalsche[nrs]? (?:\w+ )?(?:tour|depot|paketshop|zustellbasis|niederlassung|standort)"
        r"|\bsortierfehler\b",
        M.EXCEPTION,
        C.MISROUTED,
    ),
    Phrase(
        r"\w*wetter\w*|\bwitterung\w*|\bschnee\w*|\bhochwasser\b|\bsturm\w*|\bglätte\b|\bnaturkatastrophe\w*",
        M.EXCEPTION,
        C.WEATHER,
    ),
    Phrase(
        r"\bverzöger\w*|\bverspät\w*|\bstreik\w*|\bbetriebsstörung\w*|\btechnische\w* (?:gründe|störung|problem)\w*",
        M.EXCEPTION,
        C.COURIER_FAULT,
    ),
)

ATTEMPTS = (
    Phrase(
        r"\bnicht (?:\w+ )?(?:zugestellt|ausgeliefert|übergeben) (?:werden|worden)"
        r"|\bzustellung (?:\w+ ){0,3}(?:nicht (?:\w+ )?(?:möglich|erfolgreich)|erfolglos|fehlgeschlagen)"
        r"|\bnicht zugestellt\b|\bnicht ausgeliefert\b|\berfolglose\w* zustell\w*|\bzustellversuch\b"
        r"|\bzustellhindernis\b|\bunzustellbar\b",
        M.ATTEMPT_FAILED,
        unless=r"zustellversuch (?:war )?erfolgreich",
    ),
)

MOVES = (
    Phrase(r"\bstorniert\b|\bstornierung\b", M.CANCELLED),
    Phrase(r"\bbesonderes? vorkommnis\w*|\bangehalten\b|\bzurückgehalten\b", M.EXCEPTION, C.UNSTATED),
    Phrase(
        rf"\bzur abholung bereit\b|\babholbereit\b|\b{_POINT}\b[^.;]{{0,40}}(?:bereit|hinterlegt|eingestellt"
        rf"|abgeholt werden)|\bin (?:die|der|einer?) {_POINT}"
        r"[^.;]{0,20}(?:eingelegt|eingestellt|gebracht worden|zugestellt)|\b(?:an|am|im) (?:den |dem |einem )?(?:\w+ )?"
        rf"{_POINT}[^.;]{{0,30}}(?:zugestellt|eingetroffen|hinterlegt)|\bnicht (?:am|im"
        rf"|aus dem) (?:\w+ )?{_POINT} abgeholt"
        rf"|\bliegt (?:\w+ ){{0,3}}(?:im|in der|am) (?:\w+ )?{_POINT}|\bwartet auf (?:die )?abholung"
        rf"|\babgeholt werden\b",
        M.AVAILABLE_FOR_PICKUP,
        unless=r"\b(?:wird|werden) (?:\w+ ){0,6}(?:gebracht|transportiert|weitergeleitet)|abgeholt worden"
        r"|\bvom empfänger\b",
    ),
    Phrase(
        r"\b(?:erfolgreich )?zugestellt\b|\bzustellung erfolgreich\b|\b(?:dem|an den) (?:empfänger"
        r"|nachbarn?)\b[^.;]{0,30}(?:übergeben|ausgehändigt)"
        r"|\bvom empfänger\b[^.;]{0,50}\babgeholt\b|\berfolgreiche zustellung\b|\bzustellung an (?:den |die "
        r"|einen? )?(?:nachbarn?"
        r"|familien\w*|hausbewohner|empfänger|bevollmächtigten)\b|\bempfänger hat[^.;]{0,40}abgeholt"
        r"|\bausgeliefert\b|\b(?:ablageort|abstellort|briefkasten|garage|nachbarn?|hausbewohner|pförtner|empfang)\b"
        r"[^.;]{0,24}(?:abgelegt|eingelegt|abgestellt|abgegeben|eingeworfen|zugestellt)|\bunterschrieben von\b",
        M.DELIVERED,
        unless=r"\b(?:wird|werden|soll|nicht)\b[^.;]{0,40}ausgeliefert|ausgeliefert werden|\bnicht\b[^.;]{0,30}abge"
        r"|\b(?:nicht|wird|werden|soll|kann|könnte|sobald|bis)\b[^.;]{0,40}zugestellt|zugestellt werden",
    ),
    Phrase(
        r"\bin das zustellfahrzeug\b|\bin zustellung\b|\bwird (?:\w+ ){0,3}zugestellt\b"
        r"|\bauf dem weg zum empfänger\b|\bauf (?:der )?zustelltour\b|\bin auslieferung\b|\bin das fahrzeug\b"
        r"|\bwird heute (?:\w+ )?(?:zugestellt|ausgeliefert|geliefert)|\b(?:mit|beim) (?:dem )?zusteller\b"
        r"|\bauf dem weg zu ihnen\b",
        M.OUT_FOR_DELIVERY,
    ),
    Phrase(
        r"\belektronisch (?:angekündigt|übermittelt)|\bangekündigt\b|\bauftragsdaten\b|\bsendungsdaten (?:liegen vor"
        r"|übermittelt|eingegangen|empfangen)|\bvorankündigung\b"
        r"|\bnoch nicht (?:an dhl )?übergeben\b",
        M.INFO_RECEIVED,
    ),
    Phrase(
        r"\b(?:verzollung|zollabfertigung|zoll)\b[^.;]{0,30}(?:abgeschlossen|freigegeben|beendet)",
        M.IN_TRANSIT,
        unless=r"nicht|noch",
    ),
    Phrase(r"\bverzoll\w*|\bzoll\w*", M.CUSTOMS),
    Phrase(
        r"\beingeliefert\b|\bvom absender\b[^.;]{0,40}(?:abgegeben|übergeben)|\bbeim absender abgeholt\b"
        r"|\babholung (?:\w+ ){0,2}erfolgreich\b|\bwurde abgeholt\b|\b(?:auftraggeber|lieferant"
        r"|absender)\w*\b[^.;]{0,16}\babgeholt"
        r"|\bnach erfolgter abholung\b|\bpaketshop\b[^.;]{0,40}\babgegeben\b|\bübernommen\b",
        M.PICKED_UP,
        unless=r"\b(?:nicht|keine?)\b",
    ),
    Phrase(
        r"\bbearbeitet\b|\bsortiert\b|\beingetroffen\b|\bangekommen\b|\bverlassen\b|\btransport\w*"
        r"|\bweitergeleitet\b|\bpaketzentrum\b|\bunterwegs\b"
        r"|\bweitertransport\b|\bverladen\b|\bumgeschlagen\b|\bversandbereit\b|\bübergeben\b|\bexport\w*",
        M.IN_TRANSIT,
        unless=r"\bnicht (?:\w+ ){0,4}(?:eingetroffen|angekommen|verlassen)",
    ),
)

BOOK = PhraseBook(SCRUB, RETURNS, CAUSES, ATTEMPTS, MOVES, FIRST, LETTERS, border="")
