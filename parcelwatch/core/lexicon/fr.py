"""French phrases of courier texts, from France, Belgium, Switzerland and Canada.

Drawn from the wordings La Poste, Colissimo, Chronopost, Mondial Relay and Canada Post show to their customers.
Capitals often come without accents, so "livré" and "livre" are one word here.
"""

from __future__ import annotations

from parcelwatch.core.lexicon.phrases import PLAIN, Phrase, PhraseBook
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

WORDS = """
le la les un une des du au aux et est été être votre vos nous notre nos dans en sur sera avec chez pour par ce cette
il pas n'a pu a colis envoi pli livraison livré livrée livrer distribué distribution remis remise retour retourné
renvoyé expéditeur destinataire client acheminement arrivé parti quitté transit douane dédouanement douanier
endommagé avarié perdu égaré introuvable refusé adresse absent absence avis passage relais retrait bureau poste
guichet instance disponible livreur facteur tournée tri trié plateforme agence retard intempéries grève annulé
étiquette préparation commande prise pris charge enlèvement expédié réexpédié incident tentative échec présentation
non encore mal détruit objet article entrepôt véhicule jour aujourd hui demain domicile transport contenu interdit
livreurs déposé déposée demandé réception points colissimo chronopost boîte lettres voisin gardien signé bloqué
retenu
"""

_PARCEL = r"(?:colis|envoi|courrier|objet|pli|lettre|article|paquet|marchandise|commande|colissimo)s?"
_BUYER = r"(?:destinataire|client|acheteur)e?s?"
_SHOP = r"(?:expéditeur|envoyeur|vendeur|e-?commerçant|e-?marchand|marchand|donneur d'ordre)"
_TO = r"(?:à|au|chez|vers) (?:l'|le |son |sa |votre |notre )?"
_POINT = (
    r"(?:point(?:s)? (?:de )?(?:relais|retrait|pick-?up|de retrait)|relais|bureau de poste|comptoir postal|consigne"
    r"|locker|casier|guichet)"
)
_HANDED = r"(?:livré|distribué|remis|restitué|rendu)(?:e|s|es)?"

SCRUB = (
    (
        r"\b(?:sera|seront|serait) (?:\w+ )?(?:retourn|renvoy|réexpédi|détrui)\w*[^.;!]{0,80}\b(?:si|s'il|à défaut|sans"
        r"|passé|au-?delà|après (?:ce|cette|le|\d+))\b[^.;!]*"
    ),
    # A return tied to a day or a period to come.
    (
        r"\b(?:sera|seront|serait) (?:\w+ )?(?:retourn|renvoy|réexpédi)\w*[^.;!]{0,60}\b(?:le|du|dès|au|après|dans)"
        r" (?:le |lundi |mardi |mercredi |jeudi |vendredi |samedi )?\d[^.;!]*"
    ),
    (
        r"\b(?:puis|ensuite|après quoi|(?:le|du|dès|au|après|dans) (?:le )?\d+)\b[^.;!]{0,50}\b(?:sera|seront|serait)"
        r" (?:\w+ )?(?:retour|renvo|réexpédi)[^.;!]*"
    ),
    r"\bjusqu'(?:au|à) [^.;!]{0,24}\b(?:puis|ensuite) (?:\w+ )?(?:retour|renvoi)\b[^.;!]*",
    r"\b(?:si|s'il|s'ils|sauf|en cas d['e]|au cas où|à défaut|sinon|lorsque|dès que)\b[^.;!]*",
    r"\b(?:au-?delà|passé|à l'issue) (?:de |du )?(?:ce |cette |le |\d+)[^.;!]*",
    r"\bavant (?:d'être|son|le) (?:ret|renv)\w*[^.;!]*",
    r"\b(?:aucune?|sans|pas de|ni|non) (?:\w+ ){0,2}(?:dommages?|dégâts?|avaries?|anomalies?|incidents?|retards?)\b",
    r"\b(?:pas|non|jamais) (?:été |d')?(?:endommag|abîm|perdu|détrui|refus)\w*",
    r"\bétiquette (?:est |a été )?(?:endommag|abîm|illisib|déchir)\w*",
    r"\bvous avez saisi\w*|\bnous (?:faisons|mettons) tout en œuvre[^.;!]*",
)

FIRST = (
    Phrase(r"\b(?:retour|renvoi)\b[^.;]{0,30}\bannulé\b", None),
    Phrase(r"\b(?:étiquette|bordereau|bon|ticket|formulaire) (?:\w+ )?(?:de |du )?retour\b", None),
    Phrase(
        r"\b(?:statut|événement|livraison|distribution|scan) (?:\w+ )?(?:précédente? )?(?:a été |est )?(?:corrigé"
        r"|invalidé|rectifié)",
        M.EXCEPTION,
        C.UNSTATED,
    ),
    Phrase(r"\bpas encore (?:\w+ ){0,2}(?:livr|distribu)\w*", None),
)

RETURNS = (
    Phrase(
        rf"\b{_HANDED} (?:\w+ ){{0,2}}{_TO}{_SHOP}|\b(?:réceptionné|récupéré|reçu)e? par (?:l'|le |son ){_SHOP}"
        r"|\bretour (?:\w+ )?(?:livré|distribué|terminé|finalisé|effectué)",
        M.RETURNED,
        unless=r"\b(?:sera|seront|va|pas|pu|impossible|avant|non|en cours)\b",
    ),
    Phrase(
        rf"\bret(?:our|ourn\w+)\b[^.;]{{0,40}}\b{_SHOP}|\b(?:renvoi|renvoy\w+|réexpédi\w+)\b[^.;]{{0,30}}\b{_SHOP}"
        r"|\ben (?:cours de )?retour\b|\bretour (?:est )?(?:en cours|initié|demandé|programmé|expéditeur|à l'envoyeur)"
        r"|\b(?:est|été|va être|sera|être) (?:retourn|renvoy)é\w*|\b(?:d'un|au|le|son) retour (?:du|de votre|de l')"
        r"|\bnous (?:le |la )?(?:retournons|renvoyons)\b|^retour\b",
        M.RETURNING,
        unless=r"\b(?:retour\w*|renvoyé\w*) (?:\w+ )?(?:au|en|vers|dans) (?:le |un |notre |son )?(?:dépôt|agence|centre"
        r"|site|bureau|plateforme|entrepôt)|\bpas (?:être )?(?:retourn|renvoy)|\bretour d'info",
    ),
)

CAUSES = (
    Phrase(
        r"\bdétrui\w*|\bdestruction\b|\b(?:au|en|mis) rebut\b|\bsaisie?s? par\b|\bconfisqu\w*",
        M.EXCEPTION,
        C.DESTROYED,
    ),
    Phrase(
        r"\bperdue?s?\b|\bperte (?:du|de|d'|en)\b|\bégarée?s?\b|\bintrouvables?\b|\bdisparue?s?\b|\bvolée?s?\b"
        r"|\bdérobée?s?\b"
        r"|\b(?:pas|plus)[^.;]{0,16}\b(?:retrouv|localis)é\w*",
        M.EXCEPTION,
        C.LOST,
        unless=r"\b(?:a|ont|est) (?:été )?retrouvé|(?:adresse|destinataire|numéro|rue)\b[^.;]{0,24}"
        r"(?:introuvable|retrouv|localis)",
    ),
    Phrase(
        r"\bendommag\w*|\babîmée?s?\b|\bavariée?s?\b|\bavaries?\b|\bdétériorée?s?\b|\bcassée?s?\b|\bécrasée?s?\b"
        r"|\bdéchirée?s?\b|\bmouillée?s?\b|\bdommages?\b|\bdégâts?\b|\bspoli\w*|\breconditionn\w*"
        r"|\bcontenu (?:\w+ )?(?:manquant|incomplet)",
        M.EXCEPTION,
        C.DAMAGED,
        unless=r"\bvéhicule (?:\w+ )?endommag",
    ),
    Phrase(
        r"\b(?:bloqu|reten|retard|refus|rejet|problème|incompl|manqu|litige|arrêt|immobilis|interce)\w*[^.;]{0,40}"
        r"\b(?:dé)?douan\w*"
        r"|\b(?:dé)?douan\w*[^.;]{0,40}(?:bloqu|\breten|retard|refus|rejet|incompl|manqu|litige|impossible"
        r"|\b(?:document|pièce|information|facture|justificatif|paiement)s?\b)"
        r"|\b(?:droits|taxes)\b[^.;]{0,40}(?:impay|en attente|à payer|à régler|non (?:pay|régl)\w*)"
        r"|\ben attente (?:de |du )?(?:paiement|règlement)[^.;]{0,30}(?:droits|taxes)",
        M.CUSTOMS,
        C.CUSTOMS,
        unless=r"\b(?:libéré|débloqué|levé)",
    ),
    Phrase(
        r"\binterdit\w*|\bprohibée?s?\b|\bmarchandises? dangereuses?|\b(?:raisons?|motifs?|mesures?) de sécurité"
        r"|\b(?:contrôle|raisons?) de sûreté|\bpar (?:les autorités|la police)",
        M.EXCEPTION,
        C.SECURITY,
    ),
    Phrase(r"\brefus(?:ée?s?|e|ent)?\b", M.EXCEPTION, C.REFUSED),
    Phrase(
        r"\badress\w*[^.;]{0,40}(?:incompl|erron|incorrect|insuffis|inconnu|inexist|fausse|introuvable|incohér|illisib"
        r"|imprécis|inaccessible|pas (?:été |pu être )?(?:trouv|identifi|localis)|à (?:compléter|corriger))"
        r"|\b(?:mauvaise|fausse|défaut d') ?adress\w*|\b(?:erreur|problème) d'adress\w*"
        rf"|\b{_BUYER} (?:est |\w+ )?(?:inconnu|introuvable)|\bn'habite (?:pas|plus)\b|\bnpai\b|\bdéménag\w*"
        r"|\b(?:code (?:d'accès|postal)|digicode|numéro de (?:rue|voie))[^.;]{0,20}(?:manqu|erron|incorrect|absent)",
        M.EXCEPTION,
        C.ADDRESS,
        unless=r"\badress\w*[^.;]{0,20}(?:corrigée|complétée|rectifiée)",
    ),
    Phrase(
        r"\babsente?s?\b|\babsence\b|\bpersonne (?:n'(?:était|est)|présente|pour réceptionner)|\bavis de passage\b"
        r"|\b(?:entreprise|établissement|société|magasin|commerce|bureau)\b[^.;]{0,15}\bfermée?\b|\binjoignable",
        M.ATTEMPT_FAILED,
        C.NOBODY_HOME,
        unless=r"\bponts?\b|signature\b[^.;]{0,12}absen",
    ),
    Phrase(
        r"\bmal (?:achemin|orient|tri|dirig|aiguill|rout)é\w*|\berreur (?:d'acheminement|d'aiguillage|d'orientation"
        r"|de tri|de routage|de direction)|\b(?:fausse|mauvaise) (?:direction|agence|destination|orientation"
        r"|plateforme)"
        r"|\bdévoy\w*",
        M.EXCEPTION,
        C.MISROUTED,
    ),
    Phrase(
        r"\bintempéries?\b|\bmétéo\w*|\bclimatique\w*|\bneige\w*|\btempêtes?\b|\binondation\w*|\bouragan\w*"
        r"|\bcyclone\w*"
        r"|\bverglas\b|\bcatastrophe naturelle",
        M.EXCEPTION,
        C.WEATHER,
    ),
    Phrase(
        r"\bretard\w*|\bgrèves?\b|\bmouvement social\b|\b(?:incident|problème|aléa)s? (?:technique|d'exploitation"
        r"|opérationnel|logistique)\w*|\bperturb\w*|\bforce majeure\b|\bpanne\b|\bvol (?:annulé|retardé)",
        M.EXCEPTION,
        C.COURIER_FAULT,
        unless=r"\b(?:éviter|possible)\b[^.;]{0,20}retard",
    ),
)

ATTEMPTS = (
    Phrase(
        r"\bnon[- ](?:livr|distribu|remis)\w*|\b(?:n'a|n'ont|n'avons|n'est|pas|rien)\b[^.;]{0,16}\bpu\b[^.;]{0,16}"
        r"\b(?:livr|distribu|remis|remett|présent|effectu)\w*"
        r"|\b(?:pas|jamais) été (?:livr|distribu|remis)\w*|\bimpossib\w*[^.;]{0,16}\b(?:livr|distribu|remett)\w*"
        r"|\blivraison (?:\w+ ){0,3}(?:impossible|infructueuse|échouée|manquée|non|pas)\b|\blivraison a échoué"
        r"|\béchec (?:de |d')(?:la )?(?:\w+ )?(?:livraison|distribution|remise|présentation)"
        r"|\btentative (?:de |d')(?:livraison|distribution|remise|présentation)|\b(?:incident|anomalie) de livraison\b"
        r"|\bnon[- ]?distribuable\b",
        M.ATTEMPT_FAILED,
        unless=r"\btentative de \w+ (?:en cours|prévue|réussie)|\bpu être livrée? (?:à|au|chez) (?:un|votre) voisin",
    ),
)

_NOT_YET = r"\b(?:sera|seront|va|vont|prochainement|bientôt|en cours|prêt à partir|en attente d'être)\b"

MOVES = (
    Phrase(
        r"\bannulée?s?\b|\bannulation\b",
        M.CANCELLED,
        unless=r"\b(?:rendez-vous|vol|étiquette|retour|demande|enlèvement|collecte|rappel)\b",
    ),
    Phrase(
        r"\bdisponible\b[^.;]{0,50}(?:retrait|ramass|relais|point|bureau|agence|consigne|locker|casier|poste|guichet"
        r"|commerç|récupér)|\bà (?:votre|sa) disposition\b|\bprête? (?:à être|pour (?:le |son |être )?)"
        r" ?(?:retir|retrait|récup)\w*|\bvous attend\b|\bà retirer\b|\ben attente (?:de |d'être )(?:retrait|retir"
        r"|récupér)|\ben instance\b|\bvous pouvez (?:venir )?(?:le |la )?(?:retirer|récupérer)"
        rf"|\b(?:livré|remis|arrivé|mis)e? (?:\w+ ){{0,2}}(?:au|en|dans (?:le|un|votre|son)|à la|chez|à) (?:\w+ )?"
        rf"{_POINT}|\bdéposée? (?:au|en|dans (?:le|un|votre)) (?:point (?:de )?(?:relais|retrait)|relais|consigne"
        r"|locker|casier|bureau de poste)",
        M.AVAILABLE_FOR_PICKUP,
        unless=rf"{_NOT_YET}|\bcommunautaire\b|\bpar (?:le |votre |l')?(?:{_BUYER}|{_SHOP})|\bretirée? (?:par|le)\b"
        rf"|\brécupérée? par",
    ),
    Phrase(
        r"\blivrée?s?\b|\bdistribuée?s?\b|\blivraison (?:\w+ )?(?:effectuée|réussie|terminée|réalisée|confirmée)"
        rf"|\bremise?s? (?:\w+ ){{0,2}}(?:au|à|à la|en|contre|dans) (?:la |le |votre |son |sa |un |une |l')?(?:{_BUYER}"
        r"|gardien\w*|voisin\w*|domicile|mains?|personne|signature|boîte|bal\b|tiers|accueil)"
        rf"|\b(?:retiré|récupéré|ramassé)e? (?:\w+ )?par (?:le |son |votre )?{_BUYER}|\bdéposée? (?:dans|en) (?:la "
        rf"|votre "
        rf"|sa )?"
        r"(?:boîte|bal\b)|\bsigné par\b",
        M.DELIVERED,
        unless=r"\b(?:pas|non|jamais|sera|seront|être|va|vont|avant|bientôt|quand|pourra|doit|prête?)\b[^.;]{0,30}"
        r"\b(?:livr|distribu|remis|retir|récup)\w*|\blivrée? (?:au|à la|à l'|aux) (?:transporteur|douane|compagnie)"
        r"|\bpartiellement\b",
    ),
    Phrase(
        r"\ben (?:cours de )?livraison\b|\ben tournée\b|\bpartie? (?:en|pour) (?:la )?(?:livraison|tournée"
        r"|distribution)"
        r"|\ben cours de distribution\b|\b(?:avec|confiée? au|remise? au) (?:le |votre )?(?:livreur|facteur)"
        r"|\b(?:sera|est) (?:livrée?|distribuée?) (?:aujourd'hui|ce jour)|\bchargée? dans le véhicule"
        r"|\blivreur (?:\w+ ){0,2}(?:en route|en chemin)|\bsortie? (?:pour|en) livraison",
        M.OUT_FOR_DELIVERY,
        unless=r"\b(?:préparons|prévue?|prochainement|avant|bientôt|pays)\b",
    ),
    Phrase(
        r"\b(?:en (?:cours de )?préparation|préparée?) (?:\w+ ){0,3}chez\b|\bannoncée?\b|\ben cours de préparation\b"
        r"|\b(?:informations?|données|renseignements)\b[^.;]{0,40}\b(?:reçu|transmis|soumis)e?s?\b"
        r"|\bétiquette (?:\w+ ){0,3}(?:créée|générée|imprimée|éditée)|\bva (?:bientôt )?nous être (?:confié|remis)"
        r"|\bpas encore (?:été |en )?(?:\w+ )?(?:remise?|prise? en charge|confiée?|possession|déposée?)"
        r"|\ben attente (?:de |du )(?:prise en charge|remise|dépôt|colis|l'envoi)|\bprêt à être expédié",
        M.INFO_RECEIVED,
    ),
    Phrase(
        r"\b(?:dé)?douan\w*[^.;]{0,40}\b(?:terminée?s?|effectuée?s?|achevée?s?|libérée?s?|autorisée?s?|franchie?s?)\b"
        r"|\b(?:libérée?|sortie?|quitté)\b[^.;]{0,20}\bdouanes?\b|\bdédouanée?s?\b",
        M.IN_TRANSIT,
        unless=r"\b(?:pas|non|attente|être)\b",
    ),
    Phrase(r"\b(?:dé)?douan\w*", M.CUSTOMS),
    Phrase(
        r"\bbloquée?s?\b|\bretenue?s?\b|\banomalie\b|\bincident\b|\ben litige\b|\ben souffrance\b|\bimmobilisée?\b",
        M.EXCEPTION,
        C.UNSTATED,
        unless=r"\b(?:créneau|date|option|adresse)\b[^.;]{0,20}retenue?",
    ),
    Phrase(
        r"\bprise? en charge\b|\bcollectée?\b|\benlevée?\b|\bramassée?\b|\b(?:enlèvement|ramassage|collecte)"
        rf" (?:\w+ )?(?:effectué|réalisé)e?|\bdéposée?\b[^.;]{{0,40}}(?:point postal|{_SHOP}|bureau|agence|relais"
        rf"|client)"
        r"|\bremise? (?:à|au|par) (?:la poste|chronopost|colissimo|mondial relay|transporteur|l'expéditeur)"
        r"|\b(?:vient d'être|a été|nous a été|est) confiée?\b|\bdépôt (?:\w+ )?(?:effectué|réalisé)"
        r"|\bentre nos mains\b",
        M.PICKED_UP,
        unless=r"\b(?:pas|va|sera|non|pu|échec|attente|bientôt)\b",
    ),
    Phrase(
        r"\barriv(?:ée?s?|e)\b|\bpartie?\b|\bquitt\w*|\ben transit\b|\btriée?s?\b|\btri\b|\bachemin\w*|\ben (?:route"
        r"|chemin)\b|\bexpédiée?s?\b|\btransport\w*|\bplateforme\w*|\btraitée?s?\b|\btransf\w*|\bsite de livraison\b"
        r"|\ben cours de traitement\b|\bréceptionnée?\b|\bprêt à partir\b|\bréexpédi\w*|\bsortie? d[eu]\b",
        M.IN_TRANSIT,
        unless=r"\bpas (?:encore )?arrivée?",
    ),
)

_ANNOUNCED = r"\b(?:sera|seront|serait)\b"

BOOK = PhraseBook(SCRUB, RETURNS, CAUSES, ATTEMPTS, MOVES, FIRST, PLAIN, announced=_ANNOUNCED)
