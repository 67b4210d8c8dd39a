"""What may be set about the server: on the command line, else in the environment, else in a TOML file, else as here.

`--token-file FILE`, `VERBATIM_TOKEN_FILE=FILE` and `token_file = "FILE"` are one setting. What is not known fails.
"""

import argparse
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from corpus.errors import UserError
from web.access import HERE, Access, is_local
from web.folder import Folder
from web.limits import Limits
from web.tokens import read_tokens

PREFIX = "VERBATIM_"
CONFIG = "config"
DEFAULT = Limits()


class Settings(BaseSettings):
    """Every setting of the server; each description is the command line's help."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", description="address to listen on; others than this machine's need --token-file")
    port: int = Field(7860, ge=0, le=65535, description="port to listen on")
    corpus: Path | None = Field(None, description="folder of documents (the sample corpus)")
    store: Path | None = Field(None, description="where its index lies (a folder below index/store)")
    data: Path | None = Field(None, description="folder of data sets that may be measured on the page")
    runs: Path | None = Field(None, description="where measurements are kept (eval/runs)")
    token_file: Path | None = Field(None, description="who may come in: lines of NAME SCOPES TOKEN (web/tokens.py)")
    name: Annotated[tuple[str, ...], NoDecode] = Field((), description="host names to answer to, behind a proxy")
    origin: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="other pages that may ask (CORS), as https://HOST"
    )
    workers: int = Field(DEFAULT.workers, ge=1, le=64, description="questions worked on at once")
    waiting: int = Field(DEFAULT.waiting, ge=0, le=10_000, description="questions that may wait; more get 503")
    requests_per_minute: int = Field(
        DEFAULT.requests_per_minute, ge=0, description="of one client, 0: any number; more get 429"
    )
    upload_bytes: int = Field(DEFAULT.upload_bytes, ge=1, le=64 << 20, description="the largest document taken in")
    uploads_waiting: int = Field(DEFAULT.uploads_waiting, ge=1, description="uploads that may wait; more get 503")
    drain_seconds: int = Field(DEFAULT.drain_seconds, ge=0, description="how long to finish requests when stopped")

    @field_validator("name", "origin", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """`a,b` is two."""
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, Sequence) or not all(isinstance(text, str) for text in texts):
            return value
        return tuple(part.strip() for text in texts for part in text.split(","))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given is all: `load_settings` has asked the other sources, and knows their order."""
        return (init_settings,)

    @property
    def limits(self) -> Limits:
        return Limits(
            workers=self.workers, waiting=self.waiting, requests_per_minute=self.requests_per_minute,
            upload_bytes=self.upload_bytes, uploads_waiting=self.uploads_waiting, drain_seconds=self.drain_seconds,
        )  # fmt: skip

    def access(self) -> Access:
        """Who may come in. Raises UserError where anyone could reach the server without a token."""
        if self.token_file is None and not (is_local(self.host) and not self.name):
            raise UserError(
                f"{self.name[0] if self.name else self.host}: others can reach the server there; "
                f"give --token-file FILE, or leave out --host and --name"
            )
        hosts = HERE | set(self.name) | ({self.host} if is_local(self.host) else set())
        tokens = read_tokens(self.token_file) if self.token_file else None
        return Access(tokens, hosts if is_local(self.host) or self.name else None, frozenset(self.origin))

    def folder(self, access: Access) -> Folder | None:
        """Where documents may be written: to a corpus that was named, if there is who may write."""
        may_write = self.corpus is not None and any(token.may_write for token in access.tokens or ())
        return Folder(self.corpus) if may_write and self.corpus else None


def load_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """The settings of a command line. Raises UserError naming the one that is unknown or wrong."""
    given = {name: value for name, value in vars(_parser().parse_args(arguments)).items() if value is not None}
    known = {f"{PREFIX}{name}".upper() for name in (*Settings.model_fields, CONFIG)}
    for name in environment:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise UserError(f"{name}: there is no such setting{_near(name.upper(), known)}")
    config = given.pop(CONFIG, None) or environment.get(f"{PREFIX}{CONFIG}".upper())
    in_file = _read(Path(config)) if config else {}
    try:
        return Settings(**{**in_file, **EnvSettingsSource(Settings)(), **given})
    except ValidationError as error:
        raise _mistake(error) from error


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise UserError(f"{path}: there is no such file; give one in TOML with --config FILE")
    try:
        return TomlConfigSettingsSource(Settings, path)()
    except (TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UserError(f"{path}: cannot be read as TOML ({error})") from error


def _mistake(error: ValidationError) -> UserError:
    first = error.errors()[0]
    name = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        return UserError(f"{name}: there is no such setting{_near(name, Settings.model_fields)}")
    return UserError(f"{name}: {first['msg']}; {Settings.model_fields[name].description}")


def _near(name: str, known: Mapping[str, object] | set[str]) -> str:
    near = get_close_matches(name, list(known), 1)
    return f"; did you mean {near[0]}?" if near else "; python app.py --help lists those that there are"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="Ask a folder of documents, in the browser, over HTTP and over MCP.",
        epilog=f"Every option is also an environment variable ({PREFIX}TOKEN_FILE) and a key in --config (token_file).",
    )
    parser.add_argument("--config", metavar="FILE", help="settings in TOML")
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, ()) else f" ({field.default})"
        action = "append" if field.default == () else "store"
        option, metavar = f"--{name.replace('_', '-')}", name.rpartition("_")[2].upper()
        parser.add_argument(option, action=action, metavar=metavar, help=f"{field.description}{default}")
    return parser
