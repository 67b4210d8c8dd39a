"""The README's examples for programs, each run as it is printed against a server of its own."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import anyio
import mcp
import pytest

from index.place import ROOT
from rag.assistant import Assistant
from tests.serving import in_a_thread
from web.server import build_server
from web.settings import PREFIX, Settings, load_settings
from web.tokens import read_tokens

SECTION = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## For programs\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", SECTION, re.DOTALL | re.MULTILINE)
ADDRESS = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def url(sample_assistant: Assistant) -> Iterator[str]:
    with in_a_thread(build_server(sample_assistant)) as url:
        yield url


def block(language: str) -> str:
    found = [text for name, text in BLOCKS if name == language]
    assert len(found) == 1, language
    return str(found[0])


def printed(command: list[str], text: str) -> str:
    done = subprocess.run([*command, text], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_for_the_shell_answers(url: str) -> None:
    answer = json.loads(printed(["bash", "-c"], block("sh").replace(ADDRESS, url)))
    assert set(answer) >= {"answer", "citations", "hits"}


def test_the_example_in_python_prints_an_answer_its_quote_and_passages(url: str) -> None:
    lines = printed([sys.executable, "-c"], block("python").replace(ADDRESS, url)).splitlines()
    assert lines[0].startswith("Jessica Gonzalez ")
    assert len(lines) == 4


def test_the_example_in_javascript_prints_passages(url: str) -> None:
    node = which("node")
    if node is None:
        pytest.skip("no Node.js is installed")
    lines = printed([node, "--input-type=module", "-e"], block("javascript").replace(ADDRESS, url)).splitlines()
    assert len(lines) == 3
    assert all(".txt" in line for line in lines)


def test_both_of_an_agents_configurations_reach_the_documents(url: str, sample_store: Path) -> None:
    servers = json.loads(block("json"))["mcpServers"]
    here = servers["documents-here"]
    assert here["command"] == ".venv/bin/python"
    started = mcp.StdioServerParameters(
        command=sys.executable, args=[*here["args"], "--store", str(sample_store)], cwd=str(ROOT)
    )

    async def tools(server: Any) -> list[str]:
        async with mcp.Client(server) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    for server in (servers["documents"]["url"].replace(ADDRESS, url), started):
        assert anyio.run(tools, server) == ["search", "answer", "read_document"]


def test_the_example_of_a_token_file_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(block(""))
    assert [(each.name, each.may_write) for each in read_tokens(tmp_path / "tokens")] == [
        ("alice", False),
        ("ingest", True),
    ]


def test_the_settings_of_the_deployments_are_known(tmp_path: Path) -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    named = set(re.findall(rf"{PREFIX}(\w+)=", dockerfile))
    assert named
    assert {name.lower() for name in named} <= set(Settings.model_fields)
    unit = (ROOT / "deploy" / "verbatim.service").read_text()
    command = re.findall(r"^ExecStart=\S+ app\.py (.*)$", unit, re.MULTILINE)
    (tmp_path / "c.toml").write_text('corpus = "/srv/documents"')
    arguments = command[0].replace("/etc/verbatim.toml", str(tmp_path / "c.toml")).split()
    assert str(load_settings(arguments, {}).corpus) == "/srv/documents"
