"""MCP, for agents: the tools search, answer and read_document, and the documents as resources.

No state is kept between calls: what was asked before is passed as `history`. On the server's own port at /mcp it only
reads. For one agent on this machine, `python -m web.mcp [--corpus DIR] [--store DIR]` speaks over standard input and
output; with `--writable`, that agent may put and delete documents, too.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.applications import Starlette

from corpus.edge import exit_status
from corpus.errors import UserError
from rag.assistant import Assistant
from web.api import retrieval_json
from web.contract import AnswerRequest, AtMostWrong, Filters, History, Passages, Question, RetrieveRequest
from web.folder import Folder
from web.ingest import Ingestion, Job
from web.problem import RefusedError
from web.replies import AnswerReply, RetrieveReply
from web.replies_documents import JobReply, TextReply
from web.service import API_VERSION, NAME, Service
from web.texts import CHARACTERS, stretch

T = TypeVar("T")
READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
INSTRUCTIONS = (
    "Answers questions from a folder of documents, in their own words. `answer` quotes and cites, or says that the "
    "documents do not say; `search` finds passages; `read_document` shows what stands around them. Offsets count "
    "Unicode code points. Earlier questions go into `history`, oldest first."
)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)
LISTED = 1_000
Earlier = Annotated[History | None, Field(description="The questions asked before it, oldest first.")]


def build_mcp(service: Service) -> MCPServer[Any]:
    """The MCP server over a service."""
    server: MCPServer[Any] = MCPServer(NAME, version=API_VERSION, instructions=INSTRUCTIONS, log_level="ERROR")
    _offer_questions(server, service)
    _offer_documents(server, service)
    return server


def _offer_questions(server: MCPServer[Any], service: Service) -> None:
    @server.tool(name="search", annotations=READS)
    async def search_tool(question: Question, k: Passages = 8, where: Filters = "") -> RetrieveReply:
        """Find the passages that bear on a question, best first."""
        found = await _worked(service, RetrieveRequest(question=question, k=k, where=where).search)
        service.metrics.stages(found.timings_ms)
        return RetrieveReply.model_validate(retrieval_json(question, found))

    @server.tool(name="answer", annotations=READS)
    async def answer_tool(
        question: Question,
        history: Earlier = None,
        k: Passages = 8,
        at_most_wrong: AtMostWrong = None,
        where: Filters = "",
    ) -> AnswerReply:
        """Answer a question in the documents' own words with citations, or say that they do not answer it."""
        asked = AnswerRequest(question=question, history=history or [], k=k, at_most_wrong=at_most_wrong, where=where)
        found = await _worked(service, asked.ask)
        service.count(found)
        return AnswerReply.model_validate(found.to_json())


def _offer_documents(server: MCPServer[Any], service: Service) -> None:
    @server.tool(name="read_document", annotations=READS)
    def read_tool(
        document_id: Annotated[str, Field(description="The document's id, as in hits and citations.")],
        start: Annotated[int, Field(ge=0, description="Where to begin, in code points from 0.")] = 0,
        end: Annotated[
            int | None, Field(ge=0, description=f"Where to end (exclusive). At most {CHARACTERS:,} come.")
        ] = None,
    ) -> TextReply:
        """Read a document, or a stretch of it; go on from its `end`."""
        try:
            return TextReply.model_validate(stretch(service.shelf, document_id, start, end)[0])
        except RefusedError as refused:
            raise ToolError(str(refused)) from refused

    @server.resource("verbatim://documents", mime_type="application/json")
    def documents() -> dict[str, Any]:
        """The documents' ids and titles, in the order of their ids; the first thousand."""
        entries, _, total = service.shelf.page("", LISTED)
        return {"documents": [each.to_json() for each in entries], "total": total}

    @server.resource("verbatim://documents/{+document_id}", mime_type="text/plain")
    def document(document_id: str) -> str:
        """One document's text, from its beginning."""
        try:
            return str(stretch(service.shelf, document_id, 0, None)[0]["text"])
        except RefusedError as refused:
            raise ResourceNotFoundError(str(refused)) from refused


def offer_writing(server: MCPServer[Any], ingestion: Ingestion) -> None:
    """The tools put_document, delete_document and job besides."""

    @server.tool(name="put_document", annotations=WRITES)
    def put_tool(
        document_id: Annotated[str, Field(description="Its path below the folder, such as news/today.md.")],
        text: Annotated[str, Field(description="All of the file, in the format that the suffix says.")],
    ) -> JobReply:
        """Put a file in the place of what has its id; searches see it when its job is done."""
        return _accepted(lambda: ingestion.put(document_id, text.encode()))

    @server.tool(name="delete_document", annotations=WRITES)
    def delete_tool(document_id: Annotated[str, Field(description="Its path below the folder.")]) -> JobReply:
        """Delete a file and its document; searches see it no more when its job is done."""
        return _accepted(lambda: ingestion.delete(document_id))

    @server.tool(name="job", annotations=READS)
    def job_tool(job_id: Annotated[str, Field(description="The id of what put or deleted.")]) -> JobReply:
        """Say how far a file that was put or deleted has come."""
        job = ingestion.job(job_id)
        if job is None:
            raise ToolError("there is no such job; jobs are forgotten when the server stops")
        return _accepted(lambda: job)


def _accepted(act: Callable[[], Job]) -> JobReply:
    try:
        return JobReply.model_validate(asdict(act()))
    except RefusedError as refused:
        raise ToolError(str(refused)) from refused


def mcp_app(server: MCPServer[Any]) -> Starlette:
    """MCP over HTTP, at /mcp; who may come in is decided before (web/access.py)."""
    open_within = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return server.streamable_http_app(json_response=True, stateless_http=True, transport_security=open_within)


async def _worked(service: Service, act: Callable[[Assistant], T]) -> T:
    """What came of it, in the same bounded pool as over HTTP; stops if the caller is cancelled."""
    try:
        return await service.workers.submit(act).result()
    except (UserError, RefusedError) as error:
        raise ToolError(str(error)) from error


def main(arguments: list[str]) -> int:
    """Serve one agent until it goes away; the exit status."""
    from rag.__main__ import warn_of_failures
    from rag.build import build_assistant
    from web.server import Serving, build_service

    parser = argparse.ArgumentParser(prog="python -m web.mcp", description="Serve a folder of documents to an agent.")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="folder of documents (the sample corpus)")
    parser.add_argument("--store", type=Path, metavar="DIR", help="where its index lies (a folder below index/store)")
    parser.add_argument("--writable", action="store_true", help="the agent may put and delete documents in --corpus")
    options = parser.parse_args(arguments)
    if options.writable and options.corpus is None:
        raise UserError("--writable needs the folder that may be written to; name it with --corpus DIR")
    folder = Folder(options.corpus) if options.writable else None
    assistant = build_assistant(options.corpus, options.store, report=warn_of_failures)
    service = build_service(assistant, Serving(folder=folder))
    server = build_mcp(service)
    if service.ingestion:
        offer_writing(server, service.ingestion)
    server.run("stdio")
    service.close()
    return 0


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
