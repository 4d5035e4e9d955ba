"""Plant every bug of tests/programmes/planted/bugs.py in a copy of the tree, one at a time, and run its programme.

    scripts/planted_bugs.py [NAME…]     only these; without a name all of them

The rows of docs/planted-bugs.md about those that were run are written anew, and the others stay as they are.

Exit code 0: every bug was noticed by the programme that is named for it, and no programme fails without a bug.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.programmes.planted.bugs import BUGS  # noqa: E402
from tests.programmes.planted.page import noticed_by, read_page, write_page  # noqa: E402
from tests.programmes.planted.plant import Bug, Result, copy_tree, judged, run  # noqa: E402

PAGE = ROOT / "docs" / "planted-bugs.md"
AT_ONCE = 2


def sound(programmes: Sequence[tuple[str, ...]]) -> list[str]:
    """Programmes that fail without any bug: they would prove nothing."""
    complaints = []
    for programme in programmes:
        with tempfile.TemporaryDirectory() as folder:
            copy_tree(Path(folder))
            code, output, seconds = run(programme, Path(folder))
        print(f"  {'ok' if code == 0 else 'FAILS'}  {' '.join(programme)} without a bug ({seconds:.0f} s)", flush=True)
        if code:
            complaints.append(f"{' '.join(programme)} fails without a bug:\n{output[-2_000:]}")
    return complaints


def judged_in_its_own_folder(bug: Bug) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        result = judged(bug, Path(folder))
    word = "killed" if result.killed else "SURVIVED"
    print(f"  {word}  {bug.name} ({result.seconds:.0f} s) {result.killers[0] if result.killers else ''}", flush=True)
    return result


def main(names: Sequence[str]) -> int:
    unknown = set(names) - {bug.name for bug in BUGS}
    if unknown:
        print(f"There is no bug called {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    bugs = [bug for bug in BUGS if not names or bug.name in names]
    complaints = sound(list(dict.fromkeys(bug.programme for bug in bugs)))
    noticed, results = read_page(PAGE.read_text(encoding="utf-8")), []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for result in pool.map(judged_in_its_own_folder, bugs):
            results.append(result)
            # After each, so that a run that is stopped leaves what it found out.
            noticed[result.bug.name] = noticed_by(result)
            PAGE.write_text(write_page(BUGS, noticed), encoding="utf-8")
    survivors = [result for result in results if not result.killed]
    complaints += [f"{one.bug.name} survived (pytest said {one.code}):\n{one.output[-1_500:]}" for one in survivors]
    print("\n".join(complaints), file=sys.stderr)
    print(f"{len(results) - len(survivors)} of {len(results)} planted bugs were noticed.")
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
