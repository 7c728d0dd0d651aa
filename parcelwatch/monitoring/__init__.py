"""What others watch us with: alert rules for Prometheus and a dashboard for Grafana, as data.

What belongs here: the files. What they are about is told at /metrics (running/metrics.py).
"""

from __future__ import annotations

from importlib.resources import files


def rules() -> str:
    """Alert rules for Prometheus, as YAML."""
    return files(__package__).joinpath("rules.yml").read_text("utf-8")


def dashboard() -> str:
    """A dashboard for Grafana, as JSON."""
    return files(__package__).joinpath("dashboard.json").read_text("utf-8")
