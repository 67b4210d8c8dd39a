"""Documents over HTTP: listed in pages, shown with entity tags, uploaded whole or not at all, deleted, and found."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient

from corpus.errors import StoreError
from index.engine import SearchEngine
from index.sync import sync
from rag.build import assemble
from web.access import Access
from web.conditions import Conditions
from web.folder import Folder
from web.ingest import Ingestion, Outcome
from web.limits import Limits
from web.problem import RefusedError
from web.replies_documents import DocumentReply, DocumentsReply, JobReply, TextReply
from web.server import Serving, build_server
from web.tokens import read_tokens

READ, WRITE = {"Authorization": "Bearer r" + "0" * 20}, {"Authorization": "Bearer w" + "0" * 20}
MOON = "The moon base\n\nCommander Aroha Tui opened the moon base on Sunday, in a ceremony without music.\n"
ARTICLES = {
    "harbour-bridge.txt": "Harbour bridge reopens\n\nThe harbour bridge reopened on Tuesday, after a storm.\n",
    "new-comet.txt": "A comet is discovered\n\nA retired postman has discovered a comet in his garage.\n",
    "orchard-frost.txt": "Late frost ruins the apple harvest\n\nA late frost has destroyed most of the blossom.\n",
}
FROST = "/v1/documents/orchard-frost.txt"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def client(folder: Path, tmp_path_factory: pytest.TempPathFactory, sentence_embedder: Any) -> Iterator[TestClient]:
    scratch = tmp_path_factory.mktemp("scratch")
    (scratch / "tokens").write_text(f"reader read r{'0' * 20}\nwriter write w{'0' * 20}\n")
    engine = SearchEngine(scratch / "store")
    sync(folder, engine, sentence_embedder)
    access = Access(read_tokens(scratch / "tokens"))
    serving = Serving(access, Limits(upload_bytes=1000, requests_per_minute=0), folder=Folder(folder))
    with TestClient(build_server(assemble(engine, sentence_embedder), serving), headers=WRITE) as client:
        yield client


def finished(client: TestClient, accepted: Any) -> dict[str, Any]:
    """The job once it is done or has failed."""
    assert accepted.status_code == 202, accepted.text
    assert accepted.headers["location"] == f"/v1/jobs/{accepted.json()['id']}"
    deadline = time.monotonic() + 60
    while True:
        job: dict[str, Any] = client.get(accepted.headers["location"]).json()
        JobReply.model_validate(job)
        if job["state"] in ("done", "failed") or time.monotonic() > deadline:
            return job
        time.sleep(0.05)


def kind(response: Any) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json", response.text
    return response.status_code, response.json()["type"].removeprefix("urn:verbatim:")


def test_documents_are_listed_in_pages(client: TestClient) -> None:
    first = client.get("/v1/documents", params={"limit": 2}).json()
    DocumentsReply.model_validate(first)
    assert [each["id"] for each in first["documents"]] == ["harbour-bridge.txt", "new-comet.txt"]
    second = client.get("/v1/documents", params={"limit": 2, "after": first["next"]}).json()
    assert [each["id"] for each in second["documents"]] == ["orchard-frost.txt"]
    assert second["next"] is None
    assert second["total"] == 3
    assert client.get("/v1/documents", params={"limit": 3}).json()["next"] is None


@pytest.mark.parametrize(("limit", "status"), [(0, 422), (1, 200), (1000, 200), (1001, 422), ("x", 422)])
def test_a_page_has_from_one_to_a_thousand_documents(client: TestClient, limit: object, status: int) -> None:
    assert client.get("/v1/documents", params={"limit": str(limit)}).status_code == status


def test_a_document_is_shown_with_a_tag_that_spares_its_copy(client: TestClient) -> None:
    shown = client.get(FROST)
    DocumentReply.model_validate(shown.json())
    assert shown.json()["title"] == "Late frost ruins the apple harvest"
    tag = shown.headers["etag"]
    assert tag == shown.json()["etag"]
    for matching in (tag, f'"x", W/{tag}', "*"):
        for path in (FROST, f"{FROST}/text"):
            response = client.get(path, headers={"If-None-Match": matching})
            assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", tag)
    assert client.get(FROST, headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_stretch_of_text_is_what_stands_between_its_offsets(client: TestClient, folder: Path) -> None:
    text = (folder / "orchard-frost.txt").read_text()
    shown = client.get(f"{FROST}/text", params={"start": 5, "end": 10}).json()
    TextReply.model_validate(shown)
    assert (shown["text"], shown["start"], shown["end"]) == (text[5:10], 5, 10)
    assert client.get(f"{FROST}/text").json()["text"] == text
    behind = client.get(f"{FROST}/text", params={"start": 10_000}).json()
    assert (behind["text"], behind["start"]) == ("", len(text))
    assert kind(client.get(f"{FROST}/text", params={"start": 5, "end": 4})) == (422, "invalid")
    assert kind(client.get(f"{FROST}/text", params={"start": -1})) == (422, "invalid")


@pytest.mark.parametrize("path", ["/v1/documents/none.txt", "/v1/documents/none.txt/text", "/v1/jobs/none"])
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    assert kind(client.get(path)) == (404, "not-found")


def test_an_upload_is_found_by_searches_when_its_job_is_done_and_no_more_when_deleted(
    client: TestClient, folder: Path
) -> None:
    path = "/v1/documents/space/moon%20base.txt"
    job = finished(client, client.put(path, content=MOON))
    assert (job["state"], job["action"], job["document_id"]) == ("done", "put", "space/moon base.txt")
    assert (folder / "space" / "moon base.txt").read_text() == MOON
    asked = {"question": "Who opened the moon base?", "k": 1}
    answer = client.post("/v1/retrieve", json=asked).json()
    assert answer["hits"][0]["document_id"] == "space/moon base.txt"
    assert finished(client, client.delete(path))["state"] == "done"
    assert not (folder / "space" / "moon base.txt").exists()
    assert client.get(path).status_code == 404
    assert client.post("/v1/retrieve", json=asked).json()["hits"][0]["document_id"] != "space/moon base.txt"


def test_conditions_guard_against_writing_over_what_another_wrote(client: TestClient) -> None:
    path = "/v1/documents/guarded.txt"
    assert kind(client.put(path, content=MOON, headers={"If-Match": "*"})) == (412, "changed")
    finished(client, client.put(path, content=MOON, headers={"If-None-Match": "*"}))
    tag = client.get(path).headers["etag"]
    assert kind(client.put(path, content=MOON, headers={"If-None-Match": "*"})) == (412, "changed")
    finished(client, client.put(path, content=MOON + "More.", headers={"If-Match": tag}))
    assert client.get(path).headers["etag"] != tag
    assert kind(client.delete(path, headers={"If-Match": tag})) == (412, "changed")
    assert finished(client, client.delete(path))["state"] == "done"


def test_of_several_who_write_at_once_under_one_condition_one_may(client: TestClient) -> None:
    path = "/v1/documents/raced.txt"

    def statuses(headers: dict[str, str]) -> list[int]:
        def put(number: int) -> Any:
            return client.put(path, content=f"{MOON} {number}", headers=headers)

        with ThreadPoolExecutor(4) as pool:
            replies = list(pool.map(put, range(4)))
        for reply in replies:
            if reply.status_code == 202:
                finished(client, reply)
        return sorted(reply.status_code for reply in replies)

    assert statuses({"If-None-Match": "*"}) == [202, 412, 412, 412]
    assert statuses({"If-Match": client.get(path).headers["etag"]}) == [202, 412, 412, 412]
    assert finished(client, client.delete(path))["state"] == "done"


def test_only_a_reader_is_content_with_a_tag_marked_weak() -> None:
    Conditions('"a", "b"').check('"b"', changing=False)
    assert Conditions(if_none_match='W/"b"').is_current('"b"')
    for failing in (Conditions('W/"b"'), Conditions('"a"'), Conditions(if_none_match="*")):
        with pytest.raises(RefusedError):
            failing.check('"b"', changing=False)
    Conditions().check(None, changing=True)


@pytest.mark.parametrize("name", ["a.txt", "b/c.md", "d" * 196 + ".txt", "é.html"])
def test_a_name_that_is_safe_is_a_place_in_the_folder(tmp_path: Path, name: str) -> None:
    Folder(tmp_path).put(name, b"<html><body><p>A text of some length stands here, to be found.</p></body></html>")
    assert (tmp_path / name).is_file()
    assert [each.name for each in tmp_path.rglob(".*")] == [".uploads"]


@pytest.mark.parametrize(
    "name",
    [
        "../a.txt", "a/../../b.txt", "/etc/a.txt", "a//b.txt", ".hidden.txt", "a/.git/b.txt", "a\\b.txt", "a\0.txt",
        "a\n.txt", "a.exe", "a", "", "a.txt.meta.yaml", "d" * 197 + ".txt", "link/a.txt", "folder.txt", "to.txt",
        "link/b/c.txt",
        "\ud800.txt", "\ufffd.txt", "a/b" * 200 + ".txt", "..", "a.txt/",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    (corpus / "folder.txt").mkdir(parents=True)
    outside.mkdir()
    (corpus / "link").symlink_to(outside)
    (corpus / "to.txt").symlink_to(outside / "target.txt")
    with pytest.raises(RefusedError) as refused:
        Folder(corpus).put(name, MOON.encode())
    assert refused.value.problem.kind == "document"
    with pytest.raises(RefusedError):
        Folder(corpus).delete(name)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["/v1/documents/..%2F..%2Fetc%2Fpasswd", "/v1/documents/%2e%2e/a.txt", "/v1/documents/a.exe"]
)
def test_a_bad_id_over_http_is_a_problem(client: TestClient, path: str) -> None:
    assert kind(client.put(path, content=MOON)) in ((409, "document"), (404, "not-found"), (405, "method"))


def test_a_file_that_cannot_be_read_fails_its_job_and_what_was_there_before_is_found(client: TestClient) -> None:
    path = "/v1/documents/worse.txt"
    assert finished(client, client.put(path, content=MOON))["state"] == "done"
    for content in (b"\x00\x01", b"", b" \n", b"%PDF-1.4"):
        job = finished(client, client.put(path, content=content))
        assert job["state"] == "failed"
        assert job["error"].startswith("worse.txt: ")
        assert client.get(f"{path}/text").json()["text"] == MOON
    assert finished(client, client.delete(path))["state"] == "done"
    assert kind(client.get(path)) == (404, "not-found")


def test_what_a_document_says_of_itself_is_listed_shown_and_filtered_by(client: TestClient) -> None:
    path = "/v1/documents/rowing.md"
    finished(client, client.put(path, content="---\nauthor: Ada Byron\n---\n# Rowing\n\nThe race was won by Bela.\n"))
    entries = {each["id"]: each["metadata"] for each in client.get("/v1/documents").json()["documents"]}
    assert entries["rowing.md"] == client.get(path).json()["metadata"] == {"author": "Ada Byron"}
    assert entries["new-comet.txt"] == {}
    found = client.post("/v1/answer", json={"question": "Who won the race?", "where": "author:ada"}).json()
    assert {hit["document_id"] for hit in found["hits"]} == {"rowing.md"}
    assert [each["metadata"] for each in found["citations"]] in ([], [{"author": "Ada Byron"}])
    finished(client, client.delete(path))


def test_a_file_that_never_was_a_document_can_be_deleted(client: TestClient, folder: Path) -> None:
    assert finished(client, client.put("/v1/documents/bad.json", content=b"{"))["state"] == "failed"
    assert finished(client, client.delete("/v1/documents/bad.json"))["state"] == "done"
    assert not (folder / "bad.json").exists()


def test_a_file_of_several_documents_goes_in_and_out_whole(client: TestClient) -> None:
    path = "/v1/documents/records.json"
    records = b'[{"title": "A", "text": "Ada rowed."}, {"title": "B", "text": "Bela swam."}, {"text": ""}]'
    job = finished(client, client.put(path, content=records))
    assert job["state"] == "done"
    assert "number 3" in job["error"]
    assert client.get(f"{path}/2").json()["title"] == "B"
    assert kind(client.delete(f"{path}/2")) == (409, "document")
    assert finished(client, client.delete(path))["state"] == "done"
    assert kind(client.get(f"{path}/2")) == (404, "not-found")


def test_what_a_server_that_was_killed_had_begun_to_write_is_cleared_away(tmp_path: Path) -> None:
    Folder(tmp_path).put("a.txt", MOON.encode())
    (tmp_path / ".uploads" / "0").write_text("half a doc")
    Ingestion(Folder(tmp_path), dict, 1)
    assert list((tmp_path / ".uploads").iterdir()) == []


def test_an_upload_may_be_as_large_as_the_limit_and_no_larger(client: TestClient) -> None:
    path = "/v1/documents/large.txt"
    assert finished(client, client.put(path, content=b"a" * 1000))["state"] == "done"
    assert kind(client.put(path, content=b"a" * 1001)) == (413, "too-large")
    assert kind(client.put(path, content=iter([b"a" * 1000, b"a"]))) == (413, "too-large")
    assert finished(client, client.delete(path))["state"] == "done"


def test_writing_needs_a_token_that_may_write(client: TestClient) -> None:
    assert kind(client.put(FROST, content=MOON, headers=READ)) == (403, "not-allowed")
    assert kind(client.delete(FROST, headers=READ)) == (403, "not-allowed")
    assert client.get(FROST, headers=READ).status_code == 200


def test_the_last_document_stays(tmp_path: Path) -> None:
    Folder(tmp_path).put("a.txt", MOON.encode())
    with pytest.raises(RefusedError, match="last document"):
        Folder(tmp_path).delete("a.txt")
    Folder(tmp_path).put("b.txt", MOON.encode())
    Folder(tmp_path).delete("a.txt")
    assert sorted(each.name for each in tmp_path.iterdir()) == [".uploads", "b.txt"]


def wait_for(ingestion: Ingestion, job_id: str) -> tuple[str, str | None]:
    ingestion.close()
    job = ingestion.job(job_id)
    assert job is not None
    return job.state, job.error


def test_a_sync_that_fails_fails_its_jobs_and_the_next_one_goes_on(tmp_path: Path) -> None:
    outcomes: list[Exception | None] = [StoreError("/secret/place: locked"), None]

    def in_step() -> Outcome:
        outcome = outcomes.pop(0)
        if outcome:
            raise outcome
        return {}

    ingestion = Ingestion(Folder(tmp_path), in_step, 5)
    state, error = wait_for(ingestion, ingestion.put("a.txt", MOON.encode()).id)
    assert state == "failed"
    assert "secret" not in str(error)
    assert wait_for(ingestion, ingestion.put("b.txt", MOON.encode()).id) == ("done", None)


def test_more_uploads_than_may_wait_are_refused_at_once(tmp_path: Path) -> None:
    go_on = Event()

    def in_step() -> Outcome:
        go_on.wait(10)
        return {}

    ingestion = Ingestion(Folder(tmp_path), in_step, 2)
    jobs = [ingestion.put(name, MOON.encode()) for name in ("a.txt", "b.txt")]
    with pytest.raises(RefusedError) as refused:
        ingestion.put("c.txt", MOON.encode())
    assert refused.value.problem.status == 503
    assert refused.value.problem.headers["Retry-After"]
    assert not (tmp_path / "c.txt").exists()
    go_on.set()
    assert {wait_for(ingestion, job.id) for job in jobs} == {("done", None)}
