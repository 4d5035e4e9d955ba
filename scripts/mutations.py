"""Apply each mutation of tests/long/mutations/table.py to a copy of the tree, one at a time, and run its tests.

    scripts/mutations.py [--workers N]             all of them
    scripts/mutations.py --not-run [--workers N]   those that docs/testing/mutations.md names no killer of
    scripts/mutations.py NAME…                     only these

The test that is known to kill a mutation runs first, the others of its row only if it passes. What a run finds out is
kept in .mutations/results.jsonl for this state of the tree, so that a run that was stopped goes on. Mutations that are
named run again. The rows of the page about those that were run are written anew; the others stay as they are.

Exit code 0: every mutation was killed by the tests that are named for it, and the test that killed it passes without
the mutation.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.long.mutations.mutation import Mutation, Result  # noqa: E402
from tests.long.mutations.page import known_killers, read_page  # noqa: E402
from tests.long.mutations.runs.page_file import PageFile  # noqa: E402
from tests.long.mutations.runs.records import Records  # noqa: E402
from tests.long.mutations.runs.tree_copy import PAGE, copy_tree, digest_tree, read_commit  # noqa: E402
from tests.long.mutations.runs.trials import (  # noqa: E402
    first_tests,
    order_mutations,
    pass_without_a_mutation,
    run_mutation,
)
from tests.long.mutations.table import MUTATIONS  # noqa: E402

RECORDS = ROOT / ".mutations" / "results.jsonl"


def choose_mutations(names: Sequence[str], not_run: bool, known: Sequence[str]) -> list[Mutation]:
    """Return the mutations that are asked for. Raises LookupError for a name that is none of theirs."""
    if unknown := set(names) - {mutation.name for mutation in MUTATIONS}:
        raise LookupError(f"There is no mutation called {', '.join(sorted(unknown))}.")
    left = [one for one in MUTATIONS if not not_run or one.name not in known]
    return [one for one in left if not names or one.name in names]


def tell_result(result: Result) -> None:
    word = "killed" if result.killed else "SURVIVED"
    killer = result.killers[0] if result.killers else ""
    print(f"  {word}  {result.mutation.name} ({result.seconds:.0f} s) {killer}", flush=True)


def run_all(mutations: Sequence[Mutation], again: bool, workers: int) -> list[Result]:
    """Run the mutations of which nothing is known on this state of the tree; with `again` all of them."""
    page = PageFile(ROOT / PAGE, MUTATIONS, read_commit(ROOT))
    with TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        source = Path(folder)
        copy_tree(source)
        records = Records(RECORDS, digest_tree(source))
        results = [] if again else records.results(mutations)
        print(f"  {len(results)} of {len(mutations)} are known from before", flush=True)
        known = known_killers(read_page(page.text))
        left = order_mutations(mutations, results, known)
        words = [word for one in left for word in first_tests(one, known.get(one.name), source) or one.tests]
        for failure in pass_without_a_mutation(words, source, records, workers):
            print(f"  {failure} fails without a mutation", flush=True)
        page.write(records.results(MUTATIONS))
        for result in pool.map(lambda one: run_mutation(one, source, known, records), left):
            tell_result(result)
            results.append(result)
            # After each, so that a run that is stopped leaves what it found out.
            page.write([result, *records.results(MUTATIONS)])
    return results


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these mutations, again")
    parser.add_argument("--not-run", action="store_true", help="only those that the page names no killer of")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="how many run at once (2)")
    asked = parser.parse_args(words)
    # What is killed stops as what is interrupted: after the mutations that are running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        known = known_killers(read_page((ROOT / PAGE).read_text(encoding="utf-8")))
        mutations = choose_mutations(asked.names, asked.not_run, [*known])
    except LookupError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        results = run_all(mutations, bool(asked.names), asked.workers)
    except KeyboardInterrupt:
        print(f"Stopped. The same command goes on from {RECORDS.relative_to(ROOT)}.", file=sys.stderr)
        return 130
    survivors = [result for result in results if not result.killed]
    for one in survivors:
        print(f"{one.mutation.name} survived (pytest said {one.code}):\n{one.output[-1_500:]}", file=sys.stderr)
    print(f"{len(results) - len(survivors)} of {len(results)} mutations were killed.")
    return 1 if survivors else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
