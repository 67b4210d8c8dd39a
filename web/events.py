"""An answer as server-sent events: each stage as it is done, then the answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from time import perf_counter

from fastapi.responses import StreamingResponse

from corpus.errors import UserError
from rag.answer import Answer
from web.contract import AnswerRequest
from web.problem import problem_of
from web.service import Service
from web.work import Work

EVENT_STREAM = "text/event-stream"
Stage = tuple[str, int, float]


async def answer_events(service: Service, wanted: AnswerRequest) -> StreamingResponse:
    """Events `stage` with `{"stage": "search", "passages": 20, "ms": 12.3}` (milliseconds since the question was
    taken up) for `search`, `rerank` and `read`, then one event `answer` with the same JSON as without streaming, or
    one event `problem`. A question that cannot be asked is refused before the stream begins, where that is known."""
    loop = asyncio.get_running_loop()
    stages: asyncio.Queue[Stage | None] = asyncio.Queue()
    started = perf_counter()

    def tell(stage: str, passages: int) -> None:
        stages_done = (stage, passages, round((perf_counter() - started) * 1000, 1))
        loop.call_soon_threadsafe(stages.put_nowait, stages_done)

    work = service.workers.submit(wanted.ask, tell)
    work.future.add_done_callback(lambda _: loop.call_soon_threadsafe(stages.put_nowait, None))
    try:
        first = await stages.get()
    except asyncio.CancelledError:
        work.stop()
        raise
    if first is None:
        await work.result()  # raises what is wrong with the question
    return StreamingResponse(_events(service, work, stages, first), media_type=EVENT_STREAM)


async def _events(
    service: Service, work: Work[Answer], stages: "asyncio.Queue[Stage | None]", stage: Stage | None
) -> AsyncIterator[str]:
    try:
        while stage is not None:
            name, passages, milliseconds = stage
            yield _event("stage", {"stage": name, "passages": passages, "ms": milliseconds})
            stage = await stages.get()
        found = await work.result()
        service.count(found)
        yield _event("answer", found.to_json())
    except UserError as error:
        yield _event("problem", problem_of(error).to_json(""))
    finally:
        work.stop()


def _event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
