"""Measure all of it, and say how it stands to the peers, to the limits and to another checkout.

    python -m benchmarks [NAME...] [--quick] [--against CHECKOUT] [--cache FOLDER] [--write FILE]

Everything is on loopback, ends by itself and cleans up behind it; only aged homes stay in the cache folder.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from benchmarks.page import commit_of, facts, page
from benchmarks.report import Sheet, sheet_of, to_terminal
from benchmarks.sampling import Given, NotMeasured, Side, take_turns
from benchmarks.side import load

NAMES = (
    *("queries", "queue", "ack", "call", "sweep", "storage", "saying", "card", "forms", "starting", "backup"),
    *("writers", "doing", "audit_burst", "refusals", "peers"),
)
"""In this order, so that the short ones have their turn when time is limited."""
QUICK_MINUTES, FULL_MINUTES = 1.0, 120.0
"""For each checkout; after that no sample is begun. What was begun ends by itself, or by the bound of its measure."""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="the short form, about a minute")
    parser.add_argument("--minutes", type=float, help="begin nothing after so many for each checkout (1 or 120)")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout, with its own .venv")
    parser.add_argument("--cache", type=Path, help="keep aged homes here; without it they are thrown away")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page, too")
    options = parser.parse_args(arguments)
    strange = sorted(set(options.names) - set(NAMES))
    if strange:
        parser.error(f"there is no measure {', '.join(strange)}; there are {', '.join(NAMES)}")
    return options


def main() -> None:
    options = parse()
    console = Console(soft_wrap=True)
    try:
        run(options, console)
    except NotMeasured as error:
        raise SystemExit(str(error)) from None


def run(options: argparse.Namespace, console: Console) -> None:
    with ExitStack() as stack:
        cache = options.cache or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="b24bot-aged-")))
        sheets = []
        for sheet in measured(options, Given(quick=options.quick, cache=str(cache.resolve()))):
            to_terminal([sheet], console)
            sheets.append(sheet)
    if options.write:
        options.write.write_text(page(sheets, facts(), quick=options.quick))
        console.print(f"{options.write} is written.")


def measured(options: argparse.Namespace, given: Given) -> Iterator[Sheet]:
    """One table after another, each as soon as it is there."""
    sides = [Side.here()]
    names = {"here": commit_of(Path.cwd())}
    if options.against:
        sides.append(Side.at(options.against.resolve()))
        names["there"] = commit_of(options.against)
    minutes = options.minutes or (QUICK_MINUTES if given.quick else FULL_MINUTES)
    until = time.monotonic() + minutes * 60 * len(sides)
    for name in options.names or NAMES:
        measure = load(f"measures.{name}")
        if given.quick and not measure.quick_rounds and not options.names:
            continue
        one = sides[:1] if measure.alone else sides
        yield sheet_of(measure, take_turns(name, measure, one, given, until=until), names)


if __name__ == "__main__":
    main()
