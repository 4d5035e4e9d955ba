"""Names of people, which they choose themselves: cleaned where they come in, and told apart where they are shown."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping

from bot.core.mentions import write_id
from bot.core.text import one_line

NAME_MOST = 80
"""Characters of a name that are kept. Slack takes as many for a display name."""
_LIKE_AN_ID = re.compile(r"[:@#]|\Ab24bot\Z", re.IGNORECASE)
"""In a name that could pass for an id, a channel or b24bot."""
_UNSEEN = {"Cc", "Cf", "Co", "Cs"}
"""The kinds of characters that nobody sees: control, format, private use and half surrogate pairs."""


def clean_name(name: str) -> str:
    """Make a name fit for storing and showing: one line, without characters that nobody sees, not too long.

    Control characters, marks of the writing direction, half surrogate pairs and the bot's own marks are left out.
    """
    seen = "".join(char for char in one_line(name) if unicodedata.category(char) not in _UNSEEN)
    return one_line(seen)[:NAME_MOST].rstrip()


def make_person_writer(names: Mapping[str, str]) -> Callable[[str], str]:
    """Make what writes a person, whose id it gets, by the name in `names`, which has the names by id.

    The id stands beside a name that several accounts have, or that could pass for an id. It stands alone where no name
    is known.
    """
    clean = {person: clean_name(name) for person, name in names.items()}
    accounts = Counter(map(_fold, clean.values()))

    def write(person: str) -> str:
        name = clean.get(person)
        if not name:
            return write_id(person)
        is_clear = accounts[_fold(name)] == 1 and not _LIKE_AN_ID.search(name)
        return name if is_clear else write_with_id(person, name)

    return write


def write_with_id(person: str, name: str) -> str:
    """Write a person by the name with the id beside it."""
    return f"{name} ({write_id(person)})"


def _fold(name: str) -> str:
    """A name in the form in which it is compared: two that look alike to a hurried reader are equal."""
    return unicodedata.normalize("NFKC", name).casefold()
