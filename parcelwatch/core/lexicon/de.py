"""German phrases of courier texts: DHL answers in German where no language was asked for or none is kept.

Drawn from DHL Paket's published event and reason names and from wordings its customers see.
"""

from __future__ import annotations

from parcelwatch.core.lexicon.phrases import Phrase, PhraseBook
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

_POINT = r"(?:filiale|packstation|paketshop|poststation|paketbox|abholstation|postfiliale|agentur)"

SCRUB = (
    r"\b(?:falls|wenn|sollten?|sofern)\b[^.;!]*",
    r"\b(?:ohne|keine?n?|nicht)\b (?:\w+ )?(?:beschädig\w*|schäden|schaden)",
    r"\b(?:keine?|ohne) (?:verzögerung\w*|rücksendung)",
)

RETURNS = (
    Phrase(
        r"(?:an|bei) den absender (?:zurück)?(?:zugestellt|übergeben|ausgeliefert)"
        r"|dem absender (?:wieder )?(?:zugestellt|übergeben|ausgehändigt)"
        r"|rücksendung[^.;]{0,30}(?:zugestellt|abgeschlossen)|beim absender (?:eingetroffen|angekommen)",
        M.RETURNED,
        unless=r"\b(?:wird|werden|soll|nicht|konnte)\b",
    ),
    Phrase(
        r"zurück an (?:den )?absender|an (?:den )?absender (?:\w+ )?zurück|zum absender zurück|\brücksendung\b"
        r"|\brückversand\b|\brücklauf\b|\bretour"
        r"|\bzurück(?:gesandt|gesendet|geschickt|geführt)\b|\brückwärtige\b|auf dem rückweg|rückbeförderung",
        M.RETURNING,
        unless=r"keine rücksendung|retourenlabel|retourenschein",
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
        r"|\bin verlust geraten\b|\babhanden\b",
        M.EXCEPTION,
        C.LOST,
        unless=r"wieder (?:gefunden|aufgetaucht|aufgefunden)|wiedergefunden",
    ),
    Phrase(
        r"\bbeschädig\w*|\bschadhaft\w*|\bdefekt\w*|\bzerbroch\w*|\bzerdrückt\w*|\bausgelaufen\w*|\bdurchnässt\w*"
        r"|\bnass\b|\bnachverpack\w*"
        r"|\baufgerissen\w*|\binhalt (?:fehlt|unvollständig)|\btransportschaden\b",
        M.EXCEPTION,
        C.DAMAGED,
        unless=r"unbeschädigt",
    ),
    Phrase(
        r"\bzoll\w*\b[^.;]{0,40}(?:zurückgehalten|angehalten|aufgehalten|gestoppt|abgelehnt|verweigert|verzöger\w*"
        r"|problem\w*|unterlagen|fehl\w*|nicht möglich)"
        r"|(?:zurückgehalten|angehalten|festgehalten|verzöger\w*)[^.;]{0,40}(?:\bzoll|verzollung)"
        r"|\bverzollung\b[^.;]{0,40}(?:nicht möglich|verzöger\w*|fehl\w*)",
        M.CUSTOMS,
        C.CUSTOMS,
    ),
    Phrase(r"\bverboten\w*|\bgefahrgut\b|\bsicherheitsgründe\w*|\bvon behörden\b|\bembargo\b", M.EXCEPTION, C.SECURITY),
    Phrase(
        r"\bannahme[^.;]{0,50}verweiger\w*|\bannahmeverweiger\w*|\bverweiger\w*[^.;]{0,30}annahme"
        r"|empfänger[^.;]{0,30}(?:abgelehnt|verweiger\w*)",
        M.EXCEPTION,
        C.REFUSED,
    ),
    Phrase(
        r"\b(?:adresse|anschrift|hausnummer|empfängerangaben)\b[^.;]{0,40}(?:unvollständig|falsch|fehlerhaft"
        r"|unbekannt|unzureichend|fehlt|nicht (?:gefunden|ermittel\w*|korrekt))"
        r"|(?:unvollständige|falsche|fehlerhafte|unbekannte|unzureichende)\w* (?:empfänger)?(?:adresse|anschrift)"
        r"|empfänger[^.;]{0,30}(?:unbekannt|verzogen|nicht (?:zu )?ermittel\w*)|\bunbekannt verzogen\b",
        M.EXCEPTION,
        C.ADDRESS,
    ),
    Phrase(
        r"\bnicht (?:\w+ )?(?:angetroffen|zu ?hause|anwesend|erreichbar)\b|\bniemand(?:en)? (?:angetroffen"
        r"|zu ?hause)|\babwesend\b"
        r"|geschäft[^.;]{0,15}geschlossen|empfänger[^.;]{0,30}geschlossen|benachrichtigungskarte",
        M.ATTEMPT_FAILED,
        C.NOBODY_HOME,
    ),
    Phrase(
        r"\bfehl(?:geleitet|leitung|sortier\w*|läufer)|\birrläufer\b|\bfalsch (?:sortiert|zugeordnet|geleitet"
        r"|verladen)",
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
        r"|\berfolglose\w* zustell\w*|\bzustellversuch\b|\bzustellhindernis\b|\bunzustellbar\b",
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
        r"[^.;]{0,20}(?:eingelegt|eingestellt|gebracht worden)",
        M.AVAILABLE_FOR_PICKUP,
        unless=r"\b(?:wird|werden) (?:\w+ ){0,6}(?:gebracht|transportiert|weitergeleitet)|abgeholt worden"
        r"|vom empfänger abgeholt",
    ),
    Phrase(
        r"\b(?:erfolgreich )?zugestellt\b|\bzustellung erfolgreich\b|\b(?:dem|an den) (?:empfänger"
        r"|nachbarn?)\b[^.;]{0,30}(?:übergeben|ausgehändigt)"
        r"|\bvom empfänger (?:\w+ )?abgeholt\b|\bempfänger hat[^.;]{0,40}abgeholt",
        M.DELIVERED,
        unless=r"\b(?:nicht|wird|werden|soll|kann|könnte|sobald|bis)\b[^.;]{0,40}zugestellt|zugestellt werden",
    ),
    Phrase(
        r"\bin das zustellfahrzeug\b|\bin zustellung\b|\bwird (?:\w+ ){0,3}zugestellt\b"
        r"|\bauf dem weg zum empfänger\b",
        M.OUT_FOR_DELIVERY,
    ),
    Phrase(
        r"\belektronisch (?:angekündigt|übermittelt)|\bangekündigt\b|\bauftragsdaten\b"
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
        r"|\babholung erfolgreich\b|\bwurde abgeholt\b",
        M.PICKED_UP,
    ),
    Phrase(
        r"\bbearbeitet\b|\bsortiert\b|\beingetroffen\b|\bangekommen\b|\bverlassen\b|\btransport\w*"
        r"|\bweitergeleitet\b|\bpaketzentrum\b|\bunterwegs\b"
        r"|\bweitertransport\b|\bverladen\b",
        M.IN_TRANSIT,
    ),
)

BOOK = PhraseBook(SCRUB, RETURNS, CAUSES, ATTEMPTS, MOVES)
