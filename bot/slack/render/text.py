"""Text for Slack: escaped, cut with a visible mark, with people and channels where the bot put them."""

from __future__ import annotations

from typing import Any

from bot.core import marks
from bot.core.words import moment

Block = dict[str, Any]
SECTION_MOST = 2_900
CUT = "… (cut)"


def escape(text: str) -> str:
    """Make text mean itself in mrkdwn."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(text: str) -> str:
    """Escape, then turn the bot's own marks into mentions."""
    return marks.render(escape(text), person=lambda user: f"<@{user}>", channel=lambda channel: f"<#{channel}>")


def plain(text: str) -> str:
    """Text for plain_text objects and notifications, where nothing is a mention."""
    return marks.render(text, person=lambda user: f"@{user}", channel=lambda channel: f"#{channel}")


def cut(text: str, most: int) -> str:
    """At most `most` characters; what is cut is said to be."""
    return text if len(text) <= most else text[: most - len(CUT)] + CUT


def when(at: int) -> str:
    """A moment, shown to each reader in their own time zone."""
    return f"<!date^{at // 1000}^{{date_short_pretty}} {{time}}|{moment(at)}>"


def section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, SECTION_MOST), "verbatim": True}}


def context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(text, SECTION_MOST), "verbatim": True}]}


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
