"""An object that is made when something of it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class _Late:
    """An object that is made when something of it is asked for."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if "_made" not in self.__dict__:
                self._made = self._make()
        return getattr(self._made, name)


def late(make: Callable[[], T]) -> T:
    """Stand for what `make` returns, and call it when it is needed: most commands of the terminal need no Slack."""
    return cast(T, _Late(make))
