"""A typed line as its words: what stands around them is read as meant, what stands inside them is kept as typed.

Between words every blank of any script is a blank. A quotation may stand in any marks of any script, around one value,
behind `--name=` or around the whole line; inside it everything is kept, other marks and dashes too. In front of an
option's name any dash is a hyphen. What `quote` has written is read as what it was, and what `shlex.quote` has written,
as releases before stored it, as `shlex.split` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from bot.core.bot_errors import WordsError
from bot.core.parsing.characters import GUILLEMETS, QUOTE_MARKS, SINGLE, closing_marks, drop_invisible
from bot.plugin import Message
from bot.plugin.frozen import dataclass
from bot.plugin.quoting import LINK, OPTION_HEAD, QUOTES, TICK, correct_option, is_blank, quote

LONE_LINK = re.compile(rf"(?<!\S){LINK.pattern}(?!\S)")
_PLAIN = re.compile("[A-Za-z0-9À-ÖØ-öø-ÿĀ-ſЀ-ӿ_.,:;/=+@#%&!?-]+")
"""Characters that stand for themselves wherever they stand: most lines are read a word at a time."""
_PLAIN_LINE = re.compile(f"{_PLAIN.pattern}(?: {_PLAIN.pattern})*")
"""Nothing but such words with a blank between them, as most lines are."""
LONE = "’´`"
"""Marks that are none when they are alone: an apostrophe, an accent, a tick left over."""
WRAPPED = 2
"""How often a whole line may stand in quotation marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a line: as it is read, and where it stands."""

    text: str
    start: int
    end: int
    is_quotation: bool = False
    """All of it stands in one pair of quotation marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as it is read. `fault` is what is wrong with its quotation marks, from the word `faulty` on."""

    text: str
    words: Sequence[Word]
    fault: WordsError | None = None
    faulty: int = 0

    def as_typed(self, places: Sequence[int]) -> str:
        """The words at these places with what stands around and between them; of one quotation, what is in it.

        Between words that do not follow each other stands a blank.
        """
        words = [self.words[place] for place in places]
        if len(words) == 1 and words[0].is_quotation:
            return words[0].text
        starts = [at for at, place in enumerate(places) if at == 0 or place != places[at - 1] + 1]
        runs = [words[start:end] for start, end in pairwise([*starts, len(words)])]
        text = " ".join(LONE_LINK.sub(r"\1", self.text[run[0].start : run[-1].end]) for run in runs)
        return text.strip("".join(filter(is_blank, text)))


def tokenize(text: str) -> Line:
    """Read a line, even if a quotation mark is left open."""
    line = _kept(text)
    # An error that was raised once holds the frames it came through, so a line with one is read again.
    return line if line.fault is None else _tokenize(text)


def _tokenize(text: str) -> Line:
    line = drop_invisible(text)
    if _PLAIN_LINE.fullmatch(line):
        places = [word.span() for word in _PLAIN.finditer(line)]
        words = (Word(text=correct_option(line[start:end]), start=start, end=end) for start, end in places)
        return Line(text=line, words=tuple(words))
    for _ in range(WRAPPED):
        reading = _Reading(line)
        found = reading.read()
        if not reading.is_one_quotation:
            return found
        # Quotation marks around the whole line.
        line = found.words[0].text
    return _Reading(line).read()


_kept = lru_cache(maxsize=16)(_tokenize)
"""From its coming in to its answer one line is read several times, each time for another question."""


def split_words(text: str) -> list[str]:
    """The words of a line. Raises WordsError where a quotation mark is left open."""
    line = tokenize(text)
    if line.fault is not None:
        raise line.fault
    return [word.text for word in line.words]


def join_words(words: Iterable[str]) -> str:
    """Words as a line that one would type, with quotation marks where they are needed."""
    return " ".join(map(quote, words))


class _Word:
    """A word while it is read: its text, and how much of it stood outside quotation marks at its beginning."""

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self.text = ""
        self.bare: str | None = ""
        """What was read before the first quotation; None once one has begun the word."""
        self.quotations = 0
        self.has_escaped_tick = False
        self.begun = False

    def add(self, text: str) -> None:
        self.text += text
        self.begun = True

    def finished(self, end: int, *, ends_quoted: bool) -> Word:
        whole = self.quotations == 1 and self.bare is None and ends_quoted
        return Word(text=self._finished(), start=self.start, end=end, is_quotation=whole)

    def _finished(self) -> str:
        if self.quotations == 0:
            # Ticks around a word are left over from a paste, but for one that stands behind a backslash.
            word = self.text if self.has_escaped_tick else self.text.strip(TICK)
            link = LINK.fullmatch(word)
            return correct_option(link[1] if link else word)
        if self.bare:
            head = OPTION_HEAD.match(self.bare)
            if head:
                return correct_option(head[0]) + self.text[head.end() :]
        return self.text


class _Reading:
    """One pass over a line. `is_one_quotation`: the whole line stood in one pair of marks, and holds several words."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.is_one_quotation = False
        self._ends_quoted = False
        self._last: dict[frozenset[str], int] = {}
        self._unclosed: set[str] = set()
        self._fault: WordsError | None = None
        self._fault_at = 0

    def read(self) -> Line:
        found: list[Word] = []
        at, word = 0, _Word()
        while at <= len(self.line):
            if at == len(self.line) or is_blank(self.line[at]):
                if word.begun:
                    self._finish(word, at, found)
                at += 1
                word = _Word(at)
            else:
                at = self._read_piece(at, word)
        only = found[0] if len(found) == 1 else None
        self.is_one_quotation = only is not None and only.is_quotation and any(map(is_blank, only.text.strip()))
        faulty = sum(word.end <= self._fault_at for word in found)
        return Line(text=self.line, words=tuple(found), fault=self._fault, faulty=faulty)

    def _finish(self, word: _Word, end: int, found: list[Word]) -> None:
        finished = word.finished(end, ends_quoted=self._ends_quoted)
        if finished.text or word.quotations:
            found.append(finished)

    def _read_piece(self, at: int, word: _Word) -> int:
        """Read what begins here into the word: a quotation, plain characters or one other. Returns where it ends."""
        char = self.line[at]
        self._ends_quoted = False
        plain = _PLAIN.match(self.line, at)
        if plain:
            self._add(plain[0], word)
            return plain.end()
        if char == "\\":
            if at + 1 == len(self.line):
                self._note(at, Message("typed.backslash", line=self.line), Message("typed.remove_backslash"))
            escaped = self.line[at + 1 : at + 2] or char
            word.has_escaped_tick |= escaped == TICK
            word.add(escaped)
            return min(at + 2, len(self.line))
        if char in QUOTES and not self._fault and self._opens(at, word):
            end = self._quotation(at, word)
            if end:
                return end
        self._add(char, word)
        return at + 1

    def _add(self, text: str, word: _Word) -> None:
        """Add what stands for itself."""
        word.add(text)
        if not word.quotations and word.bare is not None:
            word.bare += text

    def _opens(self, at: int, word: _Word) -> bool:
        """Whether a mark begins a quotation: at the beginning of a word or of an option's value; a plain one wherever
        it does not stand between two letters."""
        if not word.begun or (not word.quotations and word.bare and OPTION_HEAD.fullmatch(word.bare)):
            return True
        return self.line[at] in "\"'" and not (self._is_alphabetic(at - 1) and self._is_alphabetic(at + 1))

    def _quotation(self, at: int, word: _Word) -> int:
        """Read a quotation into the word. Returns where it ends, or 0 where the mark is none."""
        opener = self.line[at]
        size = self._ticks(at) if opener == TICK else 1
        end = self._closed_at(at + size, opener)
        if end is None and opener in LONE:
            return 0
        if end is None:
            self._note(at, self._not_closed(opener), Message("typed.close_quotation"))
            return 0
        if not word.begun:
            word.bare = None
        word.add(_inside(opener, self.line[at + size : end]))
        word.quotations += 1
        self._ends_quoted = True
        return end + (min(size, self._ticks(end)) or 1)

    def _not_closed(self, opener: str) -> Message:
        if opener in SINGLE:
            return Message("typed.single_quotation_open", mark=opener, line=self.line)
        return Message("typed.double_quotation_open", mark=opener, line=self.line)

    def _note(self, at: int, sentence: Message, hint: Message) -> None:
        """Note the first fault. Behind it, marks are taken for themselves: what they belong to is not known."""
        if self._fault is None:
            self._fault, self._fault_at = WordsError(sentence, hint=hint), at

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
            end = self._closed_by(closing_marks(opener) - own, start, opener)
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
        return not self._is_alphabetic(at + 1)

    def _nested(self, at: int) -> bool:
        """Whether a mark like the one outside opens another quotation inside it."""
        before, after = self.line[at - 1], self.line[at + 1 : at + 2]
        return (is_blank(before) or before in "=(") and bool(after) and not is_blank(after) and after not in QUOTE_MARKS

    def _is_alphabetic(self, at: int) -> bool:
        return 0 <= at < len(self.line) and self.line[at].isalnum()


def _inside(opener: str, text: str) -> str:
    if opener in GUILLEMETS:
        return text.strip()
    return re.sub(r'\\(["\\])', r"\1", text) if opener == '"' else text
