"""What is known of a document besides its text: front matter, sidecars, and the properties that formats carry."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import yaml

from corpus.decode import decode_strictly
from corpus.errors import DocumentError

SIDECAR_SUFFIX = ".meta.yaml"
_MAX_METADATA_BYTES = 64 * 1024
_LONGEST_PROPERTY = 1000
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\s]+")


def title_from_name(document_id: str) -> str:
    """What to call a document that does not say: its file name, in words."""
    return re.sub(r"[-_\s]+", " ", PurePosixPath(document_id).stem).strip() or document_id


def sidecar_metadata(document_id: str, sidecar: bytes) -> dict[str, str]:
    """What the file beside a document says of it; raises DocumentError under the sidecar's own name."""
    name = f"{document_id}{SIDECAR_SUFFIX}"
    return yaml_mapping(name, decode_strictly(name, sidecar))


def properties(**found: object) -> dict[str, str]:
    """Metadata out of what a library found: one line each, without what is empty, too long or no text."""
    texts = {key: in_one_line(value) for key, value in found.items() if isinstance(value, str)}
    return {key: text for key, text in texts.items() if 0 < len(text) <= _LONGEST_PROPERTY}


def in_one_line(text: str) -> str:
    """Without line breaks, control characters and halves of characters."""
    return repaired(_INVISIBLE.sub(" ", text)).strip()


def yaml_mapping(name: str, text: str) -> dict[str, str]:
    """The `key: value` lines of front matter or a sidecar, every value as it is written."""
    if len(text) > _MAX_METADATA_BYTES:
        raise DocumentError(f"{name}: metadata over {_MAX_METADATA_BYTES >> 10} KiB; shorten it")
    try:
        # words as they are written: the safe loader makes 1.1 of `1.10` and False of `NO`, and fails on `!!int ''`
        loaded = yaml.load(text, yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DocumentError(f"{name}: is not valid YAML; correct or remove it") from error
    if loaded in (None, ""):
        return {}
    if not isinstance(loaded, Mapping):
        raise DocumentError(f"{name}: must be a list of `key: value` lines")
    return {repaired(key): repaired(value) for key, value in loaded.items() if _says_something(value)}


def repaired(value: str) -> str:
    """JSON writes an emoji as two surrogates, which YAML keeps apart and no database takes."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _says_something(value: object) -> bool:
    return isinstance(value, str) and value.strip() not in ("", "~", "null")
