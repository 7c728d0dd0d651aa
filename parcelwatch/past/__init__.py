"""Histories of parcels, and what another policy would have made of them."""
