"""DHL Unified's codes: the five status codes, and each division's own second level where its meaning is certain.

Source: DHL's support article on status codes and its list of division codes. A second-level code that is not here
adds nothing to its status code. Return failures, pickups of empty pallets and the like are left out on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

STATUS_CODES: Mapping[str, Meaning] = {
    "pre-transit": (M.INFO_RECEIVED, None),
    "transit": (M.IN_TRANSIT, None),
    "delivered": (M.DELIVERED, None),
    "failure": (M.EXCEPTION, C.UNSTATED),
}
# The fifth code says that DHL does not know either; the text may.
NO_CODE = "unknown"

INFO: Meaning = (M.INFO_RECEIVED, None)
PICKED_UP: Meaning = (M.PICKED_UP, None)
TRANSIT: Meaning = (M.IN_TRANSIT, None)
CUSTOMS: Meaning = (M.CUSTOMS, None)
CUSTOMS_HELD: Meaning = (M.CUSTOMS, C.CUSTOMS)
OUT: Meaning = (M.OUT_FOR_DELIVERY, None)
ATTEMPT: Meaning = (M.ATTEMPT_FAILED, None)
NOBODY: Meaning = (M.ATTEMPT_FAILED, C.NOBODY_HOME)
REFUSED: Meaning = (M.ATTEMPT_FAILED, C.REFUSED)
WAITING: Meaning = (M.AVAILABLE_FOR_PICKUP, None)
RETURNING: Meaning = (M.RETURNING, None)
REFUSED_BACK: Meaning = (M.RETURNING, C.REFUSED)
ADDRESS_BACK: Meaning = (M.RETURNING, C.ADDRESS)
RETURNED: Meaning = (M.RETURNED, None)
DELIVERED: Meaning = (M.DELIVERED, None)
DELIVERED_DAMAGED: Meaning = (M.DELIVERED, C.DAMAGED)
DAMAGED: Meaning = (M.EXCEPTION, C.DAMAGED)
LOST: Meaning = (M.EXCEPTION, C.LOST)
DESTROYED: Meaning = (M.EXCEPTION, C.DESTROYED)
ADDRESS: Meaning = (M.EXCEPTION, C.ADDRESS)
SECURITY: Meaning = (M.EXCEPTION, C.SECURITY)
WEATHER: Meaning = (M.EXCEPTION, C.WEATHER)
MISROUTED: Meaning = (M.EXCEPTION, C.MISROUTED)
FAULT: Meaning = (M.EXCEPTION, C.COURIER_FAULT)
TROUBLE: Meaning = (M.EXCEPTION, C.UNSTATED)
CANCELLED: Meaning = (M.CANCELLED, None)

# Division → (meaning, its codes). A code stands once per division; a test looks.
GROUPS: Mapping[str, tuple[tuple[Meaning, str], ...]] = {
    "express": (
        (PICKED_UP, "PU SA"),
        (TRANSIT, "AD AF AR BR CR DF FD PL RR TP TR"),
        (CUSTOMS, "BN IC"),
        (CUSTOMS_HELD, "CD UD HP"),
        (OUT, "WC"),
        (ATTEMPT, "ND"),
        (NOBODY, "NH CA"),
        (REFUSED, "RD"),
        (WAITING, "CC"),
        (RETURNING, "RT"),
        (DELIVERED, "OK"),
        (DELIVERED_DAMAGED, "DD"),
        (DAMAGED, "DM"),
        (DESTROYED, "DS"),
        (ADDRESS, "BA CM"),
        (MISROUTED, "MC MS"),
        (FAULT, "MD"),
        (TROUBLE, "OH SS"),
    ),
    "parcel-de": (
        (INFO, "VA"),
        (PICKED_UP, "AE ES"),
        (TRANSIT, "AA EE NB"),
        (CUSTOMS, "ZO"),
        (OUT, "PO"),
        (ATTEMPT, "ZN"),
        (WAITING, "LA ZF"),
        (DELIVERED, "ZU"),
        (TROUBLE, "BV"),
    ),
    "ecommerce": (
        (INFO, "235 238 445"),
        (PICKED_UP, "100 115 130 200"),
        (CUSTOMS, "441 447 501 509"),
        (CUSTOMS_HELD, "240 242 443 448 453 506 507 508"),
        (TRANSIT, "120 442 449 452 502"),
        (OUT, "544 580 597 598"),
        (ATTEMPT, "563 571 583 595 596 615 625 626 629 638 639 651"),
        (NOBODY, "550 551 552 555 556 564 605 612 613"),
        (REFUSED, "608 610 611 619"),
        (WAITING, "469 522 560 565 570 585 599 601"),
        (RETURNING, "108 602 800 802 804 806 808 810 811 813 815 816 817 818 820"),
        (RETURNED, "860 863"),
        (DELIVERED, "600 606 607 621 652 653 654 655 656 657 658 659"),
        (DAMAGED, "620 623"),
        (LOST, "690"),
        (DESTROYED, "636 825"),
        (ADDRESS, "630 631 633 683 686 689 700 710 720 740"),
        (MISROUTED, "546 640 641 670 671"),
        (TROUBLE, "312 358 644"),
        (CANCELLED, "101"),
    ),
    "ecommerce-europe": (
        (WAITING, "43 44 45 46"),
        (DELIVERED, "63 64 65 66 67 68 69 70 71"),
        (DELIVERED_DAMAGED, "306"),
        (OUT, "42"),
        (ATTEMPT, "72 77 78 82 86 154 156 161 214 215 217 253 330"),
        (NOBODY, "73 74 75 85 141 372"),
        (REFUSED, "76 207 208 209 210 211"),
        (REFUSED_BACK, "151"),
        (RETURNING, "99 100 101 102 149 152 155 160 248 249 259"),
        (RETURNED, "366"),
        (ADDRESS_BACK, "157"),
        (DAMAGED, "83"),
        (ADDRESS, "79 80 81 206"),
        (CUSTOMS, "258 370"),
        (TRANSIT, "130 133"),
        (WEATHER, "264 266"),
        (FAULT, "265 267"),
        (TROUBLE, "268 269"),
    ),
    "parcel-nl": (
        (INFO, "PRENOTIFICATION_RECEIVED DATA_RECEIVED_WITH_PREFIX_LABEL"),
        (PICKED_UP, "PARCEL_RECEIVED PICKED_UP PARCEL_COLLECTED SHIPMENT_ACCEPTANCE SHIPMENT_ACCEPTANCE_DEPOT"),
        (PICKED_UP, "SHIPMENT_ACCEPTANCE_PARCELSHOP SHIPMENT_ACCEPTANCE_PARCELSTATION"),
        (OUT, "OUT_FOR_DELIVERY LOAD_VEHICLE PARCEL_INTO_FALLBACK"),
        (
            TRANSIT,
            "CLEARANCE_RELEASE BROKER_RELEASED SHIPMENT_INSPECTION_RELEASED FOUND_AT_DEPOT FOUND_DURING_INVENTORY",
        ),
        (CUSTOMS, "IN_CLEARANCE_PROCESS SHIPMENT_INSPECTION BROKER_NOTIFIED BONDED_LOCATION"),
        (CUSTOMS_HELD, "CLEARANCE_DELAY UNCONTROLLABLE_CLEARANCE_DELAY SHIPMENT_INTERCEPT HELD_FOR_PAYMENT"),
        (CUSTOMS_HELD, "INSUFFICIENT_DOCUMENTATION AWAITING_PAYMENT_RECEIVER_NOTIFIED"),
        (ATTEMPT, "REDELIVER REDELIVER_SAME_ADDRESS REDELIVER_DIFFERENT_ADDRESS REDELIVER_AT_PARCELSHOP"),
        (ATTEMPT, "NEW_DELIVERY_ATTEMPT FAILED_TO_DELIVER_REDELIVER SAFEPLACE_DELIVERY_FAILED"),
        (NOBODY, "NOT_HOME NOT_HOME_NEW_DELIVERY NOT_HOME_TO_PARCELSHOP CLOSED CLOSED_ON_ARRIVAL"),
        (REFUSED, "REFUSED REFUSED_AT_PARCELSHOP REFUSED_BY_RECEIVER REFUSED_INCOMPLETE REFUSED_NO_MONEY"),
        (REFUSED, "REFUSED_NOT_ORDERED REFUSED_NOT_SIGNED REFUSED_OTHER_REASON REFUSED_TOO_LATE REFUSED_WILL_NOT_PAY"),
        (REFUSED, "HELD_IN_STORAGE_REFUSED REFUSED_REQUESTS_WAYBILL REFUSED_NO_RECAP"),
        (WAITING, "DELIVERED_AT_ACCESSPOINT DELIVERED_AT_PARCELSTATION AWAITING_RECEIVER_COLLECTION"),
        (WAITING, "NOTIFICATION_FOR_PARCELSHOP_COLLECTION_HAS_BEEN_SENT ON_HOLD_FOR_COLLECTION"),
        (WAITING, "PARCEL_HELD_FOR_COLLECTION_AT_LOCAL_DEPOT"),
        (DELIVERED, "DELIVERED DELIVERED_AT_NEIGHBOURS DELIVERED_AT_PREFERED_NEIGHBOURS DELIVERED_AT_SAFEPLACE"),
        (DELIVERED, "DELIVERED_IN_MAILBOX DELIVERED_NO_CODE_VALIDATION DELIVERED_NOT_IN_TIME SHIPMENT_COLLECTED"),
        (DELIVERED, "COLLECTED_AT_ACCESSPOINT COLLECTED_AT_PARCELSHOP COLLECTED_AT_PARCELSTATION"),
        (DELIVERED_DAMAGED, "DELIVERED_DAMAGED"),
        (DAMAGED, "ARRIVED_DAMAGED HELD_IN_STORAGE_DAMAGED REFUSED_DAMAGED REPACKED_DELIVERY_DAMAGED"),
        ((M.RETURNING, C.DAMAGED), "DAMAGE_RETURN"),
        (LOST, "PARCEL_MISSING_AT_PARCELSHOP"),
        (DESTROYED, "DESTROYED SHIPMENT_STOPPED"),
        (SECURITY, "DENIED_PARTIES SHIPMENT_INSPECTION_REJECTED"),
        (RETURNING, "RETURNED_TO_SHIPPER ON_ROUTE_TO_SHIPPER NO_MONEY_RETURN RETURNED_NOT_COLLECTED RECEIVER_RETURN"),
        (RETURNING, "STORAGE_PERIOD_ENDED_AT_ACCESSPOINT STORAGE_PERIOD_ENDED_AT_PARCELSHOP PO_BOX"),
        (RETURNING, "STORAGE_PERIOD_ENDED_AT_PARCELSTATION PARCEL_RELABELED_FOR_RETURN_TO_SHIPPER"),
        (RETURNING, "DELIVERY_CODE_MISSING_RETURN PARCEL_TOO_HEAVY_RETURN PARCEL_TOO_LARGE_RETURN"),
        (RETURNING, "INVALID_SHIPMENT_SPECIFICATION_RETURN INTERVENTION_SHIPPER_REQUEST_DELIVERY_CANCELLED"),
        (REFUSED_BACK, "REFUSED_RETURN REFUSED_NOT_COLLECTED REFUSED_RETURN_TO_DD"),
        (ADDRESS_BACK, "ADDRESS_UNKNOWN DELIVERY_DATA_INCORRECT_RETURN RECEIVER_UNKNOWN_RETURN POSTAL_CODE_INCORRECT"),
        ((M.RETURNING, C.CUSTOMS), "CUSTOMS_DATA_INCORRECT_RETURN_TO_SHIPPER"),
        ((M.RETURNING, C.NOBODY_HOME), "NOT_HOME_RETURN_TO_SHIPPER"),
        ((M.RETURNING, C.MISROUTED), "MISROUTED_RETURN_TO_SHIPPER"),
        (RETURNED, "DELIVERED_AT_SHIPPER RETURN_DELIVERED_AT_SHIPPER_CALCULATED POSTPROCESS_DELIVERED_AT_SHIPPER"),
        (ADDRESS, "BAD_ADDRESS BAD_ADDRESS_INTERNATIONAL ADDRESS_NOT_FOUND ON_HOLD_BAD_ADDRESS MISCODE"),
        (ADDRESS, "DELIVERY_DATA_INCORRECT RECEIVER_MOVED_OR_UNKNOWN"),
        (MISROUTED, "MIS_ROUTED MISSORT"),
        (FAULT, "PARCEL_MISSING PIECE_MISSING TRANSPORT_DELAY MISSED_DELIVERY_CYCLE BACKLOG_NOT_DELIVERED"),
        (FAULT, "MISSING_AFTER_ROUTE FORCE_MAJEURE HELD_IN_STORAGE_BACKLOG"),
    ),
    "parcel-pl": (
        (INFO, "EDWP"),
        (PICKED_UP, "DWP SP_DWP SP_PU"),
        (CUSTOMS, "EXA EDB SEC"),
        (TRANSIT, "EXC EDC LP LW LW_PL SORT WEJPL WYJPL"),
        (OUT, "LK"),
        (NOBODY, "AWI AWI_ONU AWI_OZ AWI_DP2"),
        (ATTEMPT, "SP_CAP ZWW"),
        (REFUSED, "OP OP_BWER OP_COD OP_DUB OP_OTH OP_PLA OP_PNK OP_REZ OP_ROD OP_SAS OP_TNZ OP_UMO OP_USK OP_USP"),
        (WAITING, "OWL OWL_ONO OWL_PS_ONO OWL_SP_ONO SP_DSP SP_PA SP_KP DOR_SP DOR_POC"),
        (RETURNING, "AWI_CZAS OP_DO OP_DOK REZ SP_KZW SP_TO ZWN ZWR ZWR_OP ZWR_WER ZWR_ZB ZWR_ZT"),
        (REFUSED_BACK, "SP_OP SP_ZWR"),
        (ADDRESS_BACK, "ZWR_AN"),
        (DELIVERED, "DOR DOR_LOK DOR_OTH DOR_OWL DOR_RDZ DOR_SAS PPDOR SP_DOR"),
        (ADDRESS, "AN AN_BO AN_RA AN_SAS"),
    ),
    "dgf": (
        (INFO, "DATA_SUBMITTED"),
        (PICKED_UP, "PICKUP_SUCCESSFUL"),
        (TRANSIT, "CLEARED_BY_CUSTOMS"),
        (CUSTOMS, "ARRIVED_AT_CUSTOMS"),
        (CUSTOMS_HELD, "HELD_AT_CUSTOMS"),
        (OUT, "OUT_FOR_DELIVERY"),
        (TROUBLE, "DELIVERY_EXCEPTION"),
        (DELIVERED, "DELIVERED"),
    ),
    "freight": (
        (PICKED_UP, "13-0"),
        (CUSTOMS, "20-126"),
        (TRANSIT, "12-0"),
        (OUT, "24-501"),
        (NOBODY, "20-211 56-211"),
        (REFUSED, "56-284 56-292 56-611 56-241"),
        (WAITING, "20-13"),
        (RETURNING, "56-222"),
        (ADDRESS, "20-234"),
        (WEATHER, "20-266"),
        (FAULT, "20-270 20-354"),
        (DELIVERED, "21-0 24-600"),
        (CANCELLED, "7-0"),
    ),
    "svb": (
        (INFO, "ANNOUNCED"),
        (CUSTOMS, "HANDOVER_CUSTOMS IP_CUSTOMS"),
        (CUSTOMS_HELD, "HELD_BY_CUSTOMS"),
        (OUT, "IN_DELIVERY"),
        (ATTEMPT, "DELIVERY_ATTEMPTED"),
        (WAITING, "NOTIFIED NOTIFIED_PACKSTATION"),
        (RETURNING, "SENT_BACK SENT_BACK_ABROAD"),
        (RETURNED, "RETURNED_TO_SENDER"),
    ),
    "ecommerce-ppl": (
        (INFO, "900"),
        (PICKED_UP, "150"),
        (ATTEMPT, "460"),
        (REFUSED, "464"),
        (WAITING, "343"),
        (DELIVERED, "450"),
        (LOST, "997"),
        (CANCELLED, "999"),
    ),
}

DIVISIONS: Mapping[str, Mapping[str, Meaning]] = {
    division: {code: meaning for meaning, codes in groups for code in codes.split()}
    for division, groups in GROUPS.items()
}

# Divisions that work in one country: where their scans without a place and without ends were made.
HOMES: Mapping[str, str] = {
    "parcel-de": "DE",
    "post-de": "DE",
    "svb": "DE",
    "parcel-nl": "NL",
    "parcel-pl": "PL",
    "parcel-uk": "GB",
    "ecommerce-ppl": "CZ",
}

# What `service` may be asked for.
SERVICES = frozenset(
    {
        "express",
        "parcel-de",
        "parcel-nl",
        "parcel-pl",
        "parcel-uk",
        "ecommerce",
        "ecommerce-apac",
        "ecommerce-europe",
        "ecommerce-ppl",
        "ecommerce-iberia",
        "dgf",
        "freight",
        "post-de",
        "post-international",
        "sameday",
        "svb",
    }
)
