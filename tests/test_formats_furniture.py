"""Running heads, footers and page numbers: gone where they repeat, kept where they could be text."""

import pytest

from corpus.formats.furniture import without_furniture
from corpus.parse import extract
from tests.made_files import pdf


def test_what_repeats_at_the_edges_is_kept_where_it_stands_first() -> None:
    pages = [f"The Coast\r\n\r\nPage {n} says {n}.\r\nA footer\r\n{n} of 4" for n in range(1, 5)]
    first, *others = without_furniture(pages)
    assert first == pages[0]
    assert [page.strip() for page in others] == [f"Page {n} says {n}." for n in range(2, 5)]


def test_heads_of_left_and_right_pages_and_of_numbered_front_matter_are_found() -> None:
    pages = [f"{('Left', 'Right')[n % 2]} {n - 1 if n > 1 else 'i'}\nWords of page {n * n}." for n in range(10)]
    assert [page.startswith("Words") for page in without_furniture(pages)] == [False] * 4 + [True] * 6


@pytest.mark.parametrize(
    "pages",
    [
        [],
        ["", "", ""],
        ["Head\na", "Head\nb"],
        ["Ticket 1", "Ticket 2", "Ticket 3"],
        ["Invoice 1001\nTo A.", "Invoice 1002\nTo B.", "Invoice 1003\nTo C."],
        ["Sum\n12", "Sums\n19", "All\n12", "Rest\n7"],
        ["a\nb\nc\nThe same.\nd\ne\nf", "g\nh\ni\nThe same.\nj\nk\nl", "m\nn\no\nThe same.\np\nq\nr"],
    ],
    ids=["none", "empty", "two", "nothing else", "numbers of documents", "figures", "in between"],
)
def test_what_could_be_text_is_kept(pages: list[str]) -> None:
    assert without_furniture(pages) == pages


def test_a_sentence_of_a_pdf_runs_on_over_a_head() -> None:
    pages = [("The Coast", f"The ferry of page {n} leaves in the", str(n)) for n in (1, 2)]
    pages += [("The Coast", "morning.", "3"), ("The Coast", "It rains.", "4")]
    text = extract("a.pdf", pdf(pages)).documents[0].text
    assert text.endswith("The ferry of page 2 leaves in the\nmorning.\n\nIt rains.")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_upright_words_on_a_page_that_is_shown_turned_are_read_in_order(turn: int) -> None:
    data = pdf((("One two three.", "Four five six.", "Seven eight."),))
    turned = data.replace(b"/MediaBox [0 0 612 792]", b"/Rotate %d /MediaBox [0 0 612 792]" % turn)
    assert extract("a.pdf", turned).documents[0].text == "One two three.\nFour five six.\nSeven eight."
