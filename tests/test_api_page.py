"""The page under its content-security policy and behind a token, in a real browser."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest
from gradio_client import Client
from playwright.sync_api import Browser, Page, sync_playwright

from index.place import ROOT

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
SECRET = "s" * 20
WATCH = """window.violations = [];
document.addEventListener('securitypolicyviolation', event => window.violations.push(
  event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber));"""


@contextmanager
def served(store: Path, *options: str) -> Iterator[str]:
    """`python app.py` in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "app.py", "--port", str(port), "--store", str(store), *options]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=5).close()
            break
        except OSError:
            time.sleep(0.2)
    try:
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(60) in (0, 130)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


def check_asks(page: Page, url: str) -> None:
    page.set_default_timeout(60_000)
    page.add_init_script(WATCH)
    page.goto(url)
    page.fill("#question textarea", "Who is the CEO of Free Press?")
    page.press("#question textarea", "Enter")
    page.locator("#chat .message-row").nth(1).wait_for()
    page.click("role=tab[name='Evaluate']")
    page.wait_for_selector("#data-set")
    assert page.evaluate("window.violations") == []


def test_the_page_runs_under_its_policy_and_other_scripts_do_not(sample_store: Path, browser: Browser) -> None:
    with served(sample_store) as url:
        page = browser.new_page()
        check_asks(page, url)
        added = "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
        page.evaluate(added)
        assert page.evaluate("window.ran") is None
        assert page.evaluate("fetch('http://127.0.0.1:1/').then(() => 'sent', () => 'refused')") == "refused"
        assert [each.split()[0] for each in page.evaluate("window.violations")] == ["script-src-elem", "connect-src"]
        page.close()


def test_a_browser_gives_the_token_as_its_password_and_the_page_works(
    sample_store: Path, browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "tokens").write_text(f"reader read {SECRET}\n")
    with served(sample_store, "--token-file", str(tmp_path / "tokens")) as url:
        context = browser.new_context(http_credentials={"username": "any", "password": SECRET})
        check_asks(context.new_page(), url)
        context.close()
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(url, timeout=5)


def test_gradios_own_client_gets_in_with_the_token_only_and_finds_no_function_to_call(
    sample_store: Path, tmp_path: Path
) -> None:
    (tmp_path / "tokens").write_text(f"reader read {SECRET}\n")
    with served(sample_store, "--token-file", str(tmp_path / "tokens")) as url:
        with pytest.raises(Exception, match="credentials were not provided"):
            Client(url, verbose=False)
        client = Client(url, headers={"Authorization": f"Bearer {SECRET}"}, verbose=False)
        assert json.loads(json.dumps(client.view_api(return_format="dict")))["named_endpoints"] == {}
        client.close()
