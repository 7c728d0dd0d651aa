"""UPS's codes: what a statusCode means, and what each code means in the space its event's type opens.

Source: UPS's appendices of status, exception, delivery, scan and mail codes. Four spaces share the same letters, so a
code means nothing without its type. An appendix prints numbers without leading zeros; the API sends three digits.
A request (hold, return, change) is news and no movement; a vehicle that is loaded has not left yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

INFO: Meaning = (M.INFO_RECEIVED, None)
PICKED_UP: Meaning = (M.PICKED_UP, None)
TRANSIT: Meaning = (M.IN_TRANSIT, None)
# A hold that ended. It reads like TRANSIT and is kept apart in the tables: it ends a trouble even where nothing moved.
CLEARED: Meaning = (M.IN_TRANSIT, None)
CUSTOMS: Meaning = (M.CUSTOMS, None)
HELD_BY_CUSTOMS: Meaning = (M.CUSTOMS, C.CUSTOMS)
OUT: Meaning = (M.OUT_FOR_DELIVERY, None)
ATTEMPT: Meaning = (M.ATTEMPT_FAILED, None)
NOBODY: Meaning = (M.ATTEMPT_FAILED, C.NOBODY_HOME)
REFUSED: Meaning = (M.ATTEMPT_FAILED, C.REFUSED)
REFUSED_BACK: Meaning = (M.RETURNING, C.REFUSED)
DAMAGED_AT_DOOR: Meaning = (M.ATTEMPT_FAILED, C.DAMAGED)
WAITING: Meaning = (M.AVAILABLE_FOR_PICKUP, None)
RETURNING: Meaning = (M.RETURNING, None)
DAMAGED_BACK: Meaning = (M.RETURNING, C.DAMAGED)
ADDRESS_BACK: Meaning = (M.RETURNING, C.ADDRESS)
RETURNED: Meaning = (M.RETURNED, None)
RETURNED_ADDRESS: Meaning = (M.RETURNED, C.ADDRESS)
RETURNED_DAMAGED: Meaning = (M.RETURNED, C.DAMAGED)
DELIVERED: Meaning = (M.DELIVERED, None)
DELIVERED_DAMAGED: Meaning = (M.DELIVERED, C.DAMAGED)
DAMAGED: Meaning = (M.EXCEPTION, C.DAMAGED)
LOST: Meaning = (M.EXCEPTION, C.LOST)
DESTROYED: Meaning = (M.EXCEPTION, C.DESTROYED)
ADDRESS: Meaning = (M.EXCEPTION, C.ADDRESS)
SECURITY: Meaning = (M.EXCEPTION, C.SECURITY)
WEATHER: Meaning = (M.EXCEPTION, C.WEATHER)
DISRUPTED: Meaning = (M.EXCEPTION, C.DISRUPTED)
MISROUTED: Meaning = (M.EXCEPTION, C.MISROUTED)
FAULT: Meaning = (M.EXCEPTION, C.COURIER_FAULT)
DELAY: Meaning = (M.EXCEPTION, C.UNSTATED)
TROUBLE: Meaning = (M.EXCEPTION, C.UNSTATED)
CANCELLED: Meaning = (M.CANCELLED, None)

Groups = tuple[tuple[Meaning, str], ...]

# What is only being looked for; the other codes of a loss say that it is one.
SOUGHT = frozenset({"F8", "UO", "UP"})

# What only says that it will be late. The same meaning as TROUBLE, which somebody met with the package in hand.
LATE_STATUSES = "046 048 049 055 086 090"
LATE_EXCEPTIONS = (
    "2 8 15 31 87 1B 1L 1P 1V 1X 2H 2Y 3A 3B 3C 3T 4Y 7N 7Y 7Z 8A 8K 8L 8R 8Y 8Z 9L 9M 9N 9O 9P 9Q 9R 9T 9U 9V 9X 9Y "
    "9Z AZ C6 CC DU E3 EH EN GC GV H7 HA HH I8 K2 NW O6 OD OM OS P6 Q1 RO SX TC TH TI UK VL"
)


def _table(groups: Iterable[tuple[Meaning, str]]) -> Mapping[str, Meaning]:
    return {code: meaning for meaning, codes in groups for code in codes.split()}


# --- statusCode: the one to decide on ------------------------------------------------------------

STATUS_GROUPS: Groups = (
    (
        INFO,
        (
            "000 003 018 019 020 027 028 041 042 043 044 045 054 056 063 065 075 077 079 080 082 088 093 094 095 096 "
            "097 098 099 100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117 120 121 122 127 128 "
            "131 133 135 136 140 142 148 153 154 155 156 157 163 166 167 168 169"
        ),
    ),
    (CANCELLED, "007"),
    (PICKED_UP, "038 160"),
    (TRANSIT, "005 010 016 025 039 047 057 070 071 072 073 074 087 137 138 158 159 164 165"),
    (CLEARED, "014 084 134"),
    (CUSTOMS, "012 092 126"),
    (HELD_BY_CUSTOMS, "058 123 124 125 141"),
    (OUT, "006 021 037 078 089 091 146 162"),
    (ATTEMPT, "022 023 024 060 061 062 066 145"),
    (REFUSED, "064"),
    (WAITING, "017 040 144 161"),
    (RETURNING, "035 036 118"),
    (RETURNED, "034 067"),
    (RETURNED_DAMAGED, "081"),
    (DELIVERED, "011 026 143"),
    (DAMAGED, "059"),
    (LOST, "068"),
    (DESTROYED, "147 149"),
    (ADDRESS, "050 139"),
    (SECURITY, "132"),
    (WEATHER, "032 051 052 053"),
    (DELAY, LATE_STATUSES),
    (TROUBLE, "013 029 030 033 069 076 083 085 119 129 130"),
)
STATUS = _table(STATUS_GROUPS)

# What says too little to overrule the code beside it.
VAGUE = frozenset(
    ["000", "148", "163", "013", "029", "030", "046", "048", "049", "055", "069", "076", "083", "086", "090", "143"]
)
ENDS_A_HOLD = frozenset(["014", "084", "134"])

# --- the code, by the event's type ---------------------------------------------------------------

EXCEPTION_GROUPS: Groups = (
    (
        INFO,
        (
            "14 30 72 76 77 78 79 92 1D 1T 2E 2G 2R 2S 2U 2V 3Q 3R 3S 3U 3V 3W 3Z 4H 4J 4L 4M 4N 4Q 5A 5S 5V 5W 6G 6H "
            "6I 6J 6K 6P 6W 6X 6Z 7C 7D 7Q 8C 8E 8F 8M 9C 9D 9J 9K AT E0 E7 EO F5 FN FW G1 G4 G5 GN GQ GR H6 HJ HM I3 "
            "I9 J8 J9 JA JB JC JH JI JJ K5 K6 K7 K8 KN KO KY L0 L8 LH LI LU MF O1 O2 O3 O5 O7 O8 O9 OL P7 R3 R8 RF RG "
            "RH RI RW S0 S6 S7 SO SU T3 T4 T5 T6 T7 T8 TA TB TL TO TR TS UD UG UT UZ V9 VA VD VE VF VG VH VM VN VU VV "
            "VW VZ Y7 Y9 YG YR YS YW Z7 Z8 ZA ZB ZC ZD ZL ZO ZU ZX ZY ZZ"
        ),
    ),
    (PICKED_UP, "HF P4 Z5"),
    (TRANSIT, "1M 2O 3P 4B 4F 9I AH F0 F3 F7 GD HL IJ IP LX LY OA PG RB RC UI VX XD YT YX ZK ZN ZS ZV ZW"),
    (CLEARED, "DA X0 XZ Z3"),
    (
        CUSTOMS,
        (
            "5 1U 2N 2T 4C 7I 7M B3 B4 B6 B8 BV BW BX C3 CE D5 DB DE E4 E8 E9 ER HW L3 LV MI OB R4 R5 RD RE RM RP RZ "
            "S4 S5 SF SI SS SY TE TG TT VK VQ VR W8 X2 X3 X4 X7 XJ XK XL XY Y1 Y5 Z1"
        ),
    ),
    (
        HELD_BY_CUSTOMS,
        (
            "29 40 43 71 1C 1W 2B 4T 7F 7P 7T 7U AO B5 B9 BA BB BD BE BG BH BJ BK BP CN CP CT CX CZ D0 DN DY ES EU EV "
            "EW EY FE FF GF GZ L2 L5 OI OQ OT R1 R6 R7 RA RJ RR RS RU RX S1 S2 S3 SJ SL SN SP SV T9 VP X5 X6 X8 X9 XA "
            "XB XC XE XG XN XO XV XW Y4 YA"
        ),
    ),
    (OUT, "RK RL"),
    (ATTEMPT, "51 52 84 89 2X 3J 3L 5R 5U 5Z 6L 6R FM G7 G8 GB HQ IQ IR KZ PI YD"),
    (NOBODY, "48 49 55 7L AX AY C4 G3 KX L1 OH ZM"),
    (REFUSED, "AM AN AP AQ AS KI KR KS KT YE"),
    (REFUSED_BACK, "8H"),
    (DAMAGED_AT_DOOR, "KQ"),
    (WAITING, "39 54 5G 6B 8I E2 I5 LZ UE VB XS ZP"),
    (RETURNING, "90 3N 6C 7H CF CS DL H8 I1 KP O0 O4 RV UF XU"),
    (DAMAGED_BACK, "24 27 65 A1"),
    (RETURNED, "4S PP UA YK"),
    (RETURNED_ADDRESS, "TU YJ"),
    (DELIVERED, "56 59 F4 FT KM"),
    (DELIVERED_DAMAGED, "64 HD HE"),
    (DAMAGED, "13 25 45 66 67 A2 A3 A4 AJ HR LN LO LQ TV"),
    (LOST, "26 F8 S9 TJ UO UP YM"),
    (DESTROYED, "1F 8D BZ IY J0 NI YL"),
    (
        ADDRESS,
        (
            "46 47 95 4Z A5 A6 A7 A8 A9 AA AB AC AD AE AF AG AK AL AV AW C8 CW CY D4 DS DW E1 FA H1 H2 H3 H4 H5 OJ PH "
            "TF YF"
        ),
    ),
    (SECURITY, "60 73 1G 1H 7R 7S 9F DP G6 G9 H9 OR TX U0 U3 UN UR US"),
    (WEATHER, "1E 2A 3D 6D 7V 7W 7X C5 DF DJ PZ"),
    (MISROUTED, "6 7 34 8G D1 YI"),
    (DISRUPTED, "18 1K B1 CK CM DG HG NP Q0 RY"),
    (FAULT, "1 3 4 16 17 19 22 23 68 1O 1Q 2Z 4K 6E 7G 9S CD CL CQ DC DR ED FG GH GI K1 LE LF MT S8"),
    (DELAY, LATE_EXCEPTIONS),
    (
        TROUBLE,
        (
            "11 33 37 63 91 93 99 1A 4I 4P 4R 5B 5T 6T 7E BF BQ BR BT C7 C9 CA CG CH CJ CV D2 D7 D9 DD DQ DT EX "
            "GO HK HN HO I2 IB TK TN UL UW UX VI VJ Y2 Y3 YU YV"
        ),
    ),
    (CANCELLED, "5D"),
)

DELIVERY_GROUPS: Groups = (
    (INFO, "1Z 2C 38 7A 8Q 98 AU EB EC EE EQ F1 FD FI GW L6 MY NS NX SB SE TW UJ A0"),
    (PICKED_UP, "VS"),
    (TRANSIT, "2D 2J 4X 85 86 F0 F3 F7 FB YH"),
    (CLEARED, "83 BN EZ"),
    (CUSTOMS, "70 B2 DK L4 RQ"),
    (HELD_BY_CUSTOMS, "ET SG ST"),
    (OUT, "2K 7K"),
    (ATTEMPT, "7B CO DI DO EA FZ"),
    (NOBODY, "BI CI FO"),
    (REFUSED, "53"),
    (WAITING, "1N 2Q EP ZI ZQ"),
    (RETURNED, "B0"),
    (
        DELIVERED,
        (
            "2W 3F 3G 3H 8N 8O 9E AI FV M1 M2 M3 M4 M5 M6 M7 M8 M9 MA MB MC MD ME MG MH MJ MK ML MM MN MP MQ MR MS MU "
            "MW MX NL NT OO OZ P5 PF UC YC ZE ZF ZG ZH"
        ),
    ),
    (DAMAGED, "28 GK"),
    (ADDRESS, "50 74 BO CU DZ F2 MV OE"),
    (SECURITY, "61 62 BL RN"),
    (WEATHER, "CR EJ"),
    (FAULT, "41 42 44 CB EF EG EI EK EL EM"),
    (DELAY, "0 9 12 32 57"),
    (TROUBLE, "5F BM BS FC HI KU LM"),
)

SCAN_GROUPS: Groups = (
    (INFO, "CA CD CL OC PL SP UA UD VP"),
    (PICKED_UP, "OR PC PT PU XD"),
    (TRANSIT, "AG AR AT DL DP DS EP HU IP LC LM OD UL WH XA XR YH YI YM YN YP"),
    (OUT, "OF OT YF"),
)

# Mail Innovations, by where the event comes from.
MAIL_GROUPS: Mapping[str, Groups] = {
    "IC": (
        (INFO, "2N DM DP"),
        (PICKED_UP, "2O EN XA"),
        (TRANSIT, "1B DQ DR DY DZ MU YG YH YI ZN ZZ"),
        (OUT, "1A EL"),
        (ATTEMPT, "DO DU DV DW EC EM ZM"),
        (NOBODY, "DX"),
        (REFUSED, "YE"),
        (WAITING, "1C 1D DN ED YD"),
        (RETURNING, "EI EJ EK"),
        (RETURNED, "1F KP"),
        (DELIVERED, "1E 1G DL YC"),
        (DAMAGED, "PX"),
        (LOST, "YM"),
        (DESTROYED, "YL"),
        (ADDRESS, "EE EF EG EH YF YJ YK"),
        (WEATHER, "EA"),
        (DELAY, "00 EB MT"),
    ),
    "VT": (
        (INFO, "ML MP"),
        (PICKED_UP, "MV VS"),
        (TRANSIT, "DS MQ MR MW MX MY MZ OF ZR ZS ZT ZU ZV ZW ZX ZY"),
        (CUSTOMS, "MS"),
        (WAITING, "AU"),
        (RETURNED, "XO"),
        (RETURNED_DAMAGED, "XD"),
        (DELIVERED, "F4"),
    ),
    "H6": (
        (INFO, "PF"),
        (TRANSIT, "P2 P3 P7 P8 PA PB"),
        (CLEARED, "P5"),
        (CUSTOMS, "P4"),
        (HELD_BY_CUSTOMS, "PD PK PO"),
        (OUT, "P9"),
        (ATTEMPT, "P6"),
        (REFUSED, "PG PL PU"),
        (WAITING, "P0 PC PE"),
        (RETURNING, "PJ PQ PR PT PV PW"),
        (ADDRESS_BACK, "PS"),
        (DELIVERED, "P1 PP"),
        (DAMAGED, "PH PX"),
        (ADDRESS, "PI PN"),
        (WEATHER, "PY"),
        (DELAY, "PM"),
    ),
    "A4": (
        (INFO, "Q0"),
        (PICKED_UP, "Q1"),
        (TRANSIT, "Q2 Q3 Q4 S4 S5 S7 S8"),
        (CLEARED, "Q7"),
        (CUSTOMS, "Q6"),
        (HELD_BY_CUSTOMS, "Q8 Q9 QA QB QC QD QE QF QG QH QI QJ QK QL QM QN QP QQ"),
        (OUT, "RB RC RD RE"),
        (ATTEMPT, "QS QT QW RF RG"),
        (NOBODY, "QU R2 RI SR"),
        (DAMAGED_AT_DOOR, "QV"),
        (REFUSED, "QX"),
        (WAITING, "R1 RP SO"),
        (RETURNING, "S9 SB SD SI SJ SL SM SP"),
        ((M.RETURNING, C.CUSTOMS), "SC"),
        (ADDRESS_BACK, "SA SE SF SK"),
        (DAMAGED_BACK, "SG"),
        (REFUSED_BACK, "SH"),
        (RETURNED, "SQ"),
        (DELIVERED, "RQ"),
        (DAMAGED, "QR R3"),
        (LOST, "R9"),
        (DESTROYED, "RS RT RU RV RW RX RY RZ S0 S1 S2 S3"),
        (ADDRESS, "QZ R0 R5 RH RJ RK RM RR"),
        (SECURITY, "R8 RL"),
        (MISROUTED, "RN S6 SN"),
        (TROUBLE, "Q5 QY R4 R6 R7 RA"),
    ),
}

EXCEPTIONS = _table(EXCEPTION_GROUPS)
DELIVERIES = _table(DELIVERY_GROUPS)
SCANS = _table(SCAN_GROUPS)
MAIL: Mapping[str, Mapping[str, Meaning]] = {source: _table(groups) for source, groups in MAIL_GROUPS.items()}
# A mail code stands in one source only, but for PX, which is damage in both.
ANY_MAIL: Mapping[str, Meaning] = {code: meaning for table in MAIL.values() for code, meaning in table.items()}
# Label data and its updates: DP here is no departure.
NOTES = _table(((INFO, "DP MP PX RD UP UT VP"),))

SPACES: Mapping[str, Mapping[str, Meaning]] = {
    "X": EXCEPTIONS,
    "D": DELIVERIES,
    "I": SCANS,
    "P": SCANS,
    "M": NOTES,
    "MV": NOTES,
    "U": NOTES,
    **MAIL,
}

# What a type says alone, where an event has neither a statusCode nor a code.
TYPES: Mapping[str, Meaning] = {
    "D": DELIVERED,
    "I": TRANSIT,
    "M": INFO,
    "MV": CANCELLED,
    "P": PICKED_UP,
    "U": INFO,
    "X": TROUBLE,
}


def space(kind: str, code: str) -> Meaning | None:
    """What a code means in the space of its type, in the mail's where it has none there; None when in neither."""
    own = SPACES.get(kind, {})
    short = code.lstrip("0")
    return own.get(code) or own.get(short) or ANY_MAIL.get(code)
