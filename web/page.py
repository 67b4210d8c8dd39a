"""The page: a chat with the sources of each answer beside it, and a tab that measures (web/evaluate.py)."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI

from corpus.errors import UserError
from index.place import SAMPLE_CORPUS
from index.where import usable_keys
from rag.answer import Answer
from rag.assistant import Assistant
from rag.followup import Turn
from rag.risk import AT_MOST_WRONG
from web.choices import Choices
from web.evaluate import build_evaluate
from web.sources import EMPTY, cited_sources, closest_passages, pane, source_id

NAME = "Verbatim"
STYLE = Path(__file__).parent / "page.css"
LATEST = Path(__file__).parent / "latest.js"
AT_ONCE = 8
WAITING = 64
TURNS_SHOWN = 20
KEYS_NAMED = 12
ACCEPTED = (1, 40)
"""Between which percentages of wrong answers a person may choose."""
SAMPLE_QUESTIONS = (
    "Who denied the deal?",
    "How much did Musk pay for Twitter?",
    "Which groups were on the Zoom call?",
    "How much did Musk pay for SpaceX?",
)
SAMPLE_FILTERED = "Who denied the deal? source:cnbc"

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one person has asked so far: the turns, the messages as shown, and each turn's sources as HTML."""

    turns: tuple[Turn, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()

    def with_answer(self, question: str, text: str, sources: str, turn: Turn | None) -> "Conversation":
        """The conversation with one question and its answer more."""
        return Conversation(
            self.turns + ((turn,) if turn else ()),
            (*self.messages, ("user", _markdown(question)), ("assistant", text)),
            (*self.sources, sources)[-TURNS_SHOWN:],
        )

    def shown(self) -> tuple[list[Message], str]:
        """Messages for the chat, and the source pane with the latest answer's sources on top."""
        messages = [{"role": role, "content": content} for role, content in self.messages]
        return messages, pane("".join(reversed(self.sources)) or EMPTY)


def mount_page(server: FastAPI, assistant: Assistant, choices: Choices) -> FastAPI:
    """The server with the page at `/`; nothing in it is loaded from another host or reported to one.

    `state.inputs` says how many values each function takes that the page calls, by its number.
    """
    page = build_page(assistant, choices)
    server.state.inputs = {number: len(function.inputs) for number, function in page.fns.items()}
    mounted: FastAPI = gr.mount_gradio_app(
        server,
        page,
        path="/",
        css=STYLE.read_text(encoding="utf-8"),
        theme=_theme(),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        max_file_size=1,
        enable_monitoring=False,
    )
    return mounted


def build_page(assistant: Assistant, choices: Choices) -> gr.Blocks:
    """The page over an assistant, and what can be measured; to be mounted or launched by the caller."""
    counts = assistant.engine.catalog.counts()
    with gr.Blocks(title=NAME, analytics_enabled=False, fill_width=True) as page:
        gr.HTML(_heading(counts.documents, counts.passages))
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask"):
                _build_chat(assistant)
            with gr.Tab("Evaluate", elem_id="evaluate") as tab:
                build_evaluate(tab, choices)
    queued: gr.Blocks = page.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE, api_open=False)
    return queued


def _build_chat(assistant: Assistant) -> None:
    is_sample = _is_sample(assistant)
    with gr.Row(elem_id="columns"):
        with gr.Column(scale=5, min_width=320, elem_id="conversation"):
            chat = gr.Chatbot(
                label="Conversation",
                show_label=False,
                height="52vh",
                placeholder="### Ask your documents\nAnswers are quoted from them, word for word.",
                latex_delimiters=[],
                buttons=["copy"],
                feedback_options=None,
                autoscroll=False,
                elem_id="chat",
            )
            with gr.Row(elem_id="ask"):
                question = gr.Textbox(
                    placeholder="Who denied the deal?", show_label=False, label="Question", scale=8, max_lines=4,
                    container=False, autofocus=True, elem_id="question",
                )  # fmt: skip
                send = gr.Button("Ask", variant="primary", scale=1, min_width=72, elem_id="send")
            with gr.Row(elem_id="choices"):
                with gr.Accordion("How sure an answer must be", open=False, elem_id="sureness"):
                    accepted = gr.Slider(
                        *ACCEPTED, AT_MOST_WRONG, step=1, label="Percent of questions that may be answered wrongly",
                        info="The fewer, the more often the documents are said not to answer.", elem_id="accepted",
                    )  # fmt: skip
                with gr.Accordion("Ask only some documents", open=False, elem_id="filters"):
                    gr.HTML(_filters(assistant, is_sample))
            with gr.Row(elem_id="examples"):
                examples = [gr.Button(text, size="sm", min_width=0) for text in (SAMPLE_QUESTIONS if is_sample else ())]
                clear = gr.Button("New conversation", size="sm", min_width=0, elem_id="clear")
        with gr.Column(scale=4, min_width=320, elem_id="pane"):
            sources = gr.HTML(pane(EMPTY), elem_id="sources")
    state = gr.State(Conversation())
    _connect(assistant, (question, accepted, send, clear, examples), (state, chat, sources, question))


def _connect(assistant: Assistant, controls: tuple[Any, ...], outputs: tuple[Any, ...]) -> None:
    question, accepted, send, clear, examples = controls
    state = outputs[0]
    private = {"api_visibility": "private", "show_progress": "minimal"}

    def ask(text: str, conversation: Conversation, at_most_wrong: float) -> tuple[object, ...]:
        conversation = answered(assistant, text, conversation, at_most_wrong)
        return (conversation, *conversation.shown(), "")

    asked = [gr.on([question.submit, send.click], ask, [question, state, accepted], list(outputs), **private)]
    asked += [each.click(ask, [each, state, accepted], list(outputs), **private) for each in examples]
    latest = LATEST.read_text(encoding="utf-8")
    for each in asked:
        each.then(None, js=latest, **private)
    clear.click(lambda: (Conversation(), *Conversation().shown(), ""), None, list(outputs), **private)


def answered(
    assistant: Assistant, text: str, conversation: Conversation, at_most_wrong: float | None = None
) -> Conversation:
    """The conversation after a question; a question that cannot be asked is answered by saying why."""
    number = len(conversation.messages) // 2 + 1
    try:
        answer = assistant.ask(text, conversation.turns, at_most_wrong=at_most_wrong)
    except UserError as error:
        return conversation.with_answer(text[:200], _markdown(str(error)), "", None)
    turn = Turn(answer.standalone_question, answer.short_answer, answer.where)
    return conversation.with_answer(text, _message(number, answer), _sources(number, answer, assistant), turn)


def _sources(turn: int, answer: Answer, assistant: Assistant) -> str:
    if answer.abstained:
        ids = [hit.passage.document_id for hit in answer.hits]
        return closest_passages(turn, answer, assistant.engine.catalog.titles(ids))
    documents = [assistant.document(citation.passage.document_id) for citation in answer.citations]
    return cited_sources(turn, answer, documents)


def _message(turn: int, answer: Answer) -> str:
    """Markdown: the answer with its marks as links into the source pane."""
    parts = []
    if answer.standalone_question != answer.question:
        parts.append(f"*I understood: {_markdown(answer.standalone_question)}*")
    if answer.where:
        parts.append(f"*Only documents with {_markdown(str(answer.where))}*")
    if answer.short_answer and answer.short_answer != answer.text:
        parts.append(f"**{_markdown(answer.short_answer)}**")
    if answer.abstained:
        parts.append(_markdown(answer.text))
    for citation in answer.citations:
        link = f"[\\[{citation.number}\\]](#{source_id(turn, citation.number)})"
        parts.append(f"{_markdown(citation.quote)} {link}")
    if answer.note:
        parts.append(f"*{_markdown(answer.note)}*")
    return "\n\n".join(parts)


def _markdown(text: str) -> str:
    """Text that Markdown shows as it is: documents and questions are not trusted to be formatted."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def _is_sample(assistant: Assistant) -> bool:
    """Whether the documents are the sample's: only of these it is known what can be asked."""
    return set(assistant.engine.catalog.content_hashes()) == {path.name for path in SAMPLE_CORPUS.glob("*.txt")}


def _filters(assistant: Assistant, is_sample: bool) -> str:
    keys = usable_keys(assistant.engine.catalog.field_names())[:KEYS_NAMED]
    example = SAMPLE_FILTERED if is_sample else f"{keys[0]}:…"
    return (
        f"<p>Write filters into the question: <code>{escape(example)}</code>. They hold for that question alone; words "
        "with a space between them stand in quotes. These documents can be limited "
        f"by {', '.join(f'<code>{escape(key)}</code>' for key in keys)}.</p>"
    )


def _theme() -> gr.themes.Base:
    """Gradio's own, with an orange and a grey that can be read on white (contrast of 4.5 or more)."""
    return gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]).set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
    )


def _heading(documents: int, passages: int) -> str:
    return (
        f'<header id="heading"><h1>{escape(NAME)}</h1>'
        f"<p>{documents:,} documents, {passages:,} passages. Every answer is a quotation.</p></header>"
    )
