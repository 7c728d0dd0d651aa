"""The columns of an import of parcels, by name.

What belongs here: names. What each may hold is intake.py's.
"""

from __future__ import annotations

from typing import Final

COLUMNS: Final = (
    "number",
    "courier",
    "company",
    "order",
    "service",
    "origin",
    "destination",
    "shipped_at",
    "promised_by",
    "dispatch_by",
    "customer_name",
    "customer_contact",
    "phone_last4",
    "postal_code",
    "language",
    "value",
    "tag",
    "buyer",
    "tier",
    "goods",
    "order_url",
)
"""Every column there is, named as the options of `parcels add`."""
