"""What the doors share: the assistant, its workers, its documents' folder, its limits, and whether it is ready."""

from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Annotated

from fastapi import Depends, Request

from corpus.edge import warn
from corpus.errors import UserError
from rag.answer import Answer
from rag.assistant import Assistant
from web.ingest import Ingestion
from web.limits import Limits
from web.metrics import Metrics
from web.shelf import Shelf
from web.work import Workers

NAME = "Verbatim"
API_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is being waited for before questions are answered at once."""

    loaded: Event = field(default_factory=Event)
    failures: list[str] = field(default_factory=list)

    def waiting_for(self) -> list[str]:
        """Empty when ready."""
        return self.failures or ([] if self.loaded.is_set() else ["models"])

    def warm(self, assistant: Assistant) -> None:
        """Load the models in the background."""

        def load() -> None:
            try:
                assistant.warm()
                self.loaded.set()
            except UserError as error:
                warn(f"not ready: {error}")
                self.failures.append("models that cannot be loaded: see the server's log")

        Thread(target=load, name="warming", daemon=True).start()


@dataclass(frozen=True, slots=True)
class Service:
    """Made by `web.server`; `ingestion` is None where documents cannot be written."""

    assistant: Assistant
    workers: Workers
    ingestion: Ingestion | None
    shelf: Shelf
    limits: Limits
    readiness: Readiness
    metrics: Metrics

    def count(self, answer: Answer) -> None:
        """Have an answer in the metrics."""
        self.metrics.stages(answer.timings_ms)
        self.metrics.answer(abstained=answer.abstained)

    def close(self) -> None:
        """Finish what was accepted."""
        self.workers.close()
        if self.ingestion:
            self.ingestion.close()


async def _service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Served = Annotated[Service, Depends(_service_of)]
"""A route's parameter: the service that its application was built over."""
