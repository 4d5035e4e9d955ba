#!/usr/bin/env python3
"""Draw what b24bot shows, in Slack, in the terminal and on the page, beside the files that a person has reviewed.

scripts/storyboards.py            names the storyboards that are not as drawn now, and fails if there are any
scripts/storyboards.py --write    writes them, for a person to look at
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.slack.render.storyboards import draw_all as draw_slack
from tests.storyboards.acknowledgements import draw_acknowledgements
from tests.storyboards.board import FOLDER, list_stale
from tests.storyboards.page import draw_page
from tests.storyboards.portal_pages import draw_portal_pages
from tests.storyboards.terminal import draw_terminal
from tests.storyboards.threads import draw_threads


def main(arguments: list[str]) -> int:
    os.environ["TZ"] = "UTC"
    time.tzset()
    drawn = {**draw_slack(), **draw_acknowledgements(), **draw_threads()}
    drawn |= {**draw_page(), **draw_portal_pages(), **draw_terminal()}
    stale = list_stale(drawn, FOLDER.rglob("*.txt"))
    if arguments != ["--write"]:
        print(*stale, sep="\n", file=sys.stderr)
        return 1 if stale else 0
    for path in (FOLDER / name for name in stale):
        if path not in drawn:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawn[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
