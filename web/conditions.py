"""Conditional requests (RFC 9110, 13.1): the entity tags that a document must have now, or must not have."""

from dataclasses import dataclass

from web.problem import RefusedError


@dataclass(frozen=True, slots=True)
class Conditions:
    """The headers If-Match and If-None-Match as they came; None where one did not come."""

    if_match: str | None = None
    if_none_match: str | None = None

    def is_current(self, etag: str) -> bool:
        """Whether the copy that a reader has is still good."""
        return self.if_none_match is not None and _names(self.if_none_match.replace("W/", ""), etag)

    def check(self, etag: str | None, *, changing: bool) -> None:
        """Raises RefusedError if a writer meant another document than there is (None: there is none), or if what
        the document will be is not known yet, because another change of it is on its way."""
        if self == Conditions():
            return
        if changing:
            raise RefusedError(
                "changed", "another change of the document is on its way; look at it again when it is done"
            )
        wanted = self.if_match is None or _names(self.if_match, etag)
        unwanted = self.if_none_match is not None and _names(self.if_none_match.replace("W/", ""), etag)
        if unwanted or not wanted:
            raise RefusedError("changed", "the document has changed, or is there or not there; look at it again")


def _names(header: str, etag: str | None) -> bool:
    """`*` names whatever there is. A tag marked weak (`W/`) is none of ours: we give strong ones only."""
    return etag is not None and any(each.strip() in ("*", etag) for each in header.split(","))
