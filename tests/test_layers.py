"""The folders are the architecture: imports point down, and only the edge knows where it runs."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("corpus", "index", "rag", "eval", "web", "app")
FILES = [file for layer in LAYERS for file in (*sorted((ROOT / layer).rglob("*.py")), ROOT / f"{layer}.py")]
TREES = {str(file.relative_to(ROOT)): ast.parse(file.read_bytes()) for file in FILES if file.is_file()}


def imported(tree: ast.Module) -> set[str]:
    nodes = list(ast.walk(tree))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_from_itself_and_below(layer: str) -> None:
    above = set(LAYERS[LAYERS.index(layer) + 1 :])
    of_layer = {name: tree for name, tree in TREES.items() if name.startswith((f"{layer}/", f"{layer}.py"))}
    assert of_layer
    assert {name: imported(tree) & above for name, tree in of_layer.items() if imported(tree) & above} == {}


def test_only_the_edge_knows_the_environment() -> None:
    spellings = {"environ", "environb", "getenv"}
    below = {name: tree for name, tree in TREES.items() if name != "app.py" and not name.endswith("__main__.py")}
    words = {name: {getattr(n, "attr", getattr(n, "name", "")) for n in ast.walk(below[name])} for name in below}
    assert [name for name in below if words[name] & spellings] == []


@pytest.mark.parametrize(
    "dependency",
    [
        "faiss",
        "tantivy",
        "tiktoken",
        "trafilatura",
        "matplotlib",
        "jinja2",
        "ir_measures",
        "mcp",
        "prometheus_client",
        "pydantic_settings",
        "httpx",
    ],
)
def test_a_heavy_dependency_is_imported_in_one_module(dependency: str) -> None:
    assert len(importers := [name for name in TREES if dependency in imported(TREES[name])]) == 1, importers


def test_only_the_page_and_its_tab_know_gradio() -> None:
    importers = {name for name in TREES if "gradio" in imported(TREES[name])}
    assert importers == {"web/page.py", "web/evaluate.py"}
