"""How much one request, one client and all of them together may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, seconds and counts; one more than any of them is refused with a problem that says so.

    `workers` questions are worked on at once and `waiting` more wait for their turn. A client may make
    `requests_per_minute` (0: any number) and use a minute's worth at once.
    """

    body_bytes: int = 1 << 20
    upload_bytes: int = 10 << 20
    body_seconds: float = 30
    uploads_waiting: int = 32
    workers: int = 4
    waiting: int = 64
    requests_per_minute: int = 1_200
    drain_seconds: int = 20


BATCH = 64
PAGE = 1_000
HISTORY = 20
ID_CHARACTERS = 64
