"""Numbers of couriers outside China.

What belongs here: forms, from those that are one courier's alone to those many share. The facts are public: the
couriers' label guides, and pattern data collected from their numbers; where only a length is known it says "possible".
"""

from __future__ import annotations

from typing import Final

from parcelwatch.core.rows.detect import checks
from parcelwatch.core.rows.detect.forms import Form, Strength

_POSSIBLE: Final = Strength.POSSIBLE
_LAST: Final = r"(?P<check>[0-9])"
_ENDS: Final = "what FedEx shows is its last 12 digits"
_SHARED: Final = "UPS Mail Innovations, DHL eCommerce and others hand parcels with such numbers to it"

# --- theirs alone, and checked -------------------------------------------------------------------

_OWN: Final = (
    Form(
        "ups",
        r"1Z(?P<body>[0-9A-Z]{15})(?P<check>[0-9A-Z])",
        "1Z and 16 more characters",
        check=checks.doubled,
        own=True,
    ),
    Form(
        "usps",
        rf"420[0-9]{{5}}(?:[0-9]{{4}})?(?P<body>9[1-5][0-9]{{19}}){_LAST}",
        "420, a ZIP code and 22 digits beginning 91 to 95",
        check=checks.gs1,
        own=True,
        note=_SHARED,
    ),
    Form(
        "usps",
        rf"420[0-9]{{5}}(?:[0-9]{{4}})?(?P<body>9[1-5][0-9]{{23}}){_LAST}",
        "420, a ZIP code and 26 digits beginning 91 to 95",
        check=checks.gs1,
        own=True,
        note=_SHARED,
    ),
    Form(
        "usps",
        rf"(?P<body>9[1-5][0-9]{{19}}){_LAST}",
        "22 digits beginning 91 to 95",
        check=checks.gs1,
        own=True,
        note=_SHARED,
    ),
    Form(
        "usps",
        rf"(?P<body>9[1-5][0-9]{{23}}){_LAST}",
        "26 digits beginning 91 to 95",
        check=checks.gs1,
        own=True,
        note=_SHARED,
    ),
    Form("fedex", rf"96[0-9]{{5}}(?P<body>[0-9]{{14}}){_LAST}", "22 digits beginning 96", check=checks.gs1, own=True),
    Form(
        "fedex",
        rf"(?:96[0-9]{{18}}|100[0-9]{{17}})(?P<body>[0-9]{{13}}){_LAST}",
        "34 digits beginning 96 or 100",
        check=checks.fedex,
        own=True,
        note=_ENDS,
    ),
    Form(
        "dhl",
        rf"00(?P<body>34043[34][0-9]{{11}}){_LAST}",
        "20 digits beginning 0034043, which GS1 gave to Deutsche Post",
        check=checks.gs1,
        own=True,
    ),
    Form(
        "ontrac",
        rf"C(?P<body>[0-9]{{13}}){_LAST}",
        "C and 14 digits",
        check=checks.behind("4", checks.doubled),
        own=True,
    ),
    Form(
        "ontrac",
        rf"D(?P<body>[0-9]{{13}}){_LAST}",
        "D and 14 digits",
        check=checks.behind("5", checks.doubled),
        own=True,
    ),
    Form(
        "dpd",
        r"(?P<body>[0-9]{14})(?P<check>[A-Z])",
        "14 digits and a letter that checks them",
        check=checks.mod_37_36,
        own=True,
    ),
    Form(
        "dpd",
        r"%?(?P<body>[0-9]{27})(?P<check>[0-9A-Z])",
        "the 28 characters of DPD's label",
        check=checks.mod_37_36,
        own=True,
        note="what DPD shows is the 14 digits after the first seven",
    ),
)

# --- known by how they begin ---------------------------------------------------------------------

_BEGIN: Final = (
    Form(
        "fedex",
        rf"(?P<body>9261[0-9]{{17}}){_LAST}",
        "22 digits beginning 9261, as FedEx Ground Economy has them",
        check=checks.gs1,
    ),
    Form(
        "fedex",
        rf"(?P<body>61[0-9]{{17}}){_LAST}",
        "20 digits beginning 61, as FedEx Ground Economy has them",
        check=checks.behind("92", checks.gs1),
    ),
    Form("amazon", r"TB[ACM][0-9]{12}", "TBA, TBC or TBM and 12 digits"),
    Form("ontrac", r"1LS7[0-9]{11,14}", "1LS7 and 11 to 14 digits, LaserShip's of old"),
    Form("ontrac", r"LX1[3-8][0-9]{6}", "LX1 and 7 digits, LaserShip's of old"),
    Form("gofo", r"GFUS[0-9]{14}", "GFUS and 14 digits"),
    Form("uniuni", r"UUS[0-9A-Z]{16}", "UUS and 16 more characters"),
    Form("speedx", r"SPX[A-Z]{3}[0-9]{10,18}", "SPX, three letters and digits", _POSSIBLE),
    Form("landmark", r"LTN[0-9]{8}N1", "LTN, 8 digits and N1"),
    Form("dhl", r"JJD[0-9]{10,24}", "JJD and 10 to 24 digits"),
    Form("dhl", r"JVGL[0-9]{9,24}", "JVGL and 9 to 24 digits"),
    Form("dhlexpress", r"JJ?D01[0-9]{16}", "JD01 and 16 digits, a piece of a DHL Express shipment"),
    Form("dhlexpress", r"J(?:JD|VGL)[0-9]{9,10}", "JJD or JVGL and 9 or 10 digits, a piece of one"),
    Form("yodel", r"JJ?D0002[0-9]{12}", "JD0002 or JJD0002 and 12 digits"),
    Form("dhlecommerce", r"GM[0-9]{10,20}", "GM and 10 to 20 digits"),
    Form(
        "dhlecommerce",
        r"(?:LX|RX|UV|CN|SG|TH|IN|HK|MY)[0-9]{14,20}",
        "two letters DHL eCommerce uses and 14 to 20 digits",
        _POSSIBLE,
    ),
    Form("hermes", r"H[0-9]{19}", "H and 19 digits"),
    Form("postnl", r"3S[0-9A-Z]{9,15}", "3S and 9 to 15 more characters"),
    Form("colissimo", r"[0-9][A-Z][0-9]{11}", "a digit, a letter and 11 digits"),
    Form("inpost", r"6[0-9]{23}", "24 digits beginning 6"),
)

# --- known by their length alone -----------------------------------------------------------------

_USPS_TWENTY: Final = "20 digits beginning 03, 71, 73, 77 or 81, a USPS extra service"

_LENGTH: Final = (
    Form("usps", rf"(?P<body>(?:03|71|73|77|81)[0-9]{{17}}){_LAST}", _USPS_TWENTY, check=checks.gs1),
    Form(
        "usps",
        rf"(?P<body>7[0-9]{{18}}){_LAST}",
        "20 digits beginning 7, a USPS extra service",
        check=checks.behind("91", checks.gs1),
    ),
    Form("fedex", rf"(?P<body>[0-9]{{11}}){_LAST}", "12 digits", check=checks.fedex),
    Form("fedex", rf"(?P<body>[0-9]{{14}}){_LAST}", "15 digits", check=checks.gs1),
    Form("fedex", rf"0[0124](?P<body>[0-9]{{15}}){_LAST}", "18 digits beginning 00, 01, 02 or 04", check=checks.gs1),
    Form("dhlexpress", rf"(?P<body>[0-9]{{9}}){_LAST}", "10 digits", check=checks.seven),
    Form("dhlexpress", rf"(?P<body>[0-9]{{10}}){_LAST}", "11 digits", check=checks.seven),
    Form("dhl", rf"(?P<body>[0-9]{{11}}){_LAST}", "12 digits, an Identcode", check=checks.identcode),
    Form("gls", rf"(?P<body>[0-9]{{11}}){_LAST}", "12 digits", check=checks.gls),
    Form("hermes", rf"(?P<body>[0-9]{{13}}){_LAST}", "14 digits", check=checks.gs1),
    Form("canadapost", rf"(?P<body>[0-9]{{15}}){_LAST}", "16 digits", check=checks.gs1),
    Form("dpd", rf"(?P<body>[0-9]{{14}}){_LAST}", "15 digits", check=checks.mod_37_36, chance=36),
    Form("inpost", r"[0-9]{24}", "24 digits", _POSSIBLE),
    Form("dpd", r"[0-9]{14}", "14 digits", _POSSIBLE),
    Form("gls", r"[0-9]{11}", "11 digits, GLS' without the check digit", _POSSIBLE),
    Form("gls", r"(?=[A-Z]*[0-9])[A-Z][0-9A-Z]{7}", "8 letters and digits, a GLS Track ID", _POSSIBLE),
    Form("evri", r"[0-9]{16}", "16 digits", _POSSIBLE),
    Form("evri", r"[A-Z][0-9]{2}[0-9A-Z]{13}", "a letter, 2 digits and 13 more characters", _POSSIBLE),
    Form("parcelforce", r"[A-Z]{2}[0-9]{7}", "2 letters and 7 digits", _POSSIBLE),
    Form("parcelforce", r"[A-Z]{4}[0-9]{10}", "4 letters and 10 digits", _POSSIBLE),
    Form("fedex", r"(?!00)[0-9]{20}", "20 digits", _POSSIBLE),
    Form("ups", r"T[0-9]{10}", "T and 10 digits, a UPS number of old", _POSSIBLE),
    Form("ups", r"80[0-9]{16}", "18 digits beginning 80, UPS Mail Innovations", _POSSIBLE),
    Form("ups", r"[0-9]{9}|[0-9]{12}", "9 or 12 digits, UPS freight", _POSSIBLE),
    Form("canadapost", r"[0-9]{12}", "12 digits", _POSSIBLE),
)

FIRM: Final = (*_OWN, *_BEGIN)
LOOSE: Final = _LENGTH
