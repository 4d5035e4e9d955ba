"""A real browser, where the machine has one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = ("--no-sandbox", "--disable-features=LocalNetworkAccessChecks")
"""A test can answer for a page of the portal, and the browser then does not know that it is a local one."""
WIDTHS = (360, 1000)
"""A phone, and a slider of the portal."""


def start_browser() -> Iterator[Any]:
    """Start a browser for a fixture, and end it. Skips the test on a machine without one."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser: pip install it")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        yield started
        started.close()


def find_barriers(frame: Any) -> list[tuple[str, str]]:
    """List what axe finds in a frame: the rule, and the markup."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core: pip install it").Axe()
    return [(one["id"], one["nodes"][0]["html"]) for one in axe.run(frame).response["violations"]]
