"""The HTTP API about the server: alive, ready, which version, how busy."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from web.metrics import MEDIA_TYPE
from web.problem import Problem, request_id_of
from web.replies_documents import HealthReply, ReadyReply, VersionReply
from web.service import API_VERSION, NAME, Served, Service
from web.told import REQUEST_ID, problems, told

METRICS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The figures.", "headers": REQUEST_ID, "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}
}
routes = APIRouter(tags=["server"])


@routes.get("/healthz", responses=told(reply=HealthReply))
async def alive() -> Response:
    """Say that the process answers."""
    return JSONResponse({"status": "ok"})


@routes.get("/readyz", responses=told(503, reply=ReadyReply))
async def ready(request: Request, service: Served) -> Response:
    """Say whether questions are answered at once, and what is waited for if not."""
    waiting = service.readiness.waiting_for()
    if not waiting:
        return JSONResponse({"ready": True})
    detail = f"waiting for {', '.join(waiting)}"
    problem = Problem("not-ready", detail, {"Retry-After": "1"}, {"waiting_for": waiting})
    return problem.response(request_id_of(request))


@routes.get("/v1/version", responses=told(503, reply=VersionReply))
def version(service: Served) -> Response:
    """Say what is served, and how its index was made."""
    catalog = service.assistant.engine.catalog
    about = {"name": NAME, "api": API_VERSION, "recipe": asdict(catalog.recipe)}
    return JSONResponse(about | asdict(catalog.counts()))


@routes.get(
    "/metrics",
    responses=problems(503) | METRICS,
    response_class=Response,
)
def metrics(service: Served) -> Response:
    """Figures for Prometheus: requests, stages, queue, abstentions, index."""
    return Response(service.metrics.text(), media_type=MEDIA_TYPE)


def gauges(service: Service) -> Mapping[str, tuple[str, float]]:
    """What is true now."""
    counts = service.assistant.engine.catalog.counts()
    jobs = service.ingestion.unfinished if service.ingestion else 0
    return {
        "verbatim_working": ("Questions being worked on", service.workers.running),
        "verbatim_waiting": ("Questions waiting for a worker", service.workers.waiting),
        "verbatim_jobs_unfinished": ("Uploads and deletions not yet taken in", jobs),
        "verbatim_documents": ("Documents in the index", counts.documents),
        "verbatim_passages": ("Passages in the index", counts.passages),
        "verbatim_generation": ("Raised by every change of the index", counts.generation),
        "verbatim_ready": ("1 when questions are answered at once", float(not service.readiness.waiting_for())),
    }
