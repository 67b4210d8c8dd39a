"""What comes back over HTTP about documents, jobs and the server itself, field by field."""

from typing import Literal

from pydantic import Field

from web.replies import OFFSETS, Reply


class DocumentSummary(Reply):
    """A document in a list."""

    id: str = Field(description="Its path below the corpus folder, with `/` and the suffix.")
    title: str = Field(description="Its title.")
    etag: str = Field(description="Its entity tag, as in the ETag header, quotes included; changes with its content.")
    metadata: dict[str, str] = Field(description="What it says about itself, such as author and date.")


class DocumentsReply(Reply):
    """One page of the documents, in the order of their ids."""

    documents: list[DocumentSummary] = Field(description="At most `limit` of them.")
    next: str | None = Field(description="Give it as `after` for the next page; null on the last one.")
    total: int = Field(ge=0, description="How many documents there are in all.")


class DocumentReply(DocumentSummary):
    """One document, without its text."""

    source: str = Field(description="Where it came from: an address, a publisher, or its id.")
    pages: list[int] = Field(description=f"Where each page begins; empty for formats without pages. {OFFSETS}")
    characters: int = Field(ge=0, description="The length of its text in Unicode code points.")
    passages: int = Field(ge=0, description="Into how many passages it is cut.")


class TextReply(Reply):
    """A stretch of a document's text."""

    document_id: str = Field(description="The document's id.")
    start: int = Field(ge=0, description=f"Where the stretch begins. {OFFSETS}")
    end: int = Field(ge=0, description=f"Where it ends; never beyond the text's end. {OFFSETS}")
    characters: int = Field(ge=0, description="The length of the whole text in Unicode code points.")
    text: str = Field(description="The words.")


class JobReply(Reply):
    """What became of an upload or a deletion."""

    id: str = Field(description="The job's id. Jobs are forgotten when the server stops; documents are not.")
    action: Literal["put", "delete"] = Field(description="What was asked.")
    document_id: str = Field(description="Of which file.")
    state: Literal["waiting", "running", "done", "failed"] = Field(
        description="`done`: searches see it. `failed`: see `error`."
    )
    error: str | None = Field(description="Why it failed and what to do; of `done`, what in the file was left out.")


class RecipeReply(Reply):
    """How the index was made."""

    embedder: str = Field(description="The embedding model.")
    passage_tokens: int = Field(description="The longest passage, in tiktoken tokens (cl100k_base).")
    overlap_tokens: int = Field(description="What a passage repeats of the one before it, in tokens.")
    title_tokens: int = Field(description="How much of the title is embedded with each passage, in tokens.")
    splitter: int = Field(description="The version of the code that cuts passages.")


class VersionReply(Reply):
    """What is served."""

    name: str = Field(description="The program's name.")
    api: str = Field(description="The version of this API.")
    recipe: RecipeReply = Field(description="How the index was made.")
    documents: int = Field(ge=0, description="How many documents are served.")
    passages: int = Field(ge=0, description="How many passages they are cut into.")
    generation: int = Field(ge=0, description="Raised by every change of the index.")


class HealthReply(Reply):
    """The process answers."""

    status: Literal["ok"] = Field(description="Always `ok`.")


class ReadyReply(Reply):
    """Questions are answered without a wait for models."""

    ready: Literal[True] = Field(description="Always true; what is being waited for is a problem.")
