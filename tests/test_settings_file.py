"""The server's settings: the command line before the environment before the file, and nothing unknown anywhere."""

from pathlib import Path

import pytest

from corpus.errors import UserError
from web.access import HERE
from web.limits import Limits
from web.settings import Settings, load_settings


def loaded(arguments: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings(arguments.split(), environment)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "verbatim.toml"
    path.write_text('port = 1\nhost = "127.0.0.2"\nworkers = 3\norigin = ["https://a.example", "https://b.example"]\n')
    return path


def test_without_anything_said_it_listens_here_with_the_default_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded("", {}, monkeypatch)
    assert (settings.host, settings.port, settings.corpus) == ("127.0.0.1", 7860, None)
    assert settings.limits == Limits()


def test_the_command_line_goes_before_the_environment_before_the_file(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {"VERBATIM_PORT": "2", "VERBATIM_WORKERS": "4"}
    settings = loaded(f"--config {config} --port 3", environment, monkeypatch)
    assert (settings.port, settings.workers, settings.host) == (3, 4, "127.0.0.2")


def test_the_file_may_be_named_in_the_environment(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded("", {"VERBATIM_CONFIG": str(config)}, monkeypatch).port == 1


def test_every_setting_can_be_said_in_all_three_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {
        "host": "::1", "port": 1, "corpus": "a", "store": "b", "data": "c", "runs": "d", "token_file": "e", "name": "f",
        "origin": "g", "workers": 5, "waiting": 6, "requests_per_minute": 7, "upload_bytes": 8, "uploads_waiting": 9,
        "drain_seconds": 10,
    }  # fmt: skip
    assert set(said) == set(Settings.model_fields)
    (tmp_path / "c.toml").write_text("\n".join(f"{name} = {value!r}" for name, value in said.items()))
    arguments = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in said.items())
    in_arguments, in_file = (
        loaded(arguments, {}, monkeypatch),
        loaded(f"--config {tmp_path / 'c.toml'}", {}, monkeypatch),
    )
    in_environment = loaded("", {f"VERBATIM_{name.upper()}": str(value) for name, value in said.items()}, monkeypatch)
    assert in_arguments == in_environment == in_file
    assert in_file.limits == Limits(
        workers=5, waiting=6, requests_per_minute=7, upload_bytes=8, uploads_waiting=9, drain_seconds=10
    )


def test_lists_are_several_options_or_one_text_with_commas(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ("https://a.example", "https://b.example")
    assert loaded("--origin https://a.example --origin https://b.example", {}, monkeypatch).origin == wanted
    assert loaded(f"--config {config}", {}, monkeypatch).origin == wanted
    assert loaded("", {"VERBATIM_ORIGIN": "https://a.example, https://b.example"}, monkeypatch).origin == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "prot: .*did you mean port"),
        ("[server]\nport = 1", "server: there is no such setting"),
        ('port = "x"', "^port: "),
        ("port = 65536", "^port: "),
        ("workers = 0", "^workers: "),
        ("port = ", "cannot be read as TOML"),
        ("origin = 3", "^origin: "),
    ],
)
def test_a_file_that_is_wrong_says_which_key(
    tmp_path: Path, text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(UserError, match=message):
        loaded(f"--config {tmp_path / 'c.toml'}", {}, monkeypatch)


def test_what_is_unknown_or_wrong_in_the_environment_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"VERBATIM_PROT: .*VERBATIM_PORT"):
        load_settings([], {"VERBATIM_PROT": "1"})
    with pytest.raises(UserError, match=r"^port: "):
        loaded("", {"VERBATIM_PORT": "x"}, monkeypatch)


def test_a_file_that_is_not_there_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="no such file"):
        loaded("--config no/such/file", {}, monkeypatch)


@pytest.mark.parametrize("arguments", ["--host 0.0.0.0", "--host ::", "--host 192.168.1.1", "--name docs.example"])
def test_it_does_not_listen_to_others_without_tokens(arguments: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="--token-file"):
        loaded(arguments, {}, monkeypatch).access()


def test_names_and_tokens_make_the_access(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tokens").write_text("a read " + "a" * 16)
    (tmp_path / "writers").write_text("a write " + "a" * 16)
    assert loaded("", {}, monkeypatch).access().hosts == HERE | {"127.0.0.1"}
    everywhere = loaded(f"--host 0.0.0.0 --token-file {tmp_path}/tokens", {}, monkeypatch).access()
    assert everywhere.hosts is None
    assert everywhere.tokens
    named = loaded(f"--name docs.example --token-file {tmp_path}/tokens", {}, monkeypatch).access()
    assert named.hosts == HERE | {"docs.example"}


def test_documents_can_be_written_only_to_a_named_folder_by_a_token_that_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tokens").write_text("a read " + "a" * 16)
    (tmp_path / "writers").write_text("a write " + "a" * 16)

    def folder(arguments: str) -> object:
        settings = loaded(arguments, {}, monkeypatch)
        return settings.folder(settings.access())

    assert folder(f"--corpus {tmp_path} --token-file {tmp_path}/writers") is not None
    assert folder(f"--corpus {tmp_path} --token-file {tmp_path}/tokens") is None
    assert folder(f"--corpus {tmp_path}") is None
    assert folder(f"--token-file {tmp_path}/writers") is None
