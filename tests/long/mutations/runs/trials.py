"""The trials of a run: each mutation in a copy of its own, the test that is known to kill it first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.long.mutations.mutation import TESTS_FAILED, Mutation, Result
from tests.long.mutations.runs.pytest_call import covers, failed_tests, is_there, run_tests, without_row
from tests.long.mutations.runs.records import Records
from tests.long.mutations.runs.tree_copy import apply_mutation

PROVES_NOTHING = -2
"""The code of a result whose killer fails without the mutation too."""
_LONG = "tests/long/"
_AT_ONCE = 40
"""Arguments of one call of pytest without a mutation."""
_NOT_FOUND = 4


def first_tests(mutation: Mutation, killer: str | None, source: Path) -> tuple[str, ...]:
    """Return the test that is known to kill a mutation, where the tree has it and the row names it."""
    known = killer is not None and is_there(killer, source) and any(covers(word, killer) for word in mutation.tests)
    return (killer,) if killer is not None and known else ()


def order_mutations(
    mutations: Iterable[Mutation], results: Iterable[Result], known: Mapping[str, str]
) -> list[Mutation]:
    """Return the mutations without a result: first those that nothing is known to kill, which may survive."""
    done = {result.mutation.name for result in results}
    return sorted((one for one in mutations if one.name not in done), key=lambda one: one.name in known)


def pass_without_a_mutation(words: Iterable[str], source: Path, records: Records, workers: int) -> tuple[str, ...]:
    """Run those of the arguments that have not passed yet on `source`, which compiles it. Return the tests that failed.

    Long tests are left out: each row of them that kills something runs later. Where pytest could not run at all, as for
    an argument that is missing, none has passed.
    """
    left = sorted({word for word in words if not (word.startswith(_LONG) or records.passed(word))})
    failures: list[str] = []
    # In parts, so that a run that is stopped keeps those that passed.
    for some in (left[first : first + _AT_ONCE] for first in range(0, len(left), _AT_ONCE)):
        code, output, _ = run_tests(some, source, "-n", str(workers), "--dist", "worksteal", keep_compiled=True)
        failed = failed_tests(output)
        if code in (0, TESTS_FAILED):
            for word in some:
                if not any(covers(word, test) for test in failed):
                    records.add_passed(word)
        failures += failed or ((output[-2_000:],) if code else ())
    return tuple(failures)


def run_mutation(mutation: Mutation, source: Path, known: Mapping[str, str], records: Records) -> Result:
    """Apply the mutation to a copy of `source`, run its tests, and record what came of it."""
    result = _try_mutation(mutation, source, first_tests(mutation, known.get(mutation.name), source))
    if result.killed and not records.passed(result.killers[0]):
        killer = result.killers[0]
        if output := _failure_alone(killer, source):
            return replace(result, code=PROVES_NOTHING, output=f"{killer} fails without the mutation too\n{output}")
        records.add_passed(killer)
    if result.conclusive:
        records.add_result(result)
    return result


def _try_mutation(mutation: Mutation, source: Path, first: tuple[str, ...]) -> Result:
    with TemporaryDirectory() as name:
        folder, seconds = Path(name), 0.0
        try:
            apply_mutation(mutation, folder, source)
        except LookupError as error:
            return Result(mutation=mutation, code=-1, killers=(), seconds=seconds, output=str(error))
        for tests in filter(None, (first, mutation.tests)):
            code, output, took = run_tests(tests, folder, "-x")
            seconds += took
            result = Result(mutation=mutation, code=code, killers=failed_tests(output), seconds=seconds, output=output)
            if result.killed:
                break
    return result


def _failure_alone(test: str, source: Path) -> str:
    """Run one test on `source`, and return what pytest said if it failed.

    The name of a row may have a blank, where its name ends in the output. Then all rows run.
    """
    for name in dict.fromkeys((test, without_row(test))):
        code, output, _ = run_tests((name,), source)
        if code != _NOT_FOUND:
            break
    return output if code else ""
