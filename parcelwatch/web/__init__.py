"""The HTTP we answer: couriers that call, and people who act from a message. One file each; the port is serving's."""

from parcelwatch.web.health import Health, Look
from parcelwatch.web.hooks import LIMIT, Hooks
from parcelwatch.web.links import Links, Readers
from parcelwatch.web.scrape import Scrape
from parcelwatch.web.serving import CONNECTIONS, PATIENCE, Server, application, bound, impatient

__all__ = [
    "CONNECTIONS",
    "LIMIT",
    "PATIENCE",
    "Health",
    "Hooks",
    "Links",
    "Look",
    "Readers",
    "Scrape",
    "Server",
    "application",
    "bound",
    "impatient",
]
