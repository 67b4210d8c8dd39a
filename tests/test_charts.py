"""The curves of a report, as SVG that stands in a page."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from eval.charts import latency_chart, recall_by_depth_chart, reliability_chart, risk_coverage_chart
from eval.svg import COLOURS, Names, Words, inline_svg

_RISK = [[0.25, 0.0], [0.5, 0.1], [1.0, 0.3]]
_RELIABLE = [[0.1, 0.05, 300.0], [0.6, 0.7, 20.0], [0.9, 0.95, 80.0]]
_RECALL = [[1.0, 0.4], [10.0, 0.8], [100.0, 1.0]]
_TIMES = {"embed": [5.0, 6.0, 7.0], "search": [1.0, 2.0, 1200.0], "read": [0.0, 0.0, 0.0]}

Draw = Callable[[tuple[str, ...], str], str]


def _of_points(chart: Callable[..., str], points: object) -> Draw:
    return lambda names, prefix: chart(dict.fromkeys(names, points), prefix)


_CHARTS = [
    pytest.param(_of_points(risk_coverage_chart, _RISK), id="risk-coverage"),
    pytest.param(_of_points(reliability_chart, _RELIABLE), id="reliability"),
    pytest.param(_of_points(recall_by_depth_chart, _RECALL), id="recall-by-depth"),
    pytest.param(_of_points(latency_chart, _TIMES), id="latency"),
]
_EMPTY = [
    pytest.param(_of_points(risk_coverage_chart, []), id="risk-coverage"),
    pytest.param(_of_points(reliability_chart, []), id="reliability"),
    pytest.param(_of_points(recall_by_depth_chart, []), id="recall-by-depth"),
    pytest.param(_of_points(latency_chart, {}), id="latency"),
]


def _texts(svg: str) -> list[str]:
    return [text for each in ElementTree.fromstring(svg).iter() if (text := (each.text or "").strip())]


@pytest.mark.parametrize("draw", _CHARTS)
def test_a_chart_is_one_well_formed_element_that_says_what_it_shows(draw: Draw) -> None:
    root = ElementTree.fromstring(draw(("fused",), "one"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("role") == "img"
    title = root.findtext("{http://www.w3.org/2000/svg}title")
    assert title and (root.get("aria-label") or "").startswith(title)


@pytest.mark.parametrize("draw", _CHARTS)
def test_a_chart_points_to_nothing_outside_itself(draw: Draw) -> None:
    svg = draw(("fused", "dense"), "one")
    assert svg.startswith("<svg ")
    assert set(re.findall(r"\w+://[^\s\"]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert "<style" not in svg and "<metadata" not in svg and "font-family: '" not in svg
    targets = re.findall(r"(?:url\(|href=\")#([^\")]+)", svg)
    assert targets and set(targets) == set(re.findall(r' id="([^"]+)"', svg))


@pytest.mark.parametrize("draw", _CHARTS)
def test_the_same_numbers_give_the_same_bytes(draw: Draw) -> None:
    assert draw(("fused", "dense"), "one") == draw(("fused", "dense"), "one")


@pytest.mark.parametrize("draw", _CHARTS)
def test_two_charts_with_other_prefixes_share_no_id(draw: Draw) -> None:
    first, second = (set(re.findall(r' id="([^"]+)"', draw(("fused",), prefix))) for prefix in ("one", "two"))
    assert first and second and not first & second


@pytest.mark.parametrize("draw", _CHARTS)
def test_the_runs_are_named_only_where_there_are_several(draw: Draw) -> None:
    assert "fused" not in _texts(draw(("fused",), "one"))
    assert _texts(draw(("fused", "dense"), "one"))[-2:] == ["fused", "dense"]


@pytest.mark.parametrize("draw", _CHARTS)
def test_colours_come_from_the_page(draw: Draw) -> None:
    svg = draw(("fused", "dense"), "one")
    assert {"var(--series-1", "var(--series-2"} == set(re.findall(r"var\(--series-\d+", svg))
    assert "currentColor" in svg
    assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) == set(COLOURS[:2])


@pytest.mark.parametrize("draw", _CHARTS)
def test_names_that_matplotlib_or_html_would_read_are_written_as_they_are(draw: Draw) -> None:
    names = ("$x_2^", "<script>alert(1)</script>", "_hidden 検索 \u202eabc", "]]>\"'&amp;")
    svg = draw(names, "one")
    assert tuple(_texts(svg)[-4:]) == names
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
    parser.feed(svg)
    assert "script" not in tags


@pytest.mark.parametrize("draw", _EMPTY)
def test_a_chart_of_no_points_is_empty_and_not_an_error(draw: Draw) -> None:
    assert ElementTree.fromstring(draw(("fused",), "one")) is not None


def test_more_runs_than_colours_can_be_drawn() -> None:
    names = tuple(f"run {number}" for number in range(len(COLOURS) + 2))
    assert tuple(_texts(recall_by_depth_chart(dict.fromkeys(names, _RECALL)))[-len(names) :]) == names


def test_axes_are_labelled_in_words() -> None:
    assert {"share of questions answered", "share of those answered wrongly", "100 %"} <= set(
        _texts(risk_coverage_chart({"fused": _RISK}))
    )
    assert {"confidence", "share right"} <= set(_texts(reliability_chart({"fused": _RELIABLE})))
    assert {"1", "10", "100"} <= set(_texts(recall_by_depth_chart({"fused": _RECALL})))


def test_the_questions_of_each_dot_are_counted_where_one_run_is_drawn() -> None:
    assert {"300", "20", "80"} <= set(_texts(reliability_chart({"fused": _RELIABLE})))
    assert "300" not in _texts(reliability_chart({"fused": _RELIABLE, "dense": _RELIABLE}))


def test_stages_are_named_and_their_median_and_95th_percentile_written() -> None:
    texts = _texts(latency_chart({"fused": {"em$bed<": [4.0] * 95 + [40.0] * 5, "read": [1500.0] * 100}}))
    assert {"em$bed<", "read", "4.0 ms · 5.8 ms", "1.5 s · 1.5 s"} <= set(texts)


def test_a_stage_that_one_run_lacks_is_drawn_for_the_others() -> None:
    svg = latency_chart({"fused": {"embed": [5.0], "rerank": [90.0]}, "dense": {"embed": [6.0], "rerank": []}})
    assert [text for text in _texts(svg) if "·" in text][:3] == ["5.0 ms · 5.0 ms", "6.0 ms · 6.0 ms", "90 ms · 90 ms"]


def test_a_curve_of_many_points_is_thinned_and_keeps_its_ends() -> None:
    many = [[(i + 1) / 50_000, ((i * 7919) % 1000) / 2000] for i in range(50_000)]
    assert len(risk_coverage_chart({"fused": many})) < 60_000


def test_a_figure_is_drawn_without_global_state() -> None:
    from matplotlib import rcParams

    before = dict(rcParams)
    recall_by_depth_chart({"fused": _RECALL})
    assert dict(rcParams) == before


def test_only_ids_that_something_points_to_are_kept() -> None:
    drawn = '<svg><g id="unused"><path id="dot"/><use xlink:href="#dot"/></g></svg>'
    assert '<g><path id="p-dot"/><use href="#p-dot"/></g>' in inline_svg(drawn, 9, Words("t", "a"), Names("p", ("r",)))
