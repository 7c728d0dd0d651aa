"""The HTTP we answer: couriers that call, and people who act from a message. One file each; the port is serving's."""

from parcelwatch.web.hooks import LIMIT, Hooks
from parcelwatch.web.serving import CONNECTIONS, PATIENCE, Server, bound, impatient

__all__ = ["CONNECTIONS", "LIMIT", "PATIENCE", "Hooks", "Server", "bound", "impatient"]
