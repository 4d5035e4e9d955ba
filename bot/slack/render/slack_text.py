"""Text for Slack: escaped, cut with a visible mark, with people and channels where the bot put them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.core import mentions
from bot.core.text import format_time
from bot.language.catalogues import ENGLISH
from bot.language.translation import translate
from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass
from bot.slack.render.block_kit import Block, Context, Markdown, Section, make_context, make_markdown, make_section

SECTION_MOST = 2_900
TYPED = "/b24"
"""What stands in front of a line to type."""
CUT = " […]"
"""Stands where something was left out, in every language."""
HIDDEN = "\ufffd"
"""Stands for a character that nobody sees, or that turns what follows around."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_HALF = re.compile(r"(?:&[a-z]{0,3}|<[^<>]{0,90})\Z")


def show_invisible(text: str) -> str:
    """Replace what would be read as something else than it is: control characters and changes of direction."""
    return _UNSEEN.sub(HIDDEN, text.replace("\r\n", "\n"))


def escape(text: str) -> str:
    """Make text mean itself in mrkdwn."""
    return show_invisible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes texts for Slack, in the words of one language. `command` stands in front of lines to type."""

    language: str = ENGLISH
    command: str = TYPED

    def translate(self, text: Text) -> str:
        """The words of a text, with the bot's own marks in them."""
        return translate(text, self.language)

    def mrkdwn(self, text: Text) -> str:
        """The words, escaped; the bot's own marks become mentions, Slack's dates and code."""
        return mentions.replace_marks(
            mentions.unquote_command_lines(escape(self.translate(text))),
            person=lambda name: mention(name, self.language),
            channel=lambda channel: f"<#{channel}>",
            time=format_time_token,
            command_line=self._typed_line,
        )

    def plain(self, text: Text) -> str:
        """The words for plain_text objects, where nothing is a mention."""
        return mentions.replace_marks(
            show_invisible(self.translate(text)),
            person=lambda name: _write_name(name, self.language),
            channel=lambda channel: f"#{channel}",
            command_line=lambda line: f"{self.command} {line}",
        )

    def _typed_line(self, line: str) -> str:
        return "`{} {}`".format(self.command, line.replace("`", "'"))


ENGLISH_WRITER = Writer()


def mrkdwn(text: Text, language: str = ENGLISH) -> str:
    """Put a text into words and escape them, then turn the bot's own marks into mentions, Slack's dates and code."""
    return Writer(language=language).mrkdwn(text)


def mention(name: str, language: str = ENGLISH) -> str:
    """Mention whom a mark stands for. An account of the host's shell has no name in Slack and is written out."""
    return _of_shell(name, language) if mentions.is_local(name) else f"<@{mentions.read_user(name)}>"


def _of_shell(name: str, language: str) -> str:
    return translate(Message("slack.shell_account", account=mentions.read_user(name)), language)


def plain(text: Text, language: str = ENGLISH) -> str:
    """Text for plain_text objects, where nothing is a mention."""
    return Writer(language=language).plain(text)


def _write_name(name: str, language: str) -> str:
    return _of_shell(name, language) if mentions.is_local(name) else f"@{mentions.read_user(name)}"


def notification(text: Text, most: int = 3_000, language: str = ENGLISH) -> str:
    """What a phone shows instead of the blocks. Slack reads mentions there, too: it names whom they stand for."""
    return cut(mrkdwn(text, language), most)


def cut(text: str, most: int) -> str:
    """At most `most` characters; what is cut is said to be. Nothing escaped and no mention is cut in half."""
    return text if len(text) <= most else _HALF.sub("", text[: most - len(CUT)]) + CUT


def fit_lines(lines: Iterable[str], *, most: int, characters: int, language: str = ENGLISH) -> Iterator[str]:
    """Finished lines, as many as `most` and as fit into so many characters, then how many more there are."""
    everything = list(lines)
    left = characters
    for index, line in enumerate(everything):
        shown = cut(line, characters // 4)
        left -= len(shown) + 1
        if index == most or left < 0:
            yield mrkdwn(Message("answer.more_lines", count=len(everything) - index), language)
            return
        yield shown


def format_time_token(at: int) -> str:
    """A moment, shown to each reader in their own time zone."""
    return f"<!date^{at // 1000}^{{date_short_pretty}} {{time}}|{format_time(at)}>"


def marked(text: str, most: int = SECTION_MOST) -> Markdown:
    """Finished text, at most so many characters of it."""
    return make_markdown(cut(text, most))


def section(text: str) -> Section:
    return make_section(cut(text, SECTION_MOST))


def context(text: str) -> Context:
    return make_context(cut(text, SECTION_MOST))


def sections(lines: list[str]) -> list[Block]:
    """As few sections as hold the lines, each within Slack's limit."""
    blocks: list[Block] = []
    held: list[str] = []
    for line in [cut(line, SECTION_MOST) for line in lines]:
        if sum(len(one) + 1 for one in held) + len(line) > SECTION_MOST:
            blocks.append(section("\n".join(held)))
            held = []
        held.append(line)
    return [*blocks, section("\n".join(held))] if held else blocks
