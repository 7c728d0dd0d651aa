"""`parcelwatch metrics …`: what Prometheus and Grafana watch the service with."""

from __future__ import annotations

from parcelwatch.cli.base import command, group
from parcelwatch.cli.desk import Desk

app = group("Watch the service with Prometheus and Grafana: it tells how it fares at GET /metrics of `listen`.")


@command(app, "rules", "metrics rules > /etc/prometheus/rules/parcelwatch.yml")
def rules(desk: Desk) -> None:  # noqa: ARG001 - every command has one
    """Print alert rules for Prometheus, as YAML; they expect the job `parcelwatch`."""
    from parcelwatch import monitoring

    print(monitoring.rules(), end="")


@command(app, "dashboard", "metrics dashboard > parcelwatch.json")
def dashboard(desk: Desk) -> None:  # noqa: ARG001 - every command has one
    """Print a dashboard for Grafana, as JSON to import."""
    from parcelwatch import monitoring

    print(monitoring.dashboard(), end="")
