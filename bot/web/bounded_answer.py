"""A bound on how long a thread of the server waits for the answer of a plugin."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")

ANSWER_SECONDS = 10.0
"""After so long the client gets no page any more. A plugin that waits for somebody else goes on alone."""


class TooSlow(Exception):
    """The answer did not come in time."""


def wait_for(work: Callable[[], T], seconds: float, *, ended: Callable[[], None]) -> T:
    """Run `work` in a thread of its own, and return or raise what it does. Raises TooSlow after so many seconds.

    Late work goes on, and nobody sees what comes of it: no thread can be stopped from outside. `ended` is called once,
    when the work has ended or cannot begin.
    """
    result: Future[T] = Future()

    def run() -> None:
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it
            ended()
            result.set_exception(error)
        else:
            ended()
            result.set_result(value)

    # A log line of the plugin belongs to the request, also from another thread.
    context = contextvars.copy_context()
    try:
        threading.Thread(target=context.run, args=(run,), name="page", daemon=True).start()
    except RuntimeError:
        ended()
        raise
    try:
        return result.result(timeout=seconds)
    except TimeoutError:
        if result.done():
            raise
        raise TooSlow from None
