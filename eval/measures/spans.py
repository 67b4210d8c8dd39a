"""What citations and splitting are measured in: characters of documents."""

Span = tuple[str, int, int]
"""(document_id, start, end), end excluded; start ≤ end."""


def overlap(first: tuple[int, int], second: tuple[int, int]) -> int:
    """How many characters two stretches of one document have in common."""
    return max(0, min(first[1], second[1]) - max(first[0], second[0]))
