"""Recipe: which ones can be made, and how they are kept and compared."""

import json

import pytest

from corpus.errors import StoreError, UserError
from index.recipe import Recipe


def test_a_recipe_is_read_as_it_was_written() -> None:
    recipe = Recipe("some/model", passage_tokens=96, overlap_tokens=0, title_tokens=8, splitter=7)
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_equal_recipes_are_written_alike() -> None:
    assert Recipe(passage_tokens=96).to_json() == Recipe(passage_tokens=96).to_json() != Recipe().to_json()


@pytest.mark.parametrize(("passage_tokens", "overlap_tokens"), [(15, 0), (0, 0), (-1, 0), (100, 51), (100, -1)])
def test_passages_that_cannot_be_made_are_refused(passage_tokens: int, overlap_tokens: int) -> None:
    with pytest.raises(UserError, match="choose at least 16 tokens"):
        Recipe(passage_tokens=passage_tokens, overlap_tokens=overlap_tokens)


@pytest.mark.parametrize(("passage_tokens", "overlap_tokens"), [(16, 0), (16, 8), (200, 100)])
def test_passages_at_the_limits_are_accepted(passage_tokens: int, overlap_tokens: int) -> None:
    assert Recipe(passage_tokens=passage_tokens, overlap_tokens=overlap_tokens).passage_tokens == passage_tokens


def test_an_embedder_without_a_name_is_refused() -> None:
    with pytest.raises(UserError, match="--embedder"):
        Recipe(embedder="")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"chunk_size": 3}', '{"passage_tokens": "many"}'])
def test_a_recipe_that_this_version_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="another version"):
        Recipe.from_json(text)


def test_settings_that_an_older_version_did_not_write_have_their_defaults() -> None:
    assert Recipe.from_json(json.dumps({"passage_tokens": 96})) == Recipe(passage_tokens=96)


def test_only_what_differs_between_recipes_is_named() -> None:
    differences = Recipe().differences(Recipe(embedder="other", passage_tokens=96))
    assert differences == "embedder all-MiniLM-L6-v2 → other, passage_tokens 200 → 96"


def test_equal_recipes_do_not_differ() -> None:
    assert Recipe().differences(Recipe()) == ""
