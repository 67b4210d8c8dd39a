"""What may be set about the assistant that is measured."""

import re
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import UserError
from eval.options import SETTINGS
from eval.settings import Settings, grid, settings_from
from index.recipe import Recipe
from rag.assistant import READ
from rag.fuse import METHODS, Fusion

_SETTINGS = st.builds(
    Settings,
    embedder=st.sampled_from(["all-MiniLM-L6-v2", "models/other", "a=b,c"]),
    passage_tokens=st.integers(64, 250),
    overlap_tokens=st.integers(0, 32),
    title_tokens=st.integers(0, 64),
    fusion=st.sampled_from(METHODS),
    dense=st.floats(0.001, 1e9),
    lexical=st.floats(0, 10),
    document=st.floats(0, 10),
    whole=st.integers(1, 10**6),
    depth=st.integers(1, 10**6),
    read=st.integers(1, 100),
    threshold=st.just(-1.0) | st.floats(0, 1),
)


def test_nothing_set_is_what_ships() -> None:
    shipped = settings_from([])
    assert shipped == Settings()
    assert shipped.recipe() == Recipe()
    assert shipped.fused() == Fusion()
    assert (shipped.read, shipped.threshold) == (READ, -1)


def test_every_setting_of_recipe_and_fusion_reaches_them() -> None:
    settings = settings_from(
        "embedder=m passage_tokens=96 overlap_tokens=8 title_tokens=0 "
        "fusion=rrf dense=1 lexical=2 document=3 whole=4 lead=2 feedback=0.5 depth=5 read=6 threshold=0.5".split()
    )
    assert settings.recipe() == Recipe("m", 96, 8, 0)
    assert settings.fused() == Fusion("rrf", 1.0, 2.0, 3.0, 4, 2.0, 0.5, 5)
    assert (settings.read, settings.threshold) == (6, 0.5)


@given(_SETTINGS)
def test_a_label_read_back_gives_the_same_settings(settings: Settings) -> None:
    label = settings.label()
    assert settings_from([] if label == "as shipped" else label.split()) == settings


def test_a_label_says_what_differs_and_nothing_else() -> None:
    assert Settings().label() == "as shipped"
    assert Settings(passage_tokens=96, fusion="rrf").label() == "passage_tokens=96 fusion=rrf"
    assert Settings(passage_tokens=96).label(always={"read"}) == "passage_tokens=96 read=10"


def test_white_space_around_names_and_values_does_no_harm() -> None:
    assert settings_from([" passage_tokens = 96 "]) == Settings(passage_tokens=96)
    assert grid(Settings(), ["fusion = rrf, sum"]) == [Settings(fusion="rrf"), Settings(fusion="sum")]


def test_a_comma_may_stand_in_the_name_of_a_model_that_is_set() -> None:
    assert settings_from(["embedder=models/a,b"]).embedder == "models/a,b"


def test_a_grid_has_every_combination_and_its_last_name_varies_fastest() -> None:
    points = grid(settings_from(["read=3"]), ["passage_tokens=96,128", "fusion=sum,rrf"])
    assert [each.label() for each in points] == [
        "passage_tokens=96 read=3",
        "passage_tokens=96 fusion=rrf read=3",
        "passage_tokens=128 read=3",
        "passage_tokens=128 fusion=rrf read=3",
    ]


def test_a_point_that_comes_twice_is_tried_once() -> None:
    assert grid(Settings(), ["read=4,5,4"]) == [Settings(read=4), Settings(read=5)]


def test_what_is_swept_takes_the_place_of_what_is_set() -> None:
    assert grid(settings_from(["read=9"]), ["read=4,5"]) == [Settings(read=4), Settings(read=5)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("passage_token=96", r"there is no setting 'passage_token'; did you mean passage_tokens\?"),
        ("zzz=1", "there is no setting 'zzz'; choose one of embedder, passage_tokens"),
        ("", "there is no setting ''; choose one of"),
        ("=96", "there is no setting ''"),
        ("passage_tokens", "passage_tokens takes one value such as 200"),
        ("passage_tokens=", "passage_tokens takes one value such as 200"),
        ("passage_tokens=many", "passage_tokens takes one value such as 200"),
        ("passage_tokens=96.5", "passage_tokens takes one value such as 200"),
        ("passage_tokens=96,128", "takes one value such as 200; --sweep tries several"),
        ("embedder=", "embedder takes one value such as all-MiniLM-L6-v2"),
        ("dense=heavy", r"dense takes one value such as 0\.5"),
        ("dense=-1", "weights of 0 or more"),
        ("dense=nan", "weights of 0 or more"),
        ("dense=inf", "weights of 0 or more"),
        ("fusion=max", "there is no fusion 'max'; choose sum or rrf"),
        ("depth=0", "a depth and a whole of at least 1"),
        ("whole=0", "a depth and a whole of at least 1"),
        ("feedback=-1", "a feedback and a lead of 0 or more"),
        ("feedback=inf", "a feedback and a lead of 0 or more"),
        ("read=0", "read must be at least 1"),
        ("threshold=1.01", "threshold between 0 and 1"),
        ("threshold=-0.5", "threshold between 0 and 1"),
        ("threshold=nan", "threshold between 0 and 1"),
        ("passage_tokens=15", "passages of 15 tokens with an overlap of 32 cannot be made"),
        ("overlap_tokens=101", "an overlap of 101 cannot be made"),
        ("overlap_tokens=-1", "an overlap of -1 cannot be made"),
        ("title_tokens=-1", "title_tokens must be 0"),
    ],
)
def test_what_cannot_be_set_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as refused:
        settings_from([text])
    assert "\n" not in str(refused.value)


def test_all_weights_at_nothing_is_refused() -> None:
    with pytest.raises(UserError, match="dense, lexical, document are all 0"):
        settings_from(["dense=0", "lexical=0", "document=0"])


def test_a_setting_given_twice_is_refused() -> None:
    with pytest.raises(UserError, match="read=4: read is given twice"):
        settings_from(["read=3", "read=4"])
    with pytest.raises(UserError, match="read=4: read is given twice; give it once, to --sweep with commas"):
        grid(Settings(), ["read=3", "read=4"])


@pytest.mark.parametrize("text", ["reed=1,2", "read=1,", "read=1,two", "read=1,0", "passage_tokens=96,48"])
def test_a_grid_with_one_point_that_cannot_be_is_refused_whole(text: str) -> None:
    with pytest.raises(UserError):
        grid(Settings(), [text])


def test_every_setting_stands_in_the_help_of_the_command_line() -> None:
    explained = {name for line in SETTINGS.splitlines() for name in re.findall(r"\w+", line.split("   ")[0])}
    assert {field.name for field in fields(Settings)} <= explained
