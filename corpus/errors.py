"""The failures that a person can mend. Everything else is a bug and stays loud.

UserError            what went wrong and what to do, in one line; exit status 2 at the edge
├── CorpusError      the folder of documents: missing, empty, not a folder
├── DocumentError    one file: unreadable, binary, undecodable; the other files go in
├── StoreError       the index on disk: corrupt, foreign, made by another recipe, locked
├── QuestionError    the question: empty, too long, malformed
└── DataError        evaluation data: a file or line that cannot be used
"""


class UserError(Exception):
    """A failure whose message tells the person what to do."""


class CorpusError(UserError):
    """The corpus folder cannot be used."""


class DocumentError(UserError):
    """One document cannot be read; the others are unaffected."""


class StoreError(UserError):
    """The store cannot be used as it is."""


class QuestionError(UserError):
    """The question cannot be asked as it is."""


class DataError(UserError):
    """An evaluation file or line cannot be used."""
