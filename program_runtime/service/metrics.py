"""What ``/metrics`` counts, in the form that Prometheus reads."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The numbers of one service; no name of a user or a program is among them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.jobs_submitted = Counter(
            "qrt_jobs_submitted", "Jobs that were queued.", registry=self.registry
        )
        self.jobs_finished = Counter(
            "qrt_jobs_finished",
            "Jobs that are final, by status and failure code.",
            ["status", "code"],
            registry=self.registry,
        )
        self.events_stored = Counter(
            "qrt_events_stored", "Events of running jobs.", registry=self.registry
        )
        self.releases_published = Counter(
            "qrt_releases_published", "New releases.", registry=self.registry
        )
        self.jobs_running = Gauge(
            "qrt_jobs_running", "Jobs that run now.", registry=self.registry
        )
        self.jobs_queued = Gauge(
            "qrt_jobs_queued", "Jobs that wait now.", registry=self.registry
        )
        self.listeners = Gauge(
            "qrt_listeners", "Requests that wait for a job.", registry=self.registry
        )

    def text(self) -> bytes:
        """Return all of them as Prometheus reads them."""
        return generate_latest(self.registry)
