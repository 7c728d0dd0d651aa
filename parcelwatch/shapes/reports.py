"""What is shown of a day, of a while and of early warnings, as JSON gives it out.

What belongs here: the shapes of what is counted; those of single things are in the package itself.
"""

from __future__ import annotations

from typing import Any

from parcelwatch.core.past.forewarned import AHEAD, DAY, Carrier, Forewarned, Weighed
from parcelwatch.core.past.review import Judged, Review
from parcelwatch.core.past.scorecards import Scorecard
from parcelwatch.core.past.shares import share
from parcelwatch.core.report import AGES, Figures
from parcelwatch.shapes import stamp


def report(figures: Figures) -> dict[str, Any]:
    """What happened in a while and what waits, as `report --json` gives it out."""
    counts = figures.counts
    return {
        "from": stamp(figures.since),
        "to": stamp(figures.until),
        **{name: counts[name] for name in ("opened", "acknowledged", "resolved", "escalated", "reraised")},
        "waiting": {
            "total": figures.waiting,
            "hidden": figures.hidden,
            "states": dict(figures.states),
            "ages": {name: figures.ages.get(name, 0) for name in AGES},
            "owners": dict(figures.owners),
        },
        "letters": {name: counts[name] for name in ("drafted", "approved", "sent")},
        "remedies": {"agreed": counts["agreed"], "done": counts["done"], "open": figures.owed},
        "verdicts": {"true": counts["right"], "false": counts["wrong"], "known": counts["known"]},
        "incidents": dict(figures.incidents),
        "shadows": [dict(each) for each in figures.shadows],
    }


def review(over: Review) -> dict[str, Any]:
    """The figures of some weeks, as `report --json` gives them out beside those of `report`.

    Shares are 0 to 1; a share, a median or a tail is null where there is too little to say it of.
    """
    return {
        "parcels": over.parcels,
        "alerts": {
            "total": over.load.total,
            "parcels": over.load.parcels,
            "per_100": rounded(over.alerts_per_100),
            "by_kind": dict(over.load.by_kind),
            "days": [{"day": day.isoformat(), "alerts": count} for day, count in over.load.days],
        },
        "complaints": _forewarned(over.forewarned),
        "asked": {
            "total": over.asked.total,
            "kinds": dict(over.asked.kinds),
            "weekdays": list(over.asked.weekdays),
            "couriers": [{**_carrier(one), "complaints": count} for one, count in over.asked.carriers.items()],
        },
        "precision": [_judged(one) for one in over.judged],
        "couriers": [_scorecard(one) for one in over.couriers],
    }


def complaint(one: Weighed, number: str, order: str) -> dict[str, Any]:
    """A complaint as in `complaints list`; `warned_by`: of which kind the first alert before it was, null for none."""
    return {
        "id": one.complaint.id,
        "at": stamp(one.complaint.at),
        "number": number or None,
        "order": order or None,
        "kind": one.complaint.kind,
        **_carrier(one.complaint.carrier),
        "again": one.again,
        "warned_by": one.warning.kind if one.warning else None,
        "warned_at": stamp(one.warning.at) if one.warning else None,
        "lead_days": rounded(one.lead / DAY) if one.lead is not None else None,
    }


def _forewarned(known: Forewarned) -> dict[str, Any]:
    ahead = {days: known.ahead(days) for days in AHEAD}
    return {
        "total": known.total,
        "warned": known.warned,
        **{f"warned_{days}d": count for days, count in ahead.items()},
        "median_lead_days": rounded(known.median_days),
        "share": rounded(share(known.warned, known.total)),
        **{f"share_{days}d": rounded(share(count, known.total)) for days, count in ahead.items()},
        "by_kind": dict(known.by_kind),
        "again": known.again,
    }


def _judged(one: Judged) -> dict[str, Any]:
    verdicts = {"true": one.right, "false": one.wrong, "known": one.known}
    return {"kind": one.kind, "alerts": one.alerts, **verdicts, "precision": rounded(one.precision)}


def _carrier(carrier: Carrier) -> dict[str, Any]:
    """Whose it is; both are null for several couriers' at once."""
    courier, company = carrier
    return {"courier": courier or None, "company": company if courier else None}


def _scorecard(card: Scorecard) -> dict[str, Any]:
    return {
        **_carrier(card.carrier),
        "parcels": card.parcels,
        "promised": card.promised,
        "on_time": card.on_time,
        "on_time_share": rounded(card.on_time_share),
        "exceptions": card.troubled,
        "exceptions_per_1000": rounded(card.troubled_per_1000),
        "arrived": card.ended,
        "dwell": {
            str(stage): {"n": stay.n, "median_hours": rounded(stay.median), "p90_hours": rounded(stay.tail)}
            for stage, stay in card.stays.items()
        },
    }


def rounded(value: float | None) -> float | None:
    """To three places, which is more than anybody can read out of a share or an hour."""
    return None if value is None else round(value, 3)
