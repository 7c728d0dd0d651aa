"""DHL Unified; two more of DHL's APIs left recordings in the same folder."""

from __future__ import annotations

from parcelwatch.model import Ask, Milestone, NotFound, Unanswered
from tests.couriers.samples.sample import Sample

M = Milestone
SPEC = Ask("7777777770")
PAKET = Ask("00340434292135100186")

ROWS = [
    Sample("dhl/express-events-without-statuscode.json", "dhl", SPEC, M.IN_TRANSIT, scans=2),
    Sample("dhl/karrio-spec-sample.json", "dhl", SPEC, M.INFO_RECEIVED, scans=1),
    Sample("dhl/romabilka-spec-sample.json", "dhl", SPEC, M.INFO_RECEIVED, scans=1),
    Sample("dhl/romabilka-parcel-de-pretransit.json", "dhl", PAKET, M.INFO_RECEIVED, scans=1),
    Sample("dhl/karrio-notfound-404.json", "dhl", Ask("8264715546"), status=404, answer=NotFound),
    Sample("dhl/romabilka-invalid-400.json", "dhl", Ask("8264715546"), status=400, raises="CourierRefused"),
    Sample("dhl/karrio-mydhl.json", "dhl", Ask("9356579890"), answer=Unanswered),
    Sample("dhl/karrio-mydhl-404.json", "dhl", Ask("9356579890"), status=404, answer=NotFound),
    Sample("dhl/throttled-429.json", "dhl", Ask("8264715546"), status=429, raises="CourierBusy"),
    Sample("dhl/karrio-express-xml.xml", "dhl", why_not="the Express XML API, which is another"),
    Sample("dhl/karrio-parcel-de-xml.xml", "dhl", why_not="the Paket XML API, which is another"),
    Sample("dhl/karrio-parcel-de-xml-error.xml", "dhl", why_not="the Paket XML API, which is another"),
]
