"""SentenceEmbedder: the real default model, offline, and what happens where there is no usable one."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import UserError
from index import embed
from index.embed import Embedder, SentenceEmbedder, wheel_model_folder

TEXTS = [
    "The harbour bridge reopened on Tuesday.",
    "",
    "日本語のテキスト",
    "word " * 100,
    "The harbour bridge reopened.",
]


@pytest.fixture(params=["fake", "real"])
def any_embedder(request: pytest.FixtureRequest, embedder: Embedder, sentence_embedder: SentenceEmbedder) -> Embedder:
    """The fake as well as the real one: what holds for one holds for the other."""
    return embedder if request.param == "fake" else sentence_embedder


def test_the_network_is_off_in_tests() -> None:
    for host in ("huggingface.co", "192.0.2.1"):
        with pytest.raises(OSError, match="network off"):
            socket.create_connection((host, 443), timeout=1)


def test_every_embedder_makes_unit_vectors(any_embedder: Embedder) -> None:
    vectors = any_embedder.embed_passages(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == len(TEXTS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    question = any_embedder.embed_query("Which bridge?")
    assert question.dtype == np.float32
    assert question.shape == vectors.shape[1:]
    assert float(np.linalg.norm(question)) == pytest.approx(1, abs=1e-5)


def test_every_embedder_returns_nothing_for_nothing(any_embedder: Embedder) -> None:
    dimension = any_embedder.embed_query("a bridge").shape[0]
    assert any_embedder.embed_passages([]).shape == (0, dimension)
    assert any_embedder.count_tokens([]) == []


def test_every_embedder_keeps_the_order_of_texts(any_embedder: Embedder) -> None:
    together = any_embedder.embed_passages(TEXTS)
    for at in (0, 3):
        assert np.allclose(together[at], any_embedder.embed_passages([TEXTS[at]])[0], atol=1e-4)


def test_every_embedder_puts_a_question_near_what_answers_it(any_embedder: Embedder) -> None:
    passages = [
        "A late frost ruined the apple harvest.",
        "The harbour bridge reopened on Tuesday.",
        "A comet was found.",
    ]
    scores = any_embedder.embed_passages(passages) @ any_embedder.embed_query("When was the harbour bridge reopened?")
    assert int(np.argmax(scores)) == 1


def test_a_meaning_is_found_without_its_words(sentence_embedder: SentenceEmbedder) -> None:
    passages = ["Cider makers expect a poor crop.", "The harbour bridge reopened.", "He built a telescope."]
    scores = sentence_embedder.embed_passages(passages) @ sentence_embedder.embed_query("What did the astronomer make?")
    assert int(np.argmax(scores)) == 2


def test_the_default_model_reads_254_tokens_beside_its_own(sentence_embedder: SentenceEmbedder) -> None:
    assert sentence_embedder.max_tokens == 254
    at_the_limit = "bridge " * 253 + "comet"
    assert sentence_embedder.count_tokens([at_the_limit, "", "bridge"]) == [254, 0, 1]
    limit, beyond, without = sentence_embedder.embed_passages(
        [at_the_limit, at_the_limit + " frost", at_the_limit.removesuffix(" comet")]
    )
    assert np.allclose(limit, beyond, atol=1e-4)  # what is past the limit is not read
    assert not np.allclose(limit, without, atol=1e-4)  # what is within it is


def test_the_default_model_is_the_published_one() -> None:
    assert (wheel_model_folder() / "model.safetensors").is_file()


def test_a_model_is_loaded_from_the_path_of_its_folder(sentence_embedder: SentenceEmbedder) -> None:
    by_path = SentenceEmbedder(str(wheel_model_folder()))
    assert by_path.max_tokens == sentence_embedder.max_tokens
    assert np.allclose(by_path.embed_query("a bridge"), sentence_embedder.embed_query("a bridge"), atol=1e-5)


def _flip_a_bit(weights: Path) -> None:
    with weights.open("r+b") as file:
        file.seek(weights.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))


def _truncate(weights: Path) -> None:
    with weights.open("r+b") as file:
        file.truncate(weights.stat().st_size - 1)


@pytest.mark.parametrize("damage", [_flip_a_bit, _truncate, Path.unlink])
def test_a_damaged_default_model_is_refused_before_it_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    package = tmp_path / wheel_model_folder().parent.name
    shutil.copytree(wheel_model_folder(), package / "model")
    (package / "__init__.py").write_text("raise RuntimeError('the code of the wheel was run')")
    monkeypatch.syspath_prepend(tmp_path)
    assert wheel_model_folder() == package / "model"
    damage(package / "model" / "model.safetensors")
    with pytest.raises(UserError, match="damaged; run `make clean install`"):
        SentenceEmbedder().embed_query("a bridge")


def test_a_missing_default_model_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "_WHEEL", "no_such_wheel")
    with pytest.raises(UserError, match="not installed; run `make install`"):
        SentenceEmbedder().embed_query("a bridge")


@pytest.mark.parametrize("name", ["no-such-organisation/no-such-model", "no-such-model", "a/b/c", "../nowhere", "$%&"])
def test_a_model_that_cannot_be_reached_is_refused_with_the_way_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # or it tries again for a minute
    with pytest.raises(UserError, match="cannot be loaded: give the path of a model folder"):
        SentenceEmbedder(name).count_tokens(["a bridge"])


def test_a_folder_without_a_model_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="give the path of a model folder"):
        SentenceEmbedder(str(tmp_path)).embed_query("a bridge")


def test_a_folder_with_broken_weights_is_refused_with_the_way_out(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(wheel_model_folder(), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(UserError, match="give the path of a model folder"):
        SentenceEmbedder(str(folder)).embed_query("a bridge")


def test_nothing_is_loaded_before_it_is_needed() -> None:
    assert SentenceEmbedder("no-such-model").name == "no-such-model"
