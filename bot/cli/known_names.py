"""The names of people for what the terminal prints: read from the store, and kept after it is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from bot.core.bot_errors import StoreUnavailable
from bot.core.mentions import write_id
from bot.core.person_names import make_person_writer, write_with_id
from bot.store.store import Store


class KnownNames:
    """The names that one run of the command line knows: none before it opens a store."""

    def __init__(self) -> None:
        self._read: Callable[[], Mapping[str, str]] | None = None
        self._names: Mapping[str, str] = {}
        self._write: Callable[[str], str] = write_id

    @contextmanager
    def read_from(self, store: Store) -> Iterator[None]:
        """Take the names from this store while it is open, and keep them: answers are printed after it is closed."""
        self._read = store.accounts.names
        try:
            yield
        finally:
            self._load()

    def write(self, person: str) -> str:
        """Write a person by the name, with the id where the name does not tell who it is."""
        self._load()
        return self._write(person)

    def write_whole(self, person: str) -> str:
        """Write a person by the name and the id, which a command takes."""
        self._load()
        name = self._names.get(person)
        return write_with_id(person, name) if name else write_id(person)

    def _load(self) -> None:
        read, self._read = self._read, None
        if read is None:
            return
        # An answer without names is better than none.
        with suppress(StoreUnavailable):
            self._names = read()
            self._write = make_person_writer(self._names)


_KNOWN: ContextVar[KnownNames] = ContextVar("known_names")


@contextmanager
def show_names(known: KnownNames) -> Iterator[None]:
    """Print people by these names until the block ends."""
    before = _KNOWN.set(known)
    try:
        yield
    finally:
        _KNOWN.reset(before)


def known_names() -> KnownNames:
    """The names by which people are printed now."""
    return _KNOWN.get(_NOBODY)


_NOBODY = KnownNames()
