"""Metrics for Prometheus, gathered in the host from all processes of the service."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

if TYPE_CHECKING:
    from crisiskg.workers.crew import Crew, Job

_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


class Metrics:
    """All metrics of one service.

    Args:
        crew: The query workers.
    """

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self._registry, namespace="crisiskg_host", pid=os.getpid)
        self._queries = Counter(
            "crisiskg_queries", "Queries that are over, by lane and outcome.", ("lane", "outcome"), registry=self._registry
        )
        self._seconds = Histogram(
            "crisiskg_query_seconds", "Time of workers that queries took.", ("lane",), buckets=_SECONDS, registry=self._registry
        )
        self._counted: dict[tuple[str, str], tuple[Counter, Histogram]] = {}
        self._requests = Counter(
            "crisiskg_http_requests",
            "Requests, by kind of route, method and status.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._events = Counter("crisiskg_events", "Other things that happened, by name.", ("name",), registry=self._registry)
        self._workers = Gauge("crisiskg_workers", "Query workers and queries, by state.", ("state",), registry=self._registry)
        self._generation = Gauge("crisiskg_generation", "Number of the newest generation.", registry=self._registry)
        self._killed = Gauge("crisiskg_workers_killed", "Workers that had to be ended since the start.", registry=self._registry)

    def over(self, job: Job, seconds: float) -> None:
        """Count a query that is over."""
        counted = self._counted.get((job.lane, job.outcome))
        if counted is None:  # finding the labels takes longer than counting
            counted = self._queries.labels(job.lane, job.outcome), self._seconds.labels(job.lane)
            self._counted[job.lane, job.outcome] = counted
        counted[0].inc()
        counted[1].observe(seconds)

    def tell(self, counts: Mapping[str, float]) -> None:
        """Add what a web process counted: requests as `route method status`, other things by a single word."""
        for name, number in counts.items():
            parts = name.split(" ")
            if len(parts) == 3:
                self._requests.labels(*parts).inc(number)
            else:
                self._events.labels(name).inc(number)

    def text(self, generation: int) -> str:
        """Return all metrics in the text format of Prometheus."""
        for state, number in self._crew.state().items():
            self._workers.labels(state).set(number)
        self._generation.set(generation)
        self._killed.set(self._crew.killed)
        return generate_latest(self._registry).decode("utf-8")
