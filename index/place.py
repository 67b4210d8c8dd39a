"""Where the corpus and its store lie, unless the person says otherwise."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SAMPLE_CORPUS = ROOT / "corpus" / "documents"
STORES = ROOT / "index" / "store"


def default_store(corpus: Path) -> Path:
    """A folder of its own for each corpus, so that two never overwrite each other."""
    resolved = corpus.resolve()
    digest = hashlib.sha256(str(resolved).encode("utf-8", "surrogateescape")).hexdigest()
    return STORES / f"{resolved.name or 'root'}-{digest[:8]}"
