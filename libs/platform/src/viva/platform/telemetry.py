"""OpenTelemetry: traces and metrics, pushed where an endpoint is set; metrics can be scraped too.

Without an exporter spans still carry ids, so that the context travels and logs name the trace.
The context is kept as one `traceparent` text wherever it is stored: a Kafka header, a gRPC
metadata entry, an outbox row, the interview's own row.
"""

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from importlib.metadata import version

from opentelemetry import metrics, trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

_PROPAGATOR = TraceContextTextMapPropagator()
SCRAPE_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_scraped: list[CollectorRegistry] = []


class Telemetry:
    """The providers of one process, flushed when it stops.

    Args:
        otlp_endpoint: where traces and metrics are pushed; nowhere without it.
        scrape: keep the metrics for `exposition` too.
        push: metrics as well as traces.
    """

    def __init__(
        self, service: str, otlp_endpoint: str | None, *, scrape: bool = False, push: bool = True
    ) -> None:
        resource = _resource(service)
        self.tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
        readers: list[MetricReader] = []
        self._registry: CollectorRegistry | None = None
        if scrape:
            self._registry = CollectorRegistry(auto_describe=False)
            ProcessCollector(registry=self._registry)
            readers.append(
                PrometheusMetricReader(scope_info_enabled=False, registry=self._registry)
            )
        if otlp_endpoint:
            base = otlp_endpoint.rstrip("/")
            exporter = OTLPSpanExporter(endpoint=f"{base}/v1/traces")
            self.tracers.add_span_processor(BatchSpanProcessor(exporter))
            if push:
                metric_exporter = OTLPMetricExporter(endpoint=f"{base}/v1/metrics")
                readers.append(PeriodicExportingMetricReader(metric_exporter))
        self.meters = MeterProvider(readers, resource=resource, shutdown_on_exit=False)

    def install(self) -> None:
        """Makes them the providers of this process. The first in a process wins."""
        if not isinstance(trace.get_tracer_provider(), TracerProvider):
            trace.set_tracer_provider(self.tracers)
        if not isinstance(metrics.get_meter_provider(), MeterProvider):
            metrics.set_meter_provider(self.meters)
            if self._registry is not None:
                _scraped.append(self._registry)

    def shut_down(self) -> None:
        """Sends what is still to be sent. Blocks while it does."""
        self.tracers.shutdown()
        self.meters.shutdown()


def exposition() -> bytes | None:
    """All metrics of this process in Prometheus' text format; None where none are kept.

    Takes some milliseconds: not for the event loop.
    """
    return generate_latest(_scraped[0]) if _scraped else None


def _resource(service: str) -> Resource:
    """Who sends; more by OTEL_RESOURCE_ATTRIBUTES."""
    return Resource.create(
        {
            "service.name": f"viva-{service}",
            "service.namespace": "viva",
            "service.version": version("viva-platform"),
            "service.instance.id": str(uuid.uuid4()),
        }
    )


def tracer(name: str) -> trace.Tracer:
    """The tracer of a module or part."""
    return trace.get_tracer(name)


def meter(name: str) -> metrics.Meter:
    """The meter of a module or part. No ids as attributes: they never end."""
    return metrics.get_meter(name)


def inject(context: Context | None = None) -> dict[str, str]:
    """Writes the current trace context down as `traceparent` and perhaps `tracestate`."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, context)
    return carrier


def extract(carrier: Mapping[str, str]) -> Context:
    """Reads a trace context that `inject` wrote."""
    return _PROPAGATOR.extract(carrier, Context())


def current_traceparent() -> str | None:
    """The current context as one text, to be stored and resumed later."""
    return inject().get("traceparent")


@contextlib.contextmanager
def resumed(traceparent: str | None) -> Iterator[None]:
    """Goes on with a stored trace: spans started inside are children of the stored one."""
    token = attach(extract({"traceparent": traceparent} if traceparent else {}))
    try:
        yield
    finally:
        detach(token)
