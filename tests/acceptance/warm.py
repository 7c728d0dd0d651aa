"""Imported by the fork server alone: what every process must load once is loaded before the lives begin."""

from __future__ import annotations

from parcelwatch import couriers
from parcelwatch.channels import Channel
from parcelwatch.cli import drafts
from parcelwatch.couriers.shared.times import naive
from parcelwatch.ticketing import sending
from tests.acceptance import border, child
from tests.sandbox.worlds import START

# Apprise's plugins, the adapters, the world's time zones, and what an agent's command needs.
READY = (
    (border, child, drafts, sending),
    Channel("warm", "json://127.0.0.1/"),
    couriers.load(),
    naive(START.replace(tzinfo=None), "DE"),
)
