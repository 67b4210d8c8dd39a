"""Writing files so that a crash leaves the old one or the new one, never a part."""

import os
from contextlib import suppress
from pathlib import Path


def write_file(path: Path, data: bytes | memoryview) -> None:
    """Replace a file whole or not at all, also if the power fails."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def sync_folder(folder: Path) -> None:
    """Make names in a folder survive a power cut; where folders cannot be opened (Windows), that is as it is."""
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
