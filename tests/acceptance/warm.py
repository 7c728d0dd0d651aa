"""Imported by the fork server alone, so that each life it starts need not load Apprise's plugins again."""

from __future__ import annotations

from parcelwatch.channels import Channel
from tests.acceptance import child

READY = (child, Channel("warm", "json://127.0.0.1/"))
