"""What /openapi.json says and what the server does are held together by schemathesis, with all its checks."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from index.embed import SentenceEmbedder
from index.engine import SearchEngine
from index.sync import sync
from rag.build import assemble
from rag.risk import Risk
from web.access import Access
from web.folder import Folder
from web.limits import Limits
from web.server import Serving, build_server
from web.tokens import read_tokens

SECRET = "w" * 20
EXAMPLES = 12
PATIENCE_S = 120
OPERATIONS = [
    "POST /v1/answer", "POST /v1/answer/batch", "POST /v1/retrieve", "POST /v1/retrieve/batch", "GET /v1/documents",
    "GET /v1/documents/{document_id}", "GET /v1/documents/{document_id}/text", "PUT /v1/documents/{document_id}",
    "DELETE /v1/documents/{document_id}", "GET /v1/jobs/{job_id}", "GET /v1/version", "GET /healthz", "GET /readyz",
    "GET /metrics",
]  # fmt: skip


@pytest.fixture(scope="module")
def schema(sentence_embedder: SentenceEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Over a server that may write, to a folder of one short document: what is answered does not matter here."""
    scratch: Path = tmp_path_factory.mktemp("scratch")
    (scratch / "tokens").write_text(f"writer write {SECRET}\n")
    (scratch / "written").mkdir()
    (scratch / "written" / "moon.txt").write_text("Commander Aroha Tui opened the moon base on Sunday.\n")
    engine = SearchEngine(scratch / "store")
    sync(scratch / "written", engine, sentence_embedder)
    access = Access(read_tokens(scratch / "tokens"))
    serving = Serving(access, Limits(requests_per_minute=0), folder=Folder(scratch / "written"))
    assistant = assemble(engine, sentence_embedder)
    app = build_server(replace(assistant, confidence=replace(assistant.confidence, risk=Risk(1_000))), serving)
    found = schemathesis.openapi.from_asgi("/openapi.json", app, headers={"Authorization": f"Bearer {SECRET}"})
    found.config.update(headers={"Authorization": f"Bearer {SECRET}"})
    # a precondition that does not hold is as documented, though the header that states it is well formed
    found.config.checks.positive_data_acceptance.expected_statuses += ["412"]
    return found


def test_every_operation_is_tested(schema: Any) -> None:
    found = [result.ok() for result in schema.get_all_operations()]
    assert sorted(f"{each.method.upper()} {each.path}" for each in found) == sorted(OPERATIONS)


WITHOUT_INPUT = ["GET /v1/version", "GET /healthz", "GET /readyz", "GET /metrics"]
WRONG = [(name, GenerationMode.NEGATIVE) for name in OPERATIONS if name not in WITHOUT_INPUT]


@pytest.mark.parametrize(("name", "mode"), [(name, GenerationMode.POSITIVE) for name in OPERATIONS] + WRONG)
def test_the_server_does_what_its_document_says(schema: Any, name: str, mode: GenerationMode) -> None:
    method, path = name.split(" ")

    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def check(case: Any) -> None:
        response = case.call(timeout=PATIENCE_S)
        # the grammar of filters is told in words only: JSON Schema has none for it
        told = response.status_code == 422 and response.json()["type"] == "urn:verbatim:question"
        case.validate_response(response, excluded_checks=[positive_data_acceptance] if told else [])

    check()
