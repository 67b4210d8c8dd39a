"""Files that hold several documents: mail with attachments, mailboxes, records and archives."""

import pytest

from corpus.document import Document
from corpus.errors import DocumentError
from corpus.parse import Extracted, extract
from tests import made_files
from tests.made_files import PARAGRAPHS, TITLE


def the_document(name: str, data: bytes) -> Document:
    (document,) = extract(name, data).documents
    return document


def texts(extracted: Extracted) -> dict[str, str]:
    return {document.id: document.text for document in extracted.documents}


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        extract(name, data)
    return str(caught.value)


# mail


def test_attachments_are_documents_of_their_own_and_say_what_they_were_attached_to() -> None:
    data = made_files.eml(attachments={"report.pdf": made_files.pdf(), "notes/../plan.txt": b"A plan."})
    extracted = extract("letter.eml", data)
    assert set(texts(extracted)) == {"letter.eml", "letter.eml/report.pdf", "letter.eml/plan.txt"}
    plan = extracted.documents[2]
    assert plan.metadata == {"attached_to": TITLE, "date": "2022-11-22"}


def test_an_attachment_that_cannot_be_read_is_told_and_the_letter_is_read() -> None:
    extracted = extract("a.eml", made_files.eml(attachments={"b.pdf": b"%PDF-damaged", "c.exe": b"MZ"}))
    assert set(texts(extracted)) == {"a.eml"}
    assert [str(failure).partition(":")[0] for failure in extracted.failures] == ["a.eml/b.pdf"]
    assert [(s.id, s.reason) for s in extracted.skipped] == [("a.eml/c.exe", ".exe is not a format that can be read")]


def test_a_message_in_html_is_read_by_its_paragraphs() -> None:
    assert the_document("a.eml", made_files.eml(html=True)).text == "\n\n".join(PARAGRAPHS)


def test_a_forwarded_message_is_a_document_of_its_own() -> None:
    from email import message_from_bytes, policy
    from email.message import EmailMessage

    outer = EmailMessage()
    outer["Subject"] = "Fwd"
    outer.set_content("See below.")
    outer.add_attachment(message_from_bytes(made_files.eml(), policy=policy.default))
    documents = extract("a.eml", outer.as_bytes()).documents
    assert [(document.title, document.text) for document in documents] == [
        ("Fwd", "See below."),
        (TITLE, "\n\n".join(PARAGRAPHS)),
    ]


@pytest.mark.parametrize(
    ("kind", "parts", "text"),
    [
        ("mixed", ["text/plain|First.", "image/png|x", "text/plain|Second."], "First.\n\nSecond."),
        ("alternative", ["text/plain|All of the words.", "text/html|<p>All of the words.</p>"], "All of the words."),
        ("alternative", ["text/plain|Stub.", "text/html|<p>All of the words of it.</p>"], "All of the words of it."),
        ("mixed", ["text/html|<p>Only <b>this</b>.</p><script>x</script>"], "Only this."),
    ],
)
def test_all_that_a_message_itself_says_is_its_text_once(kind: str, parts: list[str], text: str) -> None:
    inside = "".join(f"--b\nContent-Type: {part.replace('|', chr(10) * 2)}\n" for part in parts)
    data = f'Subject: A\nContent-Type: multipart/{kind}; boundary="b"\n\n{inside}--b--\n'
    assert the_document("a.eml", data.encode()).text == text


def test_a_message_in_an_old_or_unknown_encoding_is_read() -> None:
    head = "Subject: =?iso-8859-1?q?Caf=E9?=\nContent-Type: text/plain; charset={}\n\n"
    for charset in ("iso-8859-1", "x-unknown"):
        body = "Das Café an der Brücke über den Fluß ist größer geworden, sagte sie."
        document = the_document("a.eml", head.format(charset).encode() + body.encode("latin-1"))
        assert (document.title, document.text) == ("Café", body)


def test_each_message_of_a_mailbox_is_a_document_with_its_number() -> None:
    quoted = b"Subject: A\n\nHe wrote:\n\n>From here on, it rains.\n"
    extracted = extract("mails.mbox", made_files.mbox(quoted, made_files.eml("Second")))
    assert texts(extracted)["mails.mbox/1"] == "He wrote:\n\nFrom here on, it rains."
    assert [document.title for document in extracted.documents] == ["A", "Second"]


def test_a_line_of_prose_that_begins_as_a_message_does_begins_none() -> None:
    prose = b"Subject: A\n\nIt rained.\n\nFrom there on, the road was closed.\n"
    first, second = extract("mails.mbox", made_files.mbox(prose, made_files.eml("Second"))).documents
    assert first.text.endswith("From there on, the road was closed.")
    assert second.title == "Second"


# records


def test_each_line_is_a_document_called_by_its_id_or_number() -> None:
    lines = [
        made_files.json_record(id="x/1"),
        '{"text": "Only text.", "topic": "ferries", "year": 2022}',
        "{broken",
        "[]",
    ]
    extracted = extract("a.jsonl", "\n".join(lines).encode())
    assert set(texts(extracted)) == {"a.jsonl/x/1", "a.jsonl/2"}
    second = extracted.documents[1]
    assert (second.title, second.metadata) == ("a 2", {"topic": "ferries", "year": "2022"})
    assert [str(failure) for failure in extracted.failures] == [
        "a.jsonl: 2 of its records are not JSON with named text (number 3, 4); correct them, "
        "or call the field with the text `text`, `body` or `content`"
    ]


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ('[{"text": "One."}, {"content": "Two."}]', {"a.json/1", "a.json/2"}),
        ('{"version": 1, "articles": [{"_id": "x", "body": ["One.", "Two."]}]}', {"a.json/x"}),
        ('{"text": "One.", "url": "https://example.org"}', {"a.json"}),
    ],
)
def test_json_may_be_a_record_a_list_or_an_object_with_one_list(written: str, ids: set[str]) -> None:
    assert set(texts(extract("a.json", written.encode()))) == ids


@pytest.mark.parametrize("other", ["{}", "[]", "null", '"text"', '{"a": {"b": "c"}}', "[1, 2]"])
def test_json_without_named_text_says_how_to_name_it(other: str) -> None:
    assert refusal("a.json", other.encode()).endswith("call the field with the text `text`, `body` or `content`")


def test_json_that_is_broken_is_refused_with_its_line() -> None:
    assert refusal("a.json", b'{\n"text": "x",\n}').startswith("a.json: is not valid JSON (line 3: ")


# archives


def test_the_members_of_an_archive_are_documents_with_their_sidecars() -> None:
    members = {"b/a.txt": "Text.", "b/a.txt.meta.yaml": "title: Beside", "__MACOSX/._a.txt": "x", ".hidden.txt": "x"}
    extracted = extract(
        "a.zip", made_files.zipped({**members, "photo.png": b"\x89PNG"}), b"title: All\nsource: The archive"
    )
    (document,) = extracted.documents
    assert (document.id, document.title, document.source) == ("a.zip/b/a.txt", "Beside", "The archive")
    assert [skipped.id for skipped in extracted.skipped] == ["a.zip/photo.png"]


def test_parts_that_are_called_the_same_are_told_apart() -> None:
    data = made_files.eml(attachments={"a.txt": b"First."}).replace(b"a.txt", b"b.txt")
    lines = "\n".join(made_files.json_record(id="same") for _ in range(3)).encode()
    assert list(texts(extract("a.jsonl", lines))) == ["a.jsonl/same", "a.jsonl/same (2)", "a.jsonl/same (3)"]
    assert "a.eml/b.txt" in texts(extract("a.eml", data))
