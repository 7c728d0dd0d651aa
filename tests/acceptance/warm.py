"""Imported by the fork server alone: what every process must load once is loaded before the lives begin."""

from __future__ import annotations

from parcelwatch import couriers
from parcelwatch.channels import Channel
from parcelwatch.couriers.shared.times import naive
from tests.acceptance import border, child
from tests.sandbox.worlds import START

# Apprise's plugins, the adapters, the world's time zones.
READY = (border, child, Channel("warm", "json://127.0.0.1/"), couriers.load(), naive(START.replace(tzinfo=None), "DE"))
