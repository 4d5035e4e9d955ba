"""A real browser. Without one its tests are skipped, or fail where B24BOT_TEST_BROWSER is `required`, as in CI."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = ("--no-sandbox", "--disable-features=LocalNetworkAccessChecks")
"""A test can answer for a page of the portal, and the browser then does not know that it is a local one."""
WIDTHS = (360, 1000)
"""A phone, and a slider of the portal."""


REQUIRED = os.environ.get("B24BOT_TEST_BROWSER") == "required"


def start_browser(arguments: Sequence[str] = ARGUMENTS) -> Iterator[Any]:
    """Start a browser for a fixture, and end it."""
    if BROWSER is None:
        (pytest.fail if REQUIRED else pytest.skip)("no Chromium on this machine: apt-get install chromium")
    playwright = _require_module("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=BROWSER, args=list(arguments))
        yield started
        started.close()


def find_barriers(frame: Any) -> list[tuple[str, str]]:
    """List what axe finds in a frame: the rule, and the markup."""
    axe = _require_module("axe_playwright_python.sync_playwright").Axe()
    return [(one["id"], one["nodes"][0]["html"]) for one in axe.run(frame).response["violations"]]


def _require_module(name: str) -> Any:
    """Import a module of the lock for developers."""
    if REQUIRED:
        return importlib.import_module(name)
    return pytest.importorskip(name, reason="not installed: run scripts/setup dev")
