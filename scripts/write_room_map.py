"""Write the room map of docs/explanation/architecture.md from the code: rooms, innermost first, and their modules.

`--check` writes nothing and ends with 1 when the page is not what the code says.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.architecture.checks import within  # noqa: E402
from tests.architecture.source import modules  # noqa: E402
from tests.architecture.table import AREAS  # noqa: E402

PAGE = ROOT / "docs" / "explanation" / "architecture.md"
BEGIN, END = "<!-- rooms: written by scripts/write_room_map.py -->", "<!-- end of the rooms -->"


def room_map() -> str:
    """The tables of all areas, as they stand between the two marks of the page."""
    return "\n\n".join("\n".join(_table(area, inner)) for area, inner in AREAS.items())


def _table(area: str, inner: Sequence[str]) -> Iterator[str]:
    yield f"#### `{_path(area)}`"
    yield ""
    yield "| Package | Content | Modules |"
    yield "|---|---|---|"
    inside = [module for module in modules() if within(module.name, AREAS) == area]
    for room in inner:
        full = f"{area}.{room}" if room else area
        mine = [module for module in inside if within(module.name, _rooms(area, inner)) == (full if room else "")]
        names = [module.name.rpartition(".")[2] for module in mine if not module.package]
        if names or room not in ("", "simulator"):
            shown = ", ".join(f"`{name}`" for name in names) if mine[0].package or len(mine) > 1 else "–"
            yield f"| `{_path(full)}` | {_sentence(full)} | {shown} |"


def _rooms(area: str, inner: Sequence[str]) -> list[str]:
    return [f"{area}.{room}" for room in inner if room]


def _path(name: str) -> str:
    path = ROOT / name.replace(".", "/")
    return name.replace(".", "/") + ("" if path.is_dir() else ".py")


def _sentence(name: str) -> str:
    """The first line of what a package or module says of itself."""
    text = next(module.text for module in modules() if module.name == name)
    return (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]


def written(page: str) -> str:
    """The page with the room map of today between its marks."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    if not tail:
        raise SystemExit(f"{PAGE} has no “{BEGIN}” with an “{END}” behind it.")
    return f"{head}{BEGIN}\n\n{room_map()}\n\n{END}{tail}"


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with --check look whether it is as it would be written."""
    page = PAGE.read_text("utf-8")
    wanted = written(page)
    if "--check" in arguments:
        if wanted != page:
            print("docs/explanation/architecture.md is not what the code has: run scripts/write_room_map.py.")
        return int(wanted != page)
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
