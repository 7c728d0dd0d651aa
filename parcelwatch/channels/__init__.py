"""Channels: one message to one chat, mailbox or webhook, and what became of it. The only users of Apprise and requests.

    address   which URLs are fit to be a channel, and the service behind one
    channel   what the rest of the program uses: how much fits, how fast, send
    limits    what each service takes and at which pace, as data
    verdicts  what a service's answer says
    wire      one request over HTTP
    byway     by way of what proxy
    told      what the services below have in common
    services  one file for each service whose answers are read here
    others    every other service Apprise knows

"Timed out" may mean "delivered", so whoever sends must expect to send twice.
"""

from parcelwatch.channels.address import is_mail
from parcelwatch.channels.byway import go_by
from parcelwatch.channels.channel import Channel

__all__ = ["Channel", "go_by", "is_mail"]
