"""Recordings of couriers that are declared: La Poste and Australia Post."""

from __future__ import annotations

from parcelwatch.model import Answered, Ask, Milestone, NotFound, Refused
from tests.couriers.samples.sample import Sample

M = Milestone
FRENCH = Ask("EW112720413FR")
BAD = Ask("WBZQ03ENZJ6BBBTEELZWITJTAGYKA19WR6OOJ6MIVZARY3OVPSX4A495YOMXBLKC")
XML = {"content-type": "text/xml"}


def poste(path: str, asked: Ask, **more: object) -> Sample:
    return Sample(f"laposte/{path}", "declared", asked, declared="laposte", **more)  # type: ignore[arg-type]


def post(path: str, asked: str, **more: object) -> Sample:
    return Sample(f"australiapost/{path}", "declared", Ask(asked), declared="auspost", **more)  # type: ignore[arg-type]


ROWS: list[Sample] = [
    poste("karrio-delivered.json", FRENCH, answer=Answered, milestone=M.DELIVERED, scans=9),
    poste("karrio-colissimo-fr-to-br.json", FRENCH, answer=Answered, milestone=M.DELIVERED, scans=9),
    poste("karrio-invalid-number.json", BAD, status=400, answer=Refused),
    poste("karrio-colissimo-invalid.json", BAD, status=400, answer=Refused),
    poste("throttled-429.json", FRENCH, status=429, raises="CourierBusy"),
    # Another API, in XML, which is not read.
    poste("karrio-chronopost.xml", FRENCH, headers=XML, raises="CourierUnreadable"),
    poste("karrio-chronopost-error.xml", FRENCH, headers=XML, raises="CourierUnreadable"),
    post("karrio-two-items.json", "ET123456789AU", answer=Answered, milestone=M.IN_TRANSIT, scans=8),
    post("karrio-two-items.json", "LX123456789US", answer=Answered, milestone=M.DELIVERED, scans=9),
    post("karrio-two-items.json", "00123456789000123400", answer=Answered, milestone=M.DELIVERED, scans=10),
    post("karrio-invalid-id-200.json", "7XX1000", answer=NotFound),
    post("karrio-too-many-ids-400.json", "7XX1000", status=400, raises="CourierDeclines"),
]
