"""Writing files so that a crash leaves the old one or the new one, never a part."""

import os
from pathlib import Path


def write_file(path: Path, data: bytes) -> None:
    """Replace a file whole or not at all, also if the power fails."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
