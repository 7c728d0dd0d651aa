"""English phrases of courier texts.

Drawn from the published status lists of DHL's divisions, UPS, FedEx, USPS and Hermes, and from the wordings Royal
Mail, Canada Post and Australia Post show to their customers. Conditions ("if you
are not at home …") say what may happen, not what did, so they are taken out before reading.
"""

from __future__ import annotations

from parcelwatch.core.lexicon.phrases import PLAIN, Phrase, PhraseBook
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

WORDS = """
the an of to at in on by for from with and or is was has have been be being will not your our we you it this that if
out are any there no such number street access shipment parcel package packages item items consignment mail mailbox
delivery delivered deliver undeliverable undelivered delivering recipient receiver consignee customer addressee
sender shipper address arrived arrival arriving departed departure left processed processing facility depot hub sort
sorted sorting received picked pickup pick collected collection courier driver vehicle customs clearance cleared
held hold delay delayed weather damaged damage lost missing refused returned returning attempt attempted failed
unable notice locker neighbour neighbor signed label created information sent electronic shipping scan order
cancelled canceled voided ready available waiting awaiting exception misrouted missorted destroyed seized disposed
stopped pending scheduled rescheduled forwarded transferred loaded accepted acceptance during transport transported
export import release released action required request requested business day bank holiday tendered handed onboard
way today tomorrow post office home nobody broken torn contents found wrong incorrect incomplete unknown moved
closed strike status update updated data track tracking origin flight
"""

_PARCEL = r"(?:shipment|parcel|package|item|consignment|piece|mail ?piece|letter)s?"
_BUYER = r"(?:recipient|receiver|consignee|customer|addressee|occupant)s?"
_SHOP = r"(?:sender|shipper|consignor|originator|merchant|seller|retailer)"
_POINT = (
    r"(?:locker|packstation|parcel ?shop|parcel ?station|service ?point|access ?point"
    r"|pick-?up[ -](?:point|location)|collection point)"
)

_WHEN = (
    r"(?:\d+(?!\w* (?:\w+ ){0,2}attempt)|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\b"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:this|that|which|the) (?:date|day|time|period|deadline)|(?:this|that|which)\b(?! \w))"
)

# Places bear these words too: Broken Arrow, Storm Lake, Snow Hill, Flood Street.
_STUFF = r"(?:contents?|goods|packag(?:e|ing)|wrapping|box|carton|seal|glass|bottle|envelope|outer)"
_BEEN = (
    r"(?:(?:is|are|was|were|has|have|been|got|arrived|found|received|badly|partly|slightly|appears|to|be|and|or|damaged"
    r"|torn|wet) )*"
)
_DUE_TO = (
    r"(?:(?:due|owing) to|because of|caused by|affected by|hit by|result of|delay\w* by|disrupted by)"
    r" (?:\w+ ){0,2}"
)
_FORCES = r"(?:snow|storms?|floods?|hurricanes?)"

SCRUB = (
    # A return tied to a day or a period to come.
    (
        rf"\b(?:will|would|may|shall|to) (?:then |automatically )?be (?:\w+ )?(?:returned|sent back)\b"
        rf"[^.;!]{{0,60}}\b(?:on|by|after|from|in|before) {_WHEN}"
    ),
    rf"\b(?:will|shall|may|would) return\b[^.;!]{{0,60}}\b(?:on|by|after|from|in) {_WHEN}",
    (
        rf"\b(?:on|after|from|by|starting|following|until) {_WHEN}(?:(?!refus|fail|unable|attempt|not )[^.;!]){{0,40}}"
        r"\b(?:(?:will|would|may|shall) (?:\w+ )?(?:be )?(?:\w+ )?|then )(?:return|sent back)[^.;!]*"
    ),
    (
        r"\bfor (?:up to )?\d+ (?:\w+ )?(?:days?|weeks?)\b[^.;!]{0,20}\b(?:then|before|after which)\b[^.;!]{0,20}"
        r"\breturn[^.;!]*"
    ),
    (
        r"\b(?:then|after which|after that|thereafter|afterwards)\b,? (?:\w+ ){0,3}(?:will|would|may|shall)"
        r" (?:\w+ ){0,2}return[^.;!]*"
    ),
    r"\bbefore (?:it is |being )?return(?:ed|ing)?\b[^.;!]*",
    r"\b(?:check|inspect|examin|assess)\w* for (?:\w+ )?damages?\b",
    r"\breport (?:any |all |your )?(?:lost|missing|damaged?)\b[^.;!]*\b(?:within|to|by|at|online|here)\b[^.;!]*",
    (
        r"\bno (?:customs |import |further )?(?:dut(?:y|ies)|tax(?:es)?|charges)\b[^.;!]{0,24}"
        r"\b(?:due|ow\w+|payable|to pay)\b"
    ),
    (
        r"\b(?:will|would|may|shall) be (?:returned|sent back|destroyed|disposed of)\b[^.;!]{0,80}\b(?:if|unless"
        r"|should|after \d+|within \d+)\b[^.;!]*"
    ),
    r"\b(?:if|unless|should (?:you|it|the)|in case|in the event|possible reasons?:)\b[^.;!]*",
    (
        r"\b(?:or|otherwise|before|until)\b,? (?:it|they|we|the \w+|your \w+|this \w+) (?:\w+ ){0,3}(?:return\w*"
        r"|sent back)\b"
        r"[^.;!]*"
    ),
    r"\bwithout (?:any )?(?:visible )?damage\b|\b(?:no|not|never|free of)(?: \w+)? damaged?\b",
    r"\be\. ?g\. [^.;)]*",
    r"\bat (?:your|our|the) disposal\b|\bbroken down\b",
    r"\bno (?:longer )?(?:delay|exception|return)s?\b",
    r"\b(?:defective|broken) vehicle\b",
    r"\bdamaged? (?:label|barcode|vehicle|truck|road|bridge)\b",
    r"\b(?:label|barcode|vehicle|truck) (?:is |was |has been )?(?:damaged|discarded)\b",
)

FIRST = (
    Phrase(
        r"\breturn (?:service )?(?:shipping )?labels?\b|^(?:paper pod|proof of delivery|pick-?up order)\b",
        None,
        unless=r"\b(?:have|been) returned\b|\bunable\b",
    ),
    Phrase(
        r"\bcancelled (?:arrival|departure)\b|\b(?:status|scan|event|delivery record)\b[^.;]{0,24}\b(?:cancel|revers"
        r"|revok|void|undone|withdrawn|correct)\w*",
        M.EXCEPTION,
        C.UNSTATED,
    ),
    Phrase(
        r"\bcancellation\b[^.;]{0,30}\b(?:deleted|withdrawn|revoked)\b|\bpreferred\w*[^.;]{0,24}\bcancel"
        r"|\brequest cancel|\bcdo cancel|\b(?:claim|investigation)\b",
        None,
        unless=r"\b(?:lost|loss|missing|damage\w*|found|return\w*|destroyed)\b",
    ),
    Phrase(
        rf"\breturn(?: to (?:the |its )?{_SHOP})?(?: request| order| process)? (?:(?:has|have|been|was|is) )*cancel\w*"
        r"|\bcancellation of (?:the |its )?return\b",
        None,
    ),
    Phrase(
        r"\b(?:not yet|hasn.t yet|has yet to) (?:been |be )?deliver\w*|\bnot been delivered yet\b"
        r"|\bpick-?up (?:was )?attempted\b",
        None,
    ),
)

RETURNS = (
    Phrase(
        rf"(?:delivered|handed over|given)[^.;]{{0,30}}\b(?:back )?to (?:the )?(?:\w+ )?{_SHOP}\b|delivered (?:at"
        rf"|back)[^.;]{{0,12}}\b{_SHOP}"
        rf"|returns? (?:\w+ ){{0,2}}delivered|return(?:ed)? to (?:the )?{_SHOP}[^.;]{{0,20}}delivered"
        rf"|return (?:was |is )?completed?\b"
        rf"|received (?:back )?by (?:the )?{_SHOP}|(?:back|arrived) at (?:the )?{_SHOP}\b",
        M.RETURNED,
        unless=r"\b(?:will|could not|cannot|not been|not be|failed|unable|until|before|once|to be|being)\b",
    ),
    Phrase(
        rf"return(?:ed|ing|s)?\b[^.;]{{0,40}}\bto (?:the |its )?(?:original |business )?(?:{_SHOP}|origin)\b"
        rf"|return to {_SHOP}|\breturned(?= ?[-:]|$)"
        r"|\bprepared for return\b|\breturns? (?:process )?(?:started|initiated|dispatched|in progress|in transit)"
        r"|\bout for return\b"
        rf"|(?:sent|sending|shipped|forwarded|going|routed|on (?:its|the) way) back\b|back to (?:the )?{_SHOP}"
        rf"|on route to the {_SHOP}"
        r"|(?:being|will be|has been|have been|was|were|is) returned\b|parcel is returned"
        r"|undeliver\w*[^.;]{0,30}\breturn",
        M.RETURNING,
        unless=r"\bnot (?:be )?return|unable to return|return(?:ed)? for re-?delivery|return(?:ed|ing)? to (?:the |our "
        r"|your )?(?:\w+ )?(?:depot|facility|hub|station|terminal|vehicle|centre|center|post ?office)\b"
        r"|\bback to (?:the |our )?(?:nearest |next )?(?:\w+ )?(?:depot|distribution|facility|hub|terminal"
        r"|post ?office)",
    ),
)

CAUSES = (
    Phrase(
        r"\bdestroy(?:ed|ing)?\b|\bdispos(?:ed of|al|ed)\b|\bdiscarded\b|\bscrapped\b|\bconfiscated\b|\bseized\b",
        M.EXCEPTION,
        C.DESTROYED,
        unless=r"\bnot (?:be )?(?:destroyed|disposed|seized)",
    ),
    Phrase(
        rf"\b{_PARCEL} (?:(?:is|are|was|were|has|have|been|gone|now|reported|declared|presumed|considered|deemed"
        rf"|as) )*(?:lost|missing)\b(?! (?:a|an|the|its|\w+ (?:information|data|documents?|label|number))\b)"
        rf"|\b(?:lost|missing) (?:{_PARCEL}|in transit)\b(?! (?:data|info|details|document|label|number))"
        rf"|(?:considered|presumed|declared|reported"
        rf"|deemed) (?:as )?(?:lost|missing)\b"
        rf"|{_PARCEL} (?:could not|cannot|can not|couldn.t|can.t) be (?:found|located|traced)|no longer be (?:found"
        rf"|located|traced)"
        r"|(?<!not )(?<!never )(?<!contact )(?<!connection )(?<!signal )(?<!time )(?<!get )\blost(?=[ .!)]*$)"
        rf"|\b{_PARCEL}\b[^.;]{{0,20}}\bunable to be (?:found|located)|\bwhereabouts\b|\bstolen\b|\btheft\b",
        M.EXCEPTION,
        C.LOST,
        unless=r"\b(?:has|have|was|were|is) (?:now |since )?(?:been )?(?:found|located|recovered)\b"
        r"|\b(?:data|information|documents?|details|payment) (?:of|for|about)\b|\bfor intercept\b",
    ),
    Phrase(
        r"\bdamag(?:e|ed|es|ing)\b|\bcrushed\b|\bleak(?:ing|ed|age|s)\b|\bsoaked\b"
        rf"|\b(?:{_PARCEL}|{_STUFF}) {_BEEN}(?:broken|torn|wet)\b(?! (?:arrow|bow|hill))"
        rf"|\b(?:is|are|was|were|got|been|badly|partly) (?:broken|torn|wet)\b"
        rf"|\b(?:broken|torn|wet) (?:open|{_PARCEL}|{_STUFF})\b|\b(?:broken|torn|wet)$|^(?:broken|torn|wet)(?=[,;:/.-])"
        r"|\bwater[- ]?logged\b"
        rf"|contents? (?:is |are |was |were )?(?:missing|incomplete|short)|(?:missing|short) contents?"
        rf"|incomplete {_PARCEL}|\btampered\b",
        M.EXCEPTION,
        C.DAMAGED,
        unless=r"\b(?:no|any|avoid(?:ing)?|prevent(?:ing)?|against|possible) (?:\w+ )?damage",
    ),
    Phrase(
        r"\b(?:held|detained|stopped|retained|kept|on hold|delay(?:ed)?|intercept\w*|exception|problem|issue"
        r"|reject\w*|refus\w*|fail\w*"
        r"|incomplete|incorrect|terminated)\b[^.;]{0,40}\b(?:customs|clearance|import)\b"
        r"|\b(?:customs|clearance|import)\b[^.;]{0,40}\b(?:held|hold|delay\w*|detain\w*|not possible|reject\w*"
        r"|refus\w*|intercept\w*|missing"
        r"|incorrect|inappropriate|exception|terminated|(?:require|request|need)\w* (?:further |more "
        r"|additional )?(?:information|documents?|payment)"
        r"|(?:information|documents?|documentation|paperwork|payment) (?:is |are )?(?:required|needed|missing))\b"
        r"|\bgovernment documents required\b"
        r"|\b(?:dut(?:y|ies)|tax(?:es)?|import charges)\b[^.;]{0,40}\b(?:unpaid|await\w*|due|outstanding"
        r"|not (?:been )?(?:paid|collected|received))"
        r"|\bawait\w*[^.;]{0,30}\b(?:dut(?:y|ies)|tax(?:es)?)\b",
        M.CUSTOMS,
        C.CUSTOMS,
        unless=r"(?<!not )(?<!not been )\b(?:released|cleared|resolved|completed?)\b",
    ),
    Phrase(
        r"\bprohibited\b|\bdangerous goods\b|\brestricted (?:items?|goods|articles?)\b|security (?:reasons?|hold"
        r"|issue|check failed)"
        r"|\bdenied part(?:y|ies)\b|\bsanction(?:s|ed)?\b|(?:held|stopped) by (?:the )?(?:authorit(?:y|ies)|police"
        r"|government)",
        M.EXCEPTION,
        C.SECURITY,
        unless=r"\bpassed\b|\bno longer\b",
    ),
    Phrase(
        rf"\brefus(?:ed|al|es)\b|\brejected after opening\b|reject(?:ed|ion) by (?:the )?{_BUYER}"
        rf"|{_BUYER}[^.;]{{0,30}}\b(?:reject|declin)\w*"
        r"|\b(?:did not|not) accept(?:ed)? (?:the |by )",
        M.EXCEPTION,
        C.REFUSED,
        unless=r"\bnot refused\b|refused by (?:the )?(?:courier|carrier|airline)",
    ),
    Phrase(
        r"\b(?:incorrect|wrong|incomplete|insufficient|bad|invalid|unknown|missing|inaccurate) (?:\w+ ){0,3}address"
        r"|\baddress(?:ee)?\b[^.;]{0,40}\b(?:incorrect|wrong|incomplete|insufficient|unknown|invalid"
        r"|not (?:be )?(?:found|located|known)"
        r"|does not exist|correction (?:is )?(?:required|needed)|needed)\b"
        rf"|{_BUYER}[^.;]{{0,20}}\b(?:moved|unknown|not known)\b|\bno such (?:number|street|address|recipient)\b"
        rf"|undeliverable as addressed"
        r"|\baddress[^.;]{0,16}\bunable to be found\b|\bno longer at (?:that|this|the) address\b"
        r"|\bidentify the (?:delivery )?address\b|\baddress information required\b|\b(?:room|apartment|suite) number"
        r" needed\b|\bmissing postal code\b|\bvacant address\b"
        r"|\bmoved,? left no address\b|\bunit/suite not provided\b|\b(?:house|flat"
        r"|apartment) number (?:is )?missing\b",
        M.EXCEPTION,
        C.ADDRESS,
        unless=r"address (?:details )?(?:has been |have been |was |were )?(?:corrected|updated)",
    ),
    Phrase(
        rf"\b(?:no ?(?:one|body)|not) (?:was |is |were )?(?:at )?(?:home|present)\b|\bno ?(?:one"
        rf"|body) (?:was )?(?:to receive|available)"
        rf"|{_BUYER}[^.;]{{0,25}}\b(?:not (?:at home|home|available|present|met|in)|unavailable|absent|away|closed"
        rf"|on holiday)\b"
        r"|\b(?:business|company|premises|office) (?:was |is )?closed\b|\bclosed on arrival\b|\bwe missed (?:you"
        r"|each other)\b"
        r"|\b(?:card|notice) (?:was )?left\b|\bno (?:answer|access)\b|\buncontactable\b"
        r"|could not (?:be )?(?:contact|reach)(?:ed)?\b"
        r"|\banyone in\b|\bunable to contact\b|\bnotice card left\b",
        M.ATTEMPT_FAILED,
        C.NOBODY_HOME,
    ),
    Phrase(
        r"\bmis-?\s?(?:sort|rout|sent|send|code|ship|direct|deliver)\w*|\bsorted (?:incorrectly|wrongly)"
        r"|\bwrong(?:ly)? (?:sorted|routed|facility|depot"
        r"|destination)|\b(?:incorrectly|wrongly|mistakenly) (?:sorted|routed|delivered)"
        r"|\bdelivered (?:in error|by mistake|incorrectly|wrongly)\b|\bsent to (?:the |a )?wrong\b|\bwrong route\b"
        r"|\bin error\b[^.;]{0,20}\bre-?rout|\bto the wrong \w+",
        M.EXCEPTION,
        C.MISROUTED,
    ),
    Phrase(
        rf"\bweather\b|\b{_DUE_TO}{_FORCES}\b|\b(?:heavy|severe|tropical|winter|major) {_FORCES}\b"
        rf"|\b{_FORCES} (?:conditions?|delays?|damage|warnings?|alerts?|in the|on the|has|have|is|are|caus\w+)\b"
        rf"|\b{_FORCES}(?: ?[/,&] ?| and | or )(?:ice|wind|rain|fire|{_FORCES})\b|\b{_FORCES}$|^{_FORCES}(?=[,;:/.-])"
        r"|\bsnow(?:fall|storms?|ed)\b|\bblizzards?\b|\bflood(?:ing|ed|waters?)\b|\btyphoon\b"
        r"|\bnatural disaster\b|\bearthquake\b|\bwildfire\w*",
        M.EXCEPTION,
        C.WEATHER,
    ),
    Phrase(
        rf"\b{_DUE_TO}strikes?\b|\b(?:general|labou?r|port|rail|air|airport|national|postal|transport|dock|on|a|the"
        r"|workers?'?|drivers?'?) strikes?\b"
        r"|\bstrikes? (?:action|at|by|in|of|affect\w*|delay\w*|has|is|continu\w*)\b|\bstrikes?$|^strikes?(?=[,;:/.-])"
        r"|\bindustrial action\b|\bforce majeure\b|\bcapacity (?:issue|problem|restraint)s?"
        r"|\b(?:technical|operational|mechanical)"
        r" (?:issue|problem|failure|reason)s?|\bflight (?:delay|cancel)\w*|\bmissed (?:the )?(?:delivery cycle"
        r"|connection|departure)\b|\bbacklog\b"
        r"|\bdelay(?:ed|s)?\b",
        M.EXCEPTION,
        C.COURIER_FAULT,
        unless=r"\b(?:possible|may|might|avoid|without)\b[^.;]{0,20}\bdelay",
    ),
)

ATTEMPTS = (
    Phrase(
        r"\b(?:could not|cannot|can not|couldn.t|can.t|was not|has not been|not) be(?:en)? (?:delivered"
        r"|handed over)\b|\bnot delivered\b|\b\w+n['`´]t (?:been |be |yet )?(?:delivered|handed over)\b"
        r"|\bunable to (?:attempt )?deliver\w*|\bundeliver(?:ed|able)\b|\bfailed to deliver\b"
        r"|\bdelivery (?:of the \w+ )?(?:was |has been |is )?"
        r"(?:not (?:possible|successful|completed)|unsuccessful|failed|attempted|interrupted)\b"
        r"|\b(?:unsuccessful|failed|attempted) (?!return )(?:\w+ )?delivery\b|\bmissed delivery\b(?! (?:cycle|route))"
        r"|\bdelivery attempt\b|\battempted to deliver\b|\bunable to be delivered\b|\btried to deliver\b"
        r"|\b(?:first|second|third|final|1st|2nd|3rd) attempt (?:was )?made\b|\bsorry,? we missed you\b"
        r"|\bnon-?delivery\b",
        M.ATTEMPT_FAILED,
        unless=r"attempt (?:was )?successful|\bout for\b|\bscheduled for (?:\w+ )?(?:delivery|attempt)"
        r"|\bdelivery scheduled\b"
        r"|\battempt (?:is |has been )?(?:scheduled|requested)\b|\bin progress\b|\bno (?:delivery )?attempt",
    ),
)

MOVES = (
    Phrase(
        r"\bcancel(?:l?ed|lation)\b|\bvoided\b",
        M.CANCELLED,
        unless=r"(?:flight|tour|route) cancel|\brefund\b|\bwill call\b|\brequest for\b|\b(?:pick-?up|collection"
        r"|return) order cancel",
    ),
    Phrase(
        r"\bon hold\b|\b(?:is|being|been) held\b|\bheld (?:at|in|due)\b|\bexception\b|\bshipment stopped\b"
        r"|\bintercepted\b|\blost and found\b|\bdead letter\b|\bmail recovery\b",
        M.EXCEPTION,
        C.UNSTATED,
        unless=r"released from hold|\bpick-?up\b|\bcollect|\bheld at (?:the )?post ?office",
    ),
    Phrase(
        rf"\b(?:available|ready|waiting|held|kept|stored) (?:to be |for )(?:\w+ ){{0,2}}(?:pick ?-?up|picked up"
        rf"|collection|collected|collect)\b"
        r"|\bheld at (?:the )?post ?office\b|\bunclaimed\b|\bnot (?:been )?(?:collected|claimed) (?:by (?:the )?"
        rf"{_BUYER}|from the|at the|within)|\bdid not collect\b"
        rf"|\bleft (?:at|in|with)\b[^.;]{{0,40}}\bfor (?:pick ?-?up|collection)\b"
        rf"|\bawaiting (?:\w+ )?(?:pick ?-?up|collection)\b|\bready (?:in|at) (?:the )?{_POINT}"
        rf"|\bto be (?:picked up|collected) by (?:the )?{_BUYER}"
        rf"|can (?:now )?be (?:collected|picked up)|\bdelivered, (?:\w+ )?locker\b|(?:delivered|brought|handed over"
        rf"|arrived|deposited"
        rf"|arrival) (?:to|at|in|into)[^.;]{{0,30}}\b{_POINT}"
        r"|(?:delivered|brought|handed over) (?:to|at) (?:the |a |your )?(?:\w+ )?(?:post ?office|postal outlet"
        r"|retail outlet)",
        M.AVAILABLE_FOR_PICKUP,
        unless=rf"(?:being|will be|to be) (?:brought|transported|forwarded|taken|delivered|ready)"
        rf"|(?<!to be )(?:collected|picked up) (?:by|from)|by (?:the |dhl )?(?:courier|carrier|driver|{_SHOP})\b"
        rf"|dropped off|\bnot ready\b|\brequest(?:s|ed) (?:this|that|the|hold|to)\b|pick-?up address|\bsender\b",
    ),
    Phrase(
        rf"(?:picked up|collected)[^.;]{{0,40}}\b{_BUYER}\b|{_BUYER} has (?:picked up|collected)"
        rf"|\bsigned (?:for )?by\b|(?<!be )\breceived by (?:the )?(?:recipient|receiver|consignee|addressee)\b"
        r"|\bdelivered\b|\bdelivery (?:was |has been )?(?:successful|completed)\b|\bsuccessful delivery\b",
        M.DELIVERED,
        unless=r"\b(?:not|nothing|to be|will be) (?:been )?(?:picked up|collected)\b|\b(?:not|cannot|can.t|couldn.t"
        r"|won.t|\w+n['`´]t|never|be|being|until|before|when|once|will|shall|to|partially|nothing)\b[^.;]{0,20}\bdelivered\b"
        r"|delivered to (?:the |an? )?(?:agent|carrier|partner|customs|airline|airport|depot|hub|facility)\b"
        r"|\bun?delivered\b",
    ),
    Phrase(
        r"\bhanded (?:out|over) to (?:the )?courier for delivery\b|\bout for (?:\w+ )?delivery\b"
        r"|\bwith (?:the )?(?:delivery|delivering) courier\b|\bon (?:the )?delivery vehicle\b"
        r"|\bloaded (?:in|on)?to (?:the )?(?:delivery )?(?:vehicle|van)\b|\bin delivery\b(?! (?:facility|depot"
        r"|cent))|\bscheduled for delivery today\b"
        r"|\bon (?:its|the) way to (?:the )?(?:recipient|you)\b|\bonboard for delivery\b"
        r"|\bon (?:\w+ )?(?:delivery )?(?:vehicle|van) for delivery\b|\bdue for delivery today\b|\bdelivery attempt in"
        r" progress\b|\bon a delivery route\b|\bdriver is (?:arriving|on (?:the|their|his|her) way)\b|\bstops away\b",
        M.OUT_FOR_DELIVERY,
        unless=r"\bpreparing\b|\bready for\b",
    ),
    Phrase(
        r"\b(?:instruction|shipment|electronic\w*|order|shipping)\b[^.;]{0,20}\b(?:data|information|info"
        r"|details)\b[^.;]{0,60}"
        r"\b(?:received|provided|transmitted|sent)\b|\blabel (?:has been )?(?:created|printed)\b|\bpre-?advi[cs]e\b"
        r"|\bannounced\b"
        r"|\breceived (?:the |your )?(?:electronic|shipment data|order data|shipping info)"
        r"|\bnot (?:yet )?(?:been )?(?:received|handed over)\b|\bawaiting (?:item|parcel|shipment|handover)\b"
        r"|\border (?:created|processed)\b|\bpre-shipment\b|\bpreparing (?:the |your |to )?ship"
        r"|\bpreparation to be shipped"
        r"|\bnotified to \w+ electronically|\bdespatching (?:your )?item\b",
        M.INFO_RECEIVED,
    ),
    Phrase(
        r"\b(?:customs|clearance)\b[^.;]{0,40}\b(?:releas\w*|cleared|completed?)\b|\b(?:released?"
        r"|cleared)\b[^.;]{0,30}\bcustoms\b"
        r"|\bclearance release\b",
        M.IN_TRANSIT,
        unless=r"\bnot (?:yet )?(?:been )?(?:released|cleared|completed?)\b|\bpending\b",
    ),
    Phrase(r"\bcustoms\b|\bclearance\b", M.CUSTOMS),
    Phrase(
        r"\bpicked up\b|\bpick-?\s?up successful\b|\bshipment (?:was )?(?:accept\w+)\b|\baccepted (?:at|by|in)\b"
        r"|\bdropped off\b|\bhas been collected\b|\bcollected (?:from|at|by)\b"
        r"|\bhanded over to (?:dhl|the carrier)\b|\breceived (?:at|by) (?:dhl|the carrier|carrier)\b|\borigin scan\b"
        r"|\breceived by (?:australia post|canada post|royal mail|post ?nl|an post|the post)"
        r"|\breceived item from sender"
        rf"|\breceived (?:the |your )?{_PARCEL} from (?:the )?{_SHOP}"
        r"|\bin possession of\b|\bacceptance\b|\btendered to (?:ups|fedex|usps|dhl)\b|\bpick-?up scan\b"
        r"|^shipment pick-?up\b|\bhanded over by (?:the )?(?:shipper|sender)|\bhanded in at\b|\bdrop-?off\b",
        M.PICKED_UP,
        unless=r"\b(?:not|nothing|to be|will be|could not be|be) (?:been )?(?:was )?(?:picked up|collected"
        r"|dropped off)\b|\bnothing\b"
        r"|\bno (?:shipment|parcel)|\bcannot\b|\bat destination\b|\bfor final delivery\b",
    ),
    Phrase(
        r"\barriv\w+|\bdepart\w*|\bleft\b|\bin transit\b|\bprocess(?:ed|ing)\b|\bsort(?:ed|ing)\b|\btransfer\w*"
        r"|\bforward\w*|\bloaded\b"
        r"|\ben ?route\b|\btransport\w*|\bscanned\b|\breceived at\b|\bon (?:its|the) way\b|\bhanded over\b"
        r"|\b(?:transit|location|unload|export|destination|warehouse) scan\b|\bdespatch\w*|\bdispatch (?:from|ready)"
        r"|\bdispatched (?:from|to)\b|\bat (?:\w+ )?(?:sort|destination|origin|local \w+|canada post|usps) facility\b"
        r"|\b(?:has|have) reached\b|\bin flight\b|\bhand-?off to\b",
        M.IN_TRANSIT,
        unless=r"\bnot (?:yet )?arrived?\b|\bleft (?:with|at|in|on)\b|\bwhen you arrive\b",
    ),
)

_ANNOUNCED = r"\b(?:will|would|may|shall|to) (?:\w+ )?(?:be (?:\w+ )?)?(?:return|sent back)"

BOOK = PhraseBook(SCRUB, RETURNS, CAUSES, ATTEMPTS, MOVES, FIRST, PLAIN, announced=_ANNOUNCED)
