"""The HTTP we answer: couriers that call, people who act from a message, programs that post. One file each."""

from parcelwatch.web.api import Api, Caller
from parcelwatch.web.health import Health, Look
from parcelwatch.web.hooks import LIMIT, Hooks
from parcelwatch.web.links import Links, Readers
from parcelwatch.web.scrape import Scrape
from parcelwatch.web.serving import CONNECTIONS, PATIENCE, Server, application, bound, impatient

__all__ = [
    "CONNECTIONS",
    "LIMIT",
    "PATIENCE",
    "Api",
    "Caller",
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
