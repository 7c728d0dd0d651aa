"""What a person reads in the recorded UPS answers."""

from __future__ import annotations

from parcelwatch.model import Answered, Ask, Milestone, NotFound, Refused
from tests.couriers.samples.sample import Sample

API = "ups"

ROWS: list[Sample] = [
    Sample("ups/karrio-auth-error.json", API, asked=Ask("1Z023E2X0214323462"), status=401, raises="CourierRefused"),
    Sample(
        "ups/karrio-delivered.json",  # a form filled with "string"; its one event is a label by its statusCode
        API,
        asked=Ask("1Z023E2X0214323462"),
        answer=Answered,
        milestone=Milestone.INFO_RECEIVED,
        scans=1,
    ),
    Sample("ups/karrio-invalid-number.json", API, asked=Ask("1Z023E2X02"), status=400, answer=Refused, scans=0),
    Sample("ups/karrio-notfound-200.json", API, asked=Ask("1Z023E2X0214323462"), answer=NotFound, scans=0),
    Sample("ups/notfound-200.json", API, asked=Ask("1ZXXXXXXXXXXXXXXXX"), answer=NotFound, scans=0),
    Sample(
        "ups/omniship-left-not-arrived.json",
        API,
        asked=Ask("1Z1202R66698804005"),
        answer=Answered,
        milestone=Milestone.CUSTOMS,
        scans=17,
    ),
    Sample(
        "ups/omniship-mail-innovations.json",
        API,
        asked=Ask("1Z023E2X0214323462"),
        answer=Answered,
        milestone=Milestone.CUSTOMS,
        scans=1,
    ),
    Sample("ups/omniship-mi-notfound.json", API, asked=Ask("1Z9912350341235622"), answer=NotFound, scans=0),
    Sample("ups/omniship-notfound.json", API, asked=Ask("1Z9912350341235622"), answer=NotFound, scans=0),
    Sample(
        "ups/postman-delivered.json",
        API,
        asked=Ask("1Z1442YY7229014688"),
        answer=Answered,
        milestone=Milestone.DELIVERED,
        scans=2,
    ),
    Sample("ups/throttled-429.json", API, asked=Ask("1Z1442YY7229014688"), status=429, raises="CourierBusy"),
    Sample("ups/token-ok.json", API, call="grant"),
]
