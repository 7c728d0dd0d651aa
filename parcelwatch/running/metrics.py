"""GET /metrics: how the service fares, as Prometheus reads it. The only user of prometheus-client.

What belongs here: names, units and labels. Labels are accounts, channels, kinds and parts, of which there are few, and
never a parcel. Counters begin with the process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric

from parcelwatch import __version__
from parcelwatch.core.service.accounts import AccountState
from parcelwatch.core.service.health import Facts, Remark
from parcelwatch.ingest import Tally
from parcelwatch.running.engine import Engine
from parcelwatch.running.selfcheck import SelfCheck

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """What is told at /metrics."""

    def __init__(self, engine: Engine, checks: SelfCheck) -> None:
        self._engine = engine
        self._checks = checks

    async def text(self) -> bytes:
        """All of it, as it stands now."""
        facts, found = await self._checks.seen()
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_Snapshot(self._engine, facts, found))
        return generate_latest(registry)


class _Snapshot:
    """One scrape's worth; a registry asks it for its metrics."""

    def __init__(self, engine: Engine, facts: Facts | None, found: tuple[Remark, ...]) -> None:
        self._engine = engine
        self._facts = facts
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        yield InfoMetricFamily("parcelwatch", "The program.", {"version": __version__})
        yield from self._health()
        yield from self._work()
        if self._facts is not None:
            yield from _accounts(self._facts)
            yield from _channels(self._facts)
            yield from _service(self._facts)

    def _health(self) -> Iterator[Metric]:
        wrong = [one.key.partition(":")[0] for one in self._found if one.wrong]
        yield _gauge("healthy", "1 while `parcelwatch doctor` would find nothing wrong.", float(not wrong))
        counted = {check: float(wrong.count(check)) for check in sorted(set(wrong))}
        yield _gauges("findings", "What is wrong, by check.", "check", counted)
        yield _gauges(
            "part_silence_seconds", "Time since a part last gave a sign of life.", "part", self._engine.ages()
        )

    def _work(self) -> Iterator[Metric]:
        engine = self._engine
        outcomes = CounterMetricFamily(
            "parcelwatch_answers", "Parcels asked about, by what came of it.", labels=("account", "outcome")
        )
        for worker in engine.workers:
            for outcome in ("answered", "unanswered", "failed"):
                outcomes.add_metric((worker.post.name, outcome), getattr(worker.tally, outcome))
        yield outcomes
        tally = sum((worker.tally for worker in engine.workers), engine.assessed + engine.pushed)
        yield from _cases(tally)
        sender = engine.deliverer
        yield CounterMetricFamily("parcelwatch_alerts_sent", "Alerts that channels took.", value=sender.sent)
        yield CounterMetricFamily("parcelwatch_messages_sent", "Messages they went out in.", value=sender.messages)
        failures = "Messages that a channel did not take at a try."
        yield CounterMetricFamily("parcelwatch_messages_failed", failures, value=sender.failures)


def _cases(tally: Tally) -> Iterator[Metric]:
    opened = CounterMetricFamily("parcelwatch_cases_opened", "Cases opened, by kind.", labels=("kind",))
    for kind, count in sorted(tally.kinds.items()):
        opened.add_metric((kind,), count)
    yield opened
    yield CounterMetricFamily("parcelwatch_cases_resolved", "Cases resolved.", value=tally.resolved)


def _accounts(facts: Facts) -> Iterator[Metric]:
    known = {one.name: one for one in facts.accounts}
    due = {name: float(one.due) for name, one in known.items()}
    yield _gauges("parcels_due", "Parcels that should have been asked about by now.", "account", due)
    behind = {name: one.behind.total_seconds() for name, one in known.items()}
    yield _gauges("account_behind_seconds", "How long the first of them has waited.", "account", behind)
    failing = {name: float(one.state.failing_since is not None) for name, one in known.items()}
    yield _gauges("account_failing", "1 while the account does not answer.", "account", failing)
    answers = {name: at for name, one in known.items() if (at := _last_answer(one.state)) is not None}
    yield _gauges("account_last_answer_timestamp_seconds", "When it last answered.", "account", answers)


def _last_answer(state: AccountState) -> float | None:
    return state.last_ok_at.timestamp() if state.last_ok_at else None


def _channels(facts: Facts) -> Iterator[Metric]:
    down = {one.name: float(one.state.down_since is not None) for one in facts.channels}
    yield _gauges("channel_down", "1 while the channel takes no messages.", "channel", down)
    failures = {one.name: float(one.state.failures) for one in facts.channels}
    yield _gauges("channel_failures", "Failures in a row.", "channel", failures)


def _service(facts: Facts) -> Iterator[Metric]:
    yield _gauge("alerts_waiting", "Alerts not delivered yet.", facts.waiting)
    yield _gauge("alerts_dead", "Alerts given up.", len(facts.dead))
    yield _gauge("config_last_reload_successful", "0 when the last edit was refused.", float(not facts.refused))
    yield _gauge("config_current", "1 while the file says what runs.", float(not (facts.edited or facts.unusable)))
    yield _gauges("database_bytes", "Size of the database's files.", "file", facts.sizes)
    if facts.free is not None:
        yield _gauge("disk_free_bytes", "Free where the database is.", facts.free)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"parcelwatch_{name}", about, value=value)


def _gauges(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(f"parcelwatch_{name}", about, labels=(label,))
    for each, value in values.items():
        gauge.add_metric((each,), value)
    return gauge
