"""TrackingMore's nine statuses and their sub-statuses, and what it answers a call or a number with.

Source: TrackingMore's help pages on statuses and exceptions, and the error tables of its SDKs. "pickup" means two
things, and exception007 three: the text beside them says which, and nothing is claimed that no word says.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

STATUSES: Mapping[str, Meaning] = {
    "pending": UNKNOWN,
    "notfound": UNKNOWN,
    "inforeceived": (M.INFO_RECEIVED, None),
    "transit": (M.IN_TRANSIT, None),
    "pickup": (M.IN_TRANSIT, None),  # on the van or waiting in a shop: certain is only that it is under way
    "undelivered": (M.ATTEMPT_FAILED, None),
    "delivered": (M.DELIVERED, None),
    "exception": (M.EXCEPTION, C.UNSTATED),
    "expired": (M.IN_TRANSIT, None),
}

SUB_STATUSES: Mapping[str, Meaning] = {
    "pending001": UNKNOWN,
    "pending002": UNKNOWN,
    "pending003": UNKNOWN,
    "pending004": (M.INFO_RECEIVED, None),
    "pending005": UNKNOWN,
    "notfound001": (M.INFO_RECEIVED, None),
    "notfound002": UNKNOWN,
    "inforeceived001": (M.INFO_RECEIVED, None),
    "transit001": (M.IN_TRANSIT, None),
    "transit002": (M.IN_TRANSIT, None),
    "transit003": (M.IN_TRANSIT, None),
    "transit004": (M.IN_TRANSIT, None),
    "transit005": (M.IN_TRANSIT, None),
    "transit006": (M.IN_TRANSIT, None),
    "transit007": (M.IN_TRANSIT, None),
    "pickup001": (M.OUT_FOR_DELIVERY, None),
    "pickup002": (M.AVAILABLE_FOR_PICKUP, None),
    "pickup003": (M.OUT_FOR_DELIVERY, None),
    "undelivered001": (M.ATTEMPT_FAILED, C.ADDRESS),
    "undelivered002": (M.ATTEMPT_FAILED, C.NOBODY_HOME),
    "undelivered003": (M.ATTEMPT_FAILED, C.NOBODY_HOME),
    "undelivered004": (M.ATTEMPT_FAILED, None),
    "delivered001": (M.DELIVERED, None),
    "delivered002": (M.DELIVERED, None),
    "delivered003": (M.DELIVERED, None),
    "delivered004": (M.DELIVERED, None),
    "exception001": (M.EXCEPTION, C.UNSTATED),
    "exception002": (M.EXCEPTION, C.UNSTATED),
    "exception003": (M.EXCEPTION, C.UNSTATED),
    "exception004": (M.EXCEPTION, C.UNSTATED),  # nobody came for it
    "exception005": (M.EXCEPTION, C.UNSTATED),
    "exception006": (M.CUSTOMS, C.CUSTOMS),
    "exception007": (M.EXCEPTION, C.UNSTATED),  # damaged, lost or discarded
    "exception008": (M.CANCELLED, None),
    "exception009": (M.EXCEPTION, C.REFUSED),
    "exception010": (M.RETURNED, None),
    "exception011": (M.RETURNING, None),
    "expired001": (M.IN_TRANSIT, None),
}

CODES: Mapping[str, Meaning] = {**STATUSES, **SUB_STATUSES}

RETURNED, RETURNING = "exception010", "exception011"

# A number without a history that will never get one as it is, and what to do about it.
HOPELESS: Mapping[str, str] = {
    "pending002": "TrackingMore says the number does not look like one of this courier's: check number and company",
    "pending003": "the courier says this is not one of its numbers: check number and company",
}

# What a whole call can be refused for, and whose fault it is.
CALL_REFUSED: Mapping[str, str] = {
    "400": "TrackingMore cannot use the call",
    "401": "TrackingMore refuses the key",
    "403": "the TrackingMore account may not use this",
    "404": "TrackingMore does not know this address: check base_url",
    "4001": "the TrackingMore key is not valid",
    "4002": "the TrackingMore key was deleted",
    "4103": "more than 40 numbers in one call",
    "4112": "TrackingMore finds a bad ID in the call",
    "4113": "TrackingMore tracks only an expired number again",
    "4130": "TrackingMore finds a bad field in the call",
    "4160": "TrackingMore takes the call for one about an air waybill",
    "4161": "TrackingMore takes the call for one about an air waybill",
    "4162": "TrackingMore takes the call for one about an air waybill",
    "4163": "TrackingMore takes the call for one about an air waybill",
    "4164": "TrackingMore takes the call for one about an air waybill",
    "4165": "TrackingMore takes the call for one about an air waybill",
    "4166": "TrackingMore takes the call for one about an air waybill",
    "4167": "TrackingMore takes the call for one about an air waybill",
    "4168": "TrackingMore takes the call for one about an air waybill",
    "4190": "the TrackingMore quota is used up",
}

# What one number can be refused for, and what to do about it.
NUMBER_REFUSED: Mapping[str, str] = {
    "4102": "not registered at TrackingMore",
    "4110": "TrackingMore says this is not a tracking number: check for typing errors",
    "4111": "TrackingMore misses the tracking number",
    "4120": "TrackingMore does not know this courier: set company to its TrackingMore code, such as usps",
    "4121": "TrackingMore cannot tell the courier: set company to its TrackingMore code, such as usps",
    "4122": "this courier wants more about the parcel: set postal_code, origin and destination",
}

ALREADY_REGISTERED = "4101"
NOT_REGISTERED = "4102"
QUOTA_SPENT = "4190"
TOO_MANY = "429"
SERVER_ERRORS = frozenset({"500", "511", "512", "513"})
