"""The page under its content-security policy and behind a token, in a real browser."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client
from playwright.sync_api import Browser, Page

from tests.serving import Served, served

SECRET = "s" * 20
WATCH = """window.violations = [];
document.addEventListener('securitypolicyviolation', event => window.violations.push(
  event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber));"""


@pytest.fixture(scope="module")
def locked(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that asks for a token."""
    tokens = tmp_path_factory.mktemp("tokens") / "tokens"
    tokens.write_text(f"reader read {SECRET}\n")
    with served("--store", str(sample_store), "--token-file", str(tokens)) as server:
        yield server.url


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


def test_the_page_runs_under_its_policy_and_other_scripts_do_not(open_server: Served, browser: Browser) -> None:
    page = browser.new_page()
    check_asks(page, open_server.url)
    added = "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
    page.evaluate(added)
    assert page.evaluate("window.ran") is None
    assert page.evaluate("fetch('http://127.0.0.1:1/').then(() => 'sent', () => 'refused')") == "refused"
    assert [each.split()[0] for each in page.evaluate("window.violations")] == ["script-src-elem", "connect-src"]
    page.close()


def test_a_browser_gives_the_token_as_its_password_and_the_page_works(locked: str, browser: Browser) -> None:
    context = browser.new_context(http_credentials={"username": "any", "password": SECRET})
    check_asks(context.new_page(), locked)
    context.close()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(locked, timeout=5)


def test_gradios_own_client_gets_in_with_the_token_only_and_finds_no_function_to_call(locked: str) -> None:
    with pytest.raises(Exception, match="credentials were not provided"):
        Client(locked, verbose=False)
    client = Client(locked, headers={"Authorization": f"Bearer {SECRET}"}, verbose=False)
    assert json.loads(json.dumps(client.view_api(return_format="dict")))["named_endpoints"] == {}
    client.close()
