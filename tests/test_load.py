"""A folder to documents: which files count, what is passed over, and what went wrong with the others."""

import os
from pathlib import Path

import pytest

from corpus.document import Document
from corpus.errors import CorpusError, DocumentError
from corpus.formats.piece import Skipped
from corpus.limits import DEFAULT_LIMITS, Limits
from corpus.load import SourceFile, list_corpus, load_documents, read_file

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "corpus" / "documents"
SEEDS = ROOT.parent / "shared" / "seeds"


def folder_of(folder: Path, files: dict[str, str | bytes]) -> Path:
    """The folder, with these files below it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def linked(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target, target_is_directory=target.is_dir())
    except OSError as error:
        pytest.skip(f"this system makes no symbolic links ({error})")


# what a folder holds


def test_a_missing_folder_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"absent: no such folder; give one .* with --corpus DIR"):
        list_corpus(tmp_path / "absent")


def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    folder_of(tmp_path, {"a.txt": "Text."})
    with pytest.raises(CorpusError, match=r"a\.txt: no such folder"):
        load_documents(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "files", [{}, {"photo.png": b"\x89PNG"}, {".hidden.txt": "Text."}, {"a.txt.meta.yaml": "a: b"}]
)
def test_a_folder_without_a_document_is_refused_with_the_formats_that_can_be_read(
    tmp_path: Path, files: dict[str, str | bytes]
) -> None:
    with pytest.raises(CorpusError, match=r"holds no document; put .*: \.csv, \.docx, .*\.txt, "):
        list_corpus(folder_of(tmp_path, files))


def test_documents_in_nested_folders_are_known_by_their_path_in_the_order_of_their_ids(tmp_path: Path) -> None:
    names = ["b.txt", "a/z.md", "a/deep/er/x.html", "a-b.txt", "B.TXT"]
    listing = list_corpus(folder_of(tmp_path, dict.fromkeys(names, "Text.")))
    assert listing.readable == ("B.TXT", "a-b.txt", "a/deep/er/x.html", "a/z.md", "b.txt")


def test_files_in_other_formats_are_listed_as_skipped(tmp_path: Path) -> None:
    listing = list_corpus(
        folder_of(tmp_path, {"a.txt": "Text.", "b.png": b"\x89PNG", "c/README": "Text.", "d.doc": ""})
    )
    assert (listing.folder, listing.readable) == (tmp_path, ("a.txt",))
    assert listing.skipped == (
        Skipped("b.png", ".png is not a format that can be read"),
        Skipped("c/README", "a name without suffix is not a format that can be read"),
        Skipped("d.doc", ".doc is not a format that can be read; save it as .docx"),
    )


def test_a_sidecar_is_no_document(tmp_path: Path) -> None:
    listing = list_corpus(
        folder_of(tmp_path, {"a.txt": "Text.", "a.txt.meta.yaml": "a: b", "gone.md.meta.yaml": "a: b"})
    )
    assert (listing.readable, listing.skipped) == (("a.txt",), ())


def test_hidden_files_and_files_in_hidden_folders_are_no_documents(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.txt": "Text.", ".b.txt": "Text.", ".git/c.txt": "Text.", "d/.e/f.txt": "Text."}
    listing = list_corpus(folder_of(tmp_path, files))
    assert (listing.readable, listing.skipped) == (("a.txt",), ())


def test_a_corpus_below_a_hidden_folder_is_not_hidden(tmp_path: Path) -> None:
    assert list_corpus(folder_of(tmp_path / ".cache" / "corpus", {"a.txt": "Text."})).readable == ("a.txt",)


def test_a_folder_named_like_a_document_is_none_but_what_it_holds_is(tmp_path: Path) -> None:
    assert list_corpus(folder_of(tmp_path, {"x.txt/y.txt": "Text."})).readable == ("x.txt/y.txt",)


def test_a_link_out_of_the_corpus_is_not_followed(tmp_path: Path) -> None:
    outside = folder_of(tmp_path / "outside", {"secret.txt": "Secret.", "more/secret.txt": "Secret."})
    corpus = folder_of(tmp_path / "corpus", {"a.txt": "Text."})
    linked(corpus / "secret.txt", outside / "secret.txt")
    linked(corpus / "more", outside / "more")
    listing = list_corpus(corpus)
    reason = "a link that leads out of the folder; copy what it points to into the folder"
    assert listing.readable == ("a.txt",)
    assert listing.skipped == (Skipped("more", reason), Skipped("secret.txt", reason))


def test_a_folder_whose_name_only_begins_like_the_corpus_is_outside(tmp_path: Path) -> None:
    outside = folder_of(tmp_path / "corpus-private", {"secret.txt": "Secret."})
    corpus = folder_of(tmp_path / "corpus", {"a.txt": "Text."})
    linked(corpus / "secret.txt", outside / "secret.txt")
    assert list_corpus(corpus).readable == ("a.txt",)


def test_a_link_within_the_corpus_is_a_document(tmp_path: Path) -> None:
    linked(folder_of(tmp_path, {"a.txt": "Text."}) / "b.txt", tmp_path / "a.txt")
    assert [document.text for document in load_documents(tmp_path).documents] == ["Text.", "Text."]


def test_a_corpus_that_is_itself_a_link_is_read(tmp_path: Path) -> None:
    linked(tmp_path / "link", folder_of(tmp_path / "corpus", {"a.txt": "Text.", "b/c.txt": "Text."}))
    assert list_corpus(tmp_path / "link").readable == ("a.txt", "b/c.txt")


def test_links_in_circles_and_links_to_nothing_are_passed_over(tmp_path: Path) -> None:
    folder_of(tmp_path, {"a.txt": "Text."})
    linked(tmp_path / "circle", tmp_path)
    linked(tmp_path / "self.txt", tmp_path / "self.txt")
    linked(tmp_path / "dangling.txt", tmp_path / "absent.txt")
    listing = list_corpus(tmp_path)
    assert listing.readable == ("a.txt",)
    assert listing.skipped == (
        Skipped("circle", "a link to a folder, or no file at all; put the files themselves there"),
        Skipped("dangling.txt", "a link that leads nowhere; remove it"),
        Skipped("self.txt", "a link that leads nowhere; remove it"),
    )


@pytest.mark.parametrize("name", ["two\nlines.txt", "bell\x07.txt", "invoice\u202etxt.exe.txt", "separator\u2028.txt"])
def test_a_name_that_deceives_the_eye_is_passed_over_and_shown_escaped(tmp_path: Path, name: str) -> None:
    folder_of(tmp_path, {"a.txt": "Text.", name: "Text."})
    listing = list_corpus(tmp_path)
    assert listing.readable == ("a.txt",)
    assert [(skipped.id.isprintable(), skipped.reason) for skipped in listing.skipped] == [
        (True, "its name holds control characters; rename it")
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_named_like_a_document_is_not_waited_for(tmp_path: Path) -> None:
    folder_of(tmp_path, {"a.txt": "Text."})
    os.mkfifo(tmp_path / "pipe.txt")
    assert list_corpus(tmp_path).readable == ("a.txt",)


# one file


def test_a_file_is_read_with_its_sidecar(tmp_path: Path) -> None:
    folder_of(tmp_path, {"b/a.txt": "Text.", "b/a.txt.meta.yaml": "title: The Deal"})
    file = read_file(tmp_path, "b/a.txt")
    assert file == SourceFile("b/a.txt", b"Text.", b"title: The Deal")
    assert file.extracted().documents == (Document("b/a.txt", "The Deal", "Text.", "b/a.txt"),)


def test_a_sidecar_that_leads_out_of_the_corpus_is_not_read(tmp_path: Path) -> None:
    outside = folder_of(tmp_path / "outside", {"settings.yaml": "password: hunter2"})
    corpus = folder_of(tmp_path / "corpus", {"a.txt": "Text."})
    linked(corpus / "a.txt.meta.yaml", outside / "settings.yaml")
    assert read_file(corpus, "a.txt").sidecar == b""


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"^gone\.txt: cannot be read \(No such file or directory\)"):
        read_file(tmp_path, "gone.txt")


def test_a_folder_read_as_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").mkdir()
    with pytest.raises(DocumentError, match=r"^x\.txt: cannot be read"):
        read_file(tmp_path, "x.txt")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission_is_refused_and_the_others_go_in(tmp_path: Path) -> None:
    folder_of(tmp_path, {"a.txt": "Text.", "closed.txt": "Text."})
    (tmp_path / "closed.txt").chmod(0)
    loaded = load_documents(tmp_path)
    assert [document.id for document in loaded.documents] == ["a.txt"]
    assert [str(failure) for failure in loaded.failures] == [
        "closed.txt: cannot be read (Permission denied); check its permissions"
    ]


def test_a_file_over_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(DEFAULT_LIMITS.file_bytes + 1)  # a sparse file: no disk is filled
    with pytest.raises(DocumentError, match=r"^a\.txt: larger than 64 MiB"):
        read_file(tmp_path, "a.txt")


def test_the_limit_of_a_file_is_a_setting_that_its_refusal_names(tmp_path: Path) -> None:
    folder_of(tmp_path, {"a.txt": "Text.", "b.txt": "Text of more."})
    loaded = load_documents(tmp_path, Limits(file_bytes=5))
    assert [document.id for document in loaded.documents] == ["a.txt"]
    assert [str(failure) for failure in loaded.failures] == [
        "b.txt: larger than 5 bytes; split it into smaller files (limit file_bytes)"
    ]


def test_the_sign_that_a_document_is_open_is_passed_over(tmp_path: Path) -> None:
    folder_of(tmp_path, {"a.txt": "Text.", "~$report.docx": "Ada"})
    (skipped,) = list_corpus(tmp_path).skipped
    assert skipped.id == "~$report.docx"
    assert "Office's sign" in skipped.reason


def test_a_name_as_long_as_a_file_system_takes_is_read(tmp_path: Path) -> None:
    folder_of(tmp_path, {f"{'a' * 250}.txt": "Text."})
    assert [document.text for document in load_documents(tmp_path).documents] == ["Text."]


def test_a_name_that_is_not_utf_8_is_passed_over_and_shown_escaped(tmp_path: Path) -> None:
    folder_of(tmp_path, {"a.txt": "Text."})
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("Text.")
    except OSError as error:
        pytest.skip(f"this file system takes no such name ({error})")
    listing = list_corpus(tmp_path)
    assert listing.readable == ("a.txt",)
    assert listing.skipped == (Skipped("caf\\udce9.txt", "its name is not valid UTF-8; rename it"),)


def test_the_content_hash_depends_on_text_and_sidecar_and_not_on_the_name() -> None:
    file = SourceFile("a.txt", b"Text.", b"title: A")
    assert file.content_hash == SourceFile("b.txt", b"Text.", b"title: A").content_hash
    others = [SourceFile("a.txt", b"Text!", b"title: A"), SourceFile("a.txt", b"Text.", b"title: B")]
    moved = SourceFile("a.txt", b"Text.title: A", b"")
    assert len({each.content_hash for each in (file, *others, moved)}) == 4


# all files


def test_a_file_that_fails_does_not_keep_the_others_out(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.txt": "First.", "b.txt": b"\x00\x01", "c.md": "Third.", "d.txt": b"caf\xe9"}
    loaded = load_documents(folder_of(tmp_path, files))
    assert [document.text for document in loaded.documents] == ["First.", "Third."]
    assert [str(failure).split(";")[0] for failure in loaded.failures] == [
        "b.txt: is a binary file, not text",
        "d.txt: is not UTF-8 (byte 3)",
    ]


def test_a_sidecar_that_fails_keeps_its_document_out_and_says_which_it_is(tmp_path: Path) -> None:
    loaded = load_documents(folder_of(tmp_path, {"a.txt": "Text.", "a.txt.meta.yaml": "- a list"}))
    assert loaded.documents == ()
    assert [str(failure).split(":")[0] for failure in loaded.failures] == ["a.txt.meta.yaml"]


def test_names_in_every_language_and_with_spaces_are_ids(tmp_path: Path) -> None:
    names = ["Jahres bericht.txt", "報告/二零二二.txt", "🤝.txt"]
    loaded = load_documents(folder_of(tmp_path, dict.fromkeys(names, "Text.")))
    assert [document.id for document in loaded.documents] == names


# the sample corpus


def test_the_sample_corpus_loads_without_a_failure() -> None:
    loaded = load_documents(SAMPLE)
    assert (len(loaded.documents), loaded.failures) == (2, ())
    assert all(document.source == "CNBC, November 2022" for document in loaded.documents)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="../shared is not part of a checkout")
def test_the_sample_articles_are_the_seeds_byte_for_byte() -> None:
    samples = {path.read_bytes() for path in SAMPLE.glob("*.txt")}
    assert samples == {path.read_bytes() for path in SEEDS.glob("*.txt")}
