"""What Prometheus reads: counts and times of what was served, and the state of queue and index when it asks."""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
State = Callable[[], Mapping[str, tuple[str, float]]]
"""Gauge names to what they mean and what they are now."""


class Metrics:
    """One server's figures; `watch` adds what is read when it is asked for."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "verbatim_requests",
            "Requests by door, method and status",
            ["door", "method", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "verbatim_request_seconds",
            "Seconds to the response's end",
            ["door"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._stages = Histogram(
            "verbatim_stage_seconds", "Seconds of each stage of an answer", ["stage"], buckets=SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._answers = Counter(
            "verbatim_answers", "Answers, and abstentions among them", ["abstained"], registry=self._registry
        )

    def request(self, door: str, method: str, status: int, seconds: float) -> None:
        """A request is done."""
        self._requests.labels(door, method, str(status)).inc()
        self._seconds.labels(door).observe(seconds)

    def stages(self, timings_ms: Mapping[str, float]) -> None:
        """Stages of a retrieval or an answer."""
        for stage, milliseconds in timings_ms.items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def answer(self, *, abstained: bool) -> None:
        """A question was answered, or not."""
        self._answers.labels(str(abstained).lower()).inc()

    def watch(self, state: State) -> None:
        """Report these gauges, too."""
        self._registry.register(_Gauges(state))

    def text(self) -> bytes:
        """In Prometheus's own format."""
        return generate_latest(self._registry)


class _Gauges(Collector):
    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return [GaugeMetricFamily(name, about, value) for name, (about, value) in self._state().items()]

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """None beforehand: the state is first looked at when it is asked for."""
        return []
