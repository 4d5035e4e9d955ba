#!/usr/bin/env python3
"""Draw what the bot shows in Slack as text, in each language, beside the files that a person has reviewed.

scripts/storyboards.py            names the storyboards that are not as drawn now, and fails if there are any
scripts/storyboards.py --write    writes them, for a person to look at
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.slack.render.storyboards import FOLDER, draw_all


def main(arguments: list[str]) -> int:
    drawn = draw_all()
    other = [path for path, text in drawn.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    other += sorted(set(FOLDER.rglob("*.txt")) - set(drawn))
    if arguments != ["--write"]:
        for path in other:
            print(path.relative_to(FOLDER), file=sys.stderr)
        return 1 if other else 0
    for path in other:
        if path not in drawn:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawn[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
