"""Write the table of metrics in `docs/how-to/monitor.md` from their rows. With --check, only say whether it fits.

Exit code 1 means that the file differs from what would be written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.usecases.admin.gauges import GAUGES
from bot.usecases.process.event_counters import COUNTERS, DECISION_HELP, DECISION_LABEL, DECISION_NAME
from bot.web.metrics import MEASURED, MEASURED_HELP, OWN_GAUGES
from plugins.bitrix24.health.measurements import ROWS
from plugins.bitrix24.plugin import plugin

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path("docs/how-to/monitor.md")
BEGIN, END = "<!-- metrics: written by scripts/write_metrics_docs.py -->\n", "<!-- end of metrics -->\n"
HEAD = ("| Metric | Kind | Label | Meaning |", "|---|---|---|---|")


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Name, kind, label and help text of every metric of b24bot and of the Bitrix24 plugin."""
    for name, (label, text) in OWN_GAUGES.items():
        yield name, "gauge", label, text
    for counter in COUNTERS:
        yield counter.name, "counter", counter.label, counter.help
    yield DECISION_NAME, "histogram", DECISION_LABEL, DECISION_HELP
    for gauge in GAUGES:
        yield gauge.name, "counter" if gauge.grows else "gauge", gauge.label, gauge.help
    prefix = f"b24bot_{plugin.name}"
    for name, (text, _) in ROWS.items():
        yield f"{prefix}_{name}", "gauge", plugin.place_term.word, text
    yield f"{prefix}_{MEASURED}", "gauge", "", MEASURED_HELP


def written(page: str) -> str:
    """The page with the table of now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [f"| `{name}` | {kind} | {f'`{label}`' if label else '–'} | {text} |" for name, kind, label, text in rows()]
    return "".join((before, BEGIN, "\n", "\n".join((*HEAD, *lines)), "\n\n", END, after))


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write the page, or compare it. Returns the exit code."""
    page = (root / PAGE).read_text("utf-8")
    if "--check" in arguments:
        if page != written(page):
            sys.stderr.write(f"{PAGE} is not up to date. Run scripts/write_metrics_docs.py.\n")
        return int(page != written(page))
    (root / PAGE).write_text(written(page), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
