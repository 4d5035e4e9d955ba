"""The catalogues: gettext's files, by language and by the first part of a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

LOCALE = Path(__file__).parent.parent / "locale"
"""Where the host keeps its catalogues; a plugin keeps its own, under its name."""
ENGLISH = "en"
_FOLDERS: dict[str, Path] = {}
_LOADERS: list[Callable[[], object]] = []


def load_when_missing(load: Callable[[], object]) -> None:
    """Keep what makes further catalogues known, until a message of an unknown catalogue is met: then it is called once.

    Loading plugins costs a process more than most commands that only read; most of these meet no message of a plugin.
    """
    _LOADERS[:] = [load]


def bind_catalogue(name: str, folder: Path) -> None:
    """Say where the catalogue of a plugin lies, as `<folder>/<language>/LC_MESSAGES/<name>.mo`."""
    if _FOLDERS.get(name) != folder:
        _FOLDERS[name] = folder
        find_catalogue.cache_clear()


@cache
def find_catalogue(language: str, name: str) -> NullTranslations:
    """The catalogue of a language; an empty one where there is none. It is read when it is first needed."""
    if _LOADERS and name not in _FOLDERS and not _path(LOCALE, ENGLISH, name).is_file():
        _LOADERS.pop()()
    path = _path(_FOLDERS.get(name, LOCALE), language, name)
    try:
        with path.open("rb") as file:
            return GNUTranslations(file)
    except FileNotFoundError:
        return NullTranslations()


def _path(folder: Path, language: str, name: str) -> Path:
    return folder / language / "LC_MESSAGES" / f"{name}.mo"


def find_sentence(language: str, key: str, count: int | None) -> str | None:
    """The sentence of a key with its placeholders, in the form for a count; None where the language has none."""
    catalogue = find_catalogue(language, key.partition(".")[0])
    found = catalogue.gettext(key) if count is None else catalogue.ngettext(key, key, abs(count))
    if found == key and count is None:
        # Python 3.11.2 does not find a sentence with a plural in this way; later ones take its first form.
        found = catalogue.ngettext(key, key, 1)
    return None if found == key else found


def has_catalogue(key: str) -> bool:
    """Whether there is a catalogue for a key at all. There is none for a plugin that this process has not loaded."""
    return type(find_catalogue(ENGLISH, key.partition(".")[0])) is GNUTranslations


@cache
def list_languages() -> frozenset[str]:
    """The languages that the host speaks."""
    return frozenset(_languages())


def _languages() -> Iterator[str]:
    for folder in LOCALE.iterdir():
        if (folder / "LC_MESSAGES").is_dir():
            yield folder.name


def choose_language(locale: str) -> str:
    """The language for a locale as a client or an environment names it: `ru-RU`, `ru_RU.UTF-8`; else English."""
    name = locale.replace("_", "-").partition("-")[0].partition(".")[0].lower()
    return name if name in list_languages() else ENGLISH
