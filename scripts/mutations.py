"""Apply each mutation of tests/long/mutations/table.py to a copy of the tree, one at a time, and run its tests.

    scripts/mutations.py [NAME…]     only these; without a name all of them

The rows of docs/testing/mutations.md about those that were run are written anew, and the others stay as they are.

Exit code 0: every mutation was killed by the tests that are named for it, and these tests pass without a mutation.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.long.mutations.mutation import Mutation, Result, copy_tree, failed_tests, run_mutation, run_tests  # noqa: E402
from tests.long.mutations.page import killed_by, read_page, write_page  # noqa: E402
from tests.long.mutations.table import MUTATIONS  # noqa: E402

PAGE = ROOT / "docs" / "testing" / "mutations.md"
AT_ONCE = 2
WORKERS = 4
"""Of the one run without a mutation, as scripts/test has them."""


def failures_without_a_mutation(mutations: Sequence[Mutation], source: Path) -> tuple[str, ...]:
    """Run all named tests once in `source`, which compiles it: what fails without a mutation would prove nothing."""
    tests = sorted({word for mutation in mutations for word in mutation.tests})
    code, output, seconds = run_tests(tests, source, "-n", str(WORKERS), keep_compiled=True)
    print(f"  {len(tests)} test files and folders without a mutation: pytest said {code} ({seconds:.0f} s)", flush=True)
    return failed_tests(output) or ((output[-2_000:],) if code else ())


def run_in_its_own_folder(mutation: Mutation, source: Path) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        result = run_mutation(mutation, Path(folder), source)
    word = "killed" if result.killed else "SURVIVED"
    print(
        f"  {word}  {mutation.name} ({result.seconds:.0f} s) {result.killers[0] if result.killers else ''}", flush=True
    )
    return result


def main(names: Sequence[str]) -> int:
    unknown = set(names) - {mutation.name for mutation in MUTATIONS}
    if unknown:
        print(f"There is no mutation called {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    mutations = [mutation for mutation in MUTATIONS if not names or mutation.name in names]
    killers, results = read_page(PAGE.read_text(encoding="utf-8")), []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        source = Path(folder)
        copy_tree(source)
        complaints = [f"{one} fails without a mutation" for one in failures_without_a_mutation(mutations, source)]
        for result in pool.map(lambda one: run_in_its_own_folder(one, source), mutations):
            results.append(result)
            # After each, so that a run that is stopped leaves what it found out.
            killers[result.mutation.name] = killed_by(result)
            PAGE.write_text(write_page(MUTATIONS, killers), encoding="utf-8")
    survivors = [result for result in results if not result.killed]
    complaints += [
        f"{one.mutation.name} survived (pytest said {one.code}):\n{one.output[-1_500:]}" for one in survivors
    ]
    print("\n".join(complaints), file=sys.stderr)
    print(f"{len(results) - len(survivors)} of {len(results)} mutations were killed.")
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
