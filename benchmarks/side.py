"""The process in which one measure runs: a line on the standard input asks for a sample, a line of JSON answers.

What the measured code prints goes to the standard error, so that the answers stay alone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module

from benchmarks.sampling import Given, Measure


def load(name: str) -> Measure:
    """The measure of a module, by its name in the folder of the benchmarks: `measures.ack`."""
    found = import_module(f"benchmarks.{name}").MEASURE
    assert isinstance(found, Measure)
    return found


def main(arguments: Sequence[str]) -> None:
    name, given = arguments
    # A sample that takes too long is given up in the same way as an error: what was put up is taken down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        samples = load(name).samples(Given(**json.loads(given)))
        for _ in sys.stdin:
            print(json.dumps(dict(next(samples))), file=answers, flush=True)
        samples.close()
    except Exception as error:
        print(json.dumps({"trouble": f"{type(error).__name__}: {error}"}), file=answers, flush=True)
        raise SystemExit(1) from error
