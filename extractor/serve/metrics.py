"""Prometheus metrics of the service, in a registry of its own."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from extractor.serve.service import Service

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What requests cost, and what the service works at. Label `route` is the pattern of an address, never the address."""

    def __init__(self, service: Service) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self.requests = Counter("gouji_http_requests", "Requests by route and status.", ("method", "route", "status"),
                                registry=self._registry)
        self.seconds = Histogram("gouji_http_request_seconds", "Time to answer a request.", ("route",), buckets=BUCKETS,
                                 registry=self._registry)
        self.received = Counter("gouji_http_received_bytes", "Bytes of requests' bodies.", registry=self._registry)
        self.in_flight = Gauge("gouji_http_requests_in_flight", "Requests being answered.", registry=self._registry)
        self._registry.register(_Work(service))

    def text(self) -> bytes:
        """All metrics in Prometheus's text format."""
        return generate_latest(self._registry)


class _Work:
    """Documents by state, asked for when the metrics are."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        documents = GaugeMetricFamily("gouji_documents", "Uploaded documents by state.", labels=["state"])
        for state, count in self._service.waiting().items():
            documents.add_metric([state], count)
        yield documents
        outcomes = CounterMetricFamily("gouji_document_outcomes", "Documents ended since the start, by outcome.",
                                       labels=["outcome"])
        for outcome, count in self._service.outcomes().items():
            outcomes.add_metric([outcome], count)
        yield outcomes
