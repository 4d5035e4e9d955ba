"""A typed line as its words: what stands around them is read as meant, what stands inside them is kept as typed.

Between words every blank of any script is a blank. A quotation may stand in any marks of any script, around one value,
behind `--name=` or around the whole line; inside it everything is kept, other marks and dashes too. In front of an
option's name any dash is a hyphen. What `shlex.quote` has written is read as `shlex.split` reads it.
"""

from __future__ import annotations

import re
import shlex

from bot.core.characters import (
    DASHES,
    GUILLEMETS,
    QUOTE_MARKS,
    QUOTES,
    SINGLE,
    closers,
    drop_invisible,
    is_blank,
)
from bot.core.errors import WordsError

_DASHES = re.escape("".join(sorted(DASHES)))
_OPTION = re.compile(rf"([{_DASHES}]+)([A-Za-z][A-Za-z0-9{_DASHES}]*)(=.*)?", re.DOTALL)
_OPTION_HEAD = re.compile(rf"[{_DASHES}]+[A-Za-z][A-Za-z0-9{_DASHES}]*=")
_LINK = re.compile(r"<(https?://[^|<>\s]+)(?:\|[^<>]*)?>")
"""An address between the brackets that Slack, or whoever pastes it, puts around one."""
TICK = "`"
LONE = "’´`"
"""Marks that are none when they are alone: an apostrophe, an accent, a tick left over."""
WRAPPED = 2
"""How often a whole line may stand in quotation marks."""


def words_of(text: str) -> list[str]:
    """The words of a line. Raises WordsError where a quotation mark is left open."""
    line = drop_invisible(text)
    for _ in range(WRAPPED):
        reading = _Reading(line)
        words = reading.words()
        if not reading.is_one_quotation:
            return words
        # Quotation marks around the whole line.
        line = words[0]
    return _Reading(line).words()


def render(words: list[str]) -> str:
    """Words as a line for people, with plain quotation marks where they are needed."""
    return " ".join(_rendered(word) for word in words)


def _rendered(word: str) -> str:
    head = _OPTION_HEAD.match(word)
    # A value that begins with another dash is no option: unquoted it would be read as one.
    if head and option_word(head[0]) == head[0]:
        return f"{head[0]}{_rendered(word[head.end() :])}"
    if _reads_as_itself(word):
        return word
    return shlex.quote(word) if '"' in word or "\\" in word else f'"{word}"'


def _reads_as_itself(word: str) -> bool:
    begins_plainly = word[:1] == "-" or word[:1] not in DASHES | QUOTE_MARKS | {"<"}
    return bool(word) and begins_plainly and not any(is_blank(char) or char in "\"'\\`" for char in word)


def option_word(word: str) -> str:
    """The word with its dashes and the case of its name put right when it begins as an option does."""
    found = _OPTION.fullmatch(word)
    if not found or (found[1] != "--" and found[1].isascii()):
        return word
    name = "".join("-" if char in DASHES else char for char in found[2])
    return f"--{name.lower()}{found[3] or ''}"


class _Word:
    """A word while it is read: its text, and how much of it stood outside quotation marks at its beginning."""

    def __init__(self) -> None:
        self.text = ""
        self.bare: str | None = ""
        """What was read before the first quotation; None once one has begun the word."""
        self.quotations = 0
        self.begun = False

    def add(self, text: str) -> None:
        self.text += text
        self.begun = True

    def finished(self) -> str:
        if self.quotations == 0:
            word = self.text.strip(TICK)
            link = _LINK.fullmatch(word)
            return option_word(link[1] if link else word)
        if self.bare:
            head = _OPTION_HEAD.match(self.bare)
            if head:
                return option_word(head[0]) + self.text[head.end() :]
        return self.text


class _Reading:
    """One pass over a line. `is_one_quotation`: the whole line stood in one pair of marks, and holds several words."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.is_one_quotation = False
        self._ends_quoted = False
        self._last: dict[frozenset[str], int] = {}
        self._unclosed: set[str] = set()

    def words(self) -> list[str]:
        found: list[_Word] = []
        at, word = 0, _Word()
        while at < len(self.line):
            if is_blank(self.line[at]):
                if word.begun:
                    found.append(word)
                at, word = at + 1, _Word()
            else:
                at = self._read_piece(at, word)
        if word.begun:
            found.append(word)
        only = found[0] if len(found) == 1 else None
        whole = only is not None and only.quotations == 1 and only.bare is None and self._ends_quoted
        self.is_one_quotation = whole and only is not None and any(map(is_blank, only.text.strip()))
        return [text for word in found if (text := word.finished()) or word.quotations]

    def _read_piece(self, at: int, word: _Word) -> int:
        """Read what begins here into the word: a quotation or one character. Returns where it ends."""
        char = self.line[at]
        self._ends_quoted = False
        if char == "\\":
            if at + 1 == len(self.line):
                raise WordsError(f"A backslash at the end has nothing after it in: {self.line}", hint="Take it away.")
            word.add(self.line[at + 1])
            return at + 2
        if char in QUOTES and self._opens(at, word):
            end = self._quotation(at, word)
            if end:
                return end
        word.add(char)
        if not word.quotations and word.bare is not None:
            word.bare += char
        return at + 1

    def _opens(self, at: int, word: _Word) -> bool:
        """Whether a mark begins a quotation: at the beginning of a word or of an option's value; a plain one wherever
        it does not stand between two letters."""
        if not word.begun or (not word.quotations and word.bare and _OPTION_HEAD.fullmatch(word.bare)):
            return True
        return self.line[at] in "\"'" and not (self._letter(at - 1) and self._letter(at + 1))

    def _quotation(self, at: int, word: _Word) -> int:
        """Read a quotation into the word. Returns where it ends, or 0 where the mark is none. Raises WordsError."""
        opener = self.line[at]
        size = self._ticks(at) if opener == TICK else 1
        end = self._closed_at(at + size, opener)
        if end is None and opener in LONE:
            return 0
        if end is None:
            raise WordsError(
                f"A {'single' if opener in SINGLE else 'double'} quotation mark ({opener}) is opened and not closed "
                f"in: {self.line}",
                hint="Close it, or put the whole text between double quotation marks.",
            )
        if not word.begun:
            word.bare = None
        word.add(_inside(opener, self.line[at + size : end]))
        word.quotations += 1
        self._ends_quoted = True
        return end + (min(size, self._ticks(end)) or 1)

    def _ticks(self, at: int) -> int:
        end = at
        while end < len(self.line) and self.line[end] == TICK:
            end += 1
        return end - at

    def _closed_at(self, start: int, opener: str) -> int | None:
        """Where the quotation that was opened right before `start` is closed, by its own mark or else by any alike."""
        own = frozenset(QUOTES[opener])
        end = None if opener in self._unclosed else self._closed_by(own, start, opener)
        if end is None:
            # Not looked for again: a line full of such marks would be read to its end for each.
            self._unclosed.add(opener)
            end = self._closed_by(closers(opener) - own, start, opener)
        return end

    def _closed_by(self, marks: frozenset[str], start: int, opener: str) -> int | None:
        depth, at, last = 1, start, self._last_of(marks)
        while at <= last:
            char = self.line[at]
            if char == "\\" and opener == '"':
                at += 2
                continue
            if char == opener and opener not in LONE and self._nested(at):
                depth += 1
            elif char in marks and self._closes(at):
                depth -= 1
                if not depth:
                    return at
            at += 1
        return None

    def _last_of(self, marks: frozenset[str]) -> int:
        """The place of the last mark that can close: where there is none, nothing is read in vain."""
        if marks not in self._last:
            places = (at for at in range(len(self.line) - 1, -1, -1) if self.line[at] in marks and self._closes(at))
            self._last[marks] = next(places, -1)
        return self._last[marks]

    def _closes(self, at: int) -> bool:
        """Not where a letter follows: that is an apostrophe, or a quotation inside begins."""
        return not self._letter(at + 1)

    def _nested(self, at: int) -> bool:
        """Whether a mark like the one outside opens another quotation inside it."""
        before, after = self.line[at - 1], self.line[at + 1 : at + 2]
        return (is_blank(before) or before in "=(") and bool(after) and not is_blank(after) and after not in QUOTE_MARKS

    def _letter(self, at: int) -> bool:
        return 0 <= at < len(self.line) and self.line[at].isalnum()


def _inside(opener: str, text: str) -> str:
    if opener in GUILLEMETS:
        return text.strip()
    return re.sub(r'\\(["\\])', r"\1", text) if opener == '"' else text
