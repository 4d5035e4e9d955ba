"""What the terminal prints, as text in each language: the pages of help, and scenes that are played for real."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bot.cli.root import OWN
from bot.cli.session import Terminal
from bot.core.principals import Principal
from bot.core.text import one_line
from bot.playground.workspace import SlackWorkspace
from bot.plugin import quote
from bot.slack.render.slack_text import cut, show_invisible
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot
from tests.cli.help.test_help_pages import PAGES
from tests.storyboards.board import FOLDER, LANGUAGES, Drawn, as_file, part
from tests.storyboards.terminal_scenes import GRANTS, SCENES, TerminalScene, Typed

TERMINAL = FOLDER / "terminal"
LOCALES = {"en": "en_GB.UTF-8", "ru": "ru_RU.UTF-8"}
OTHER_EACH_TIME = (
    (r"127\.0\.0\.1:\d+", "127.0.0.1:55555"),
    (r"\b(ports?|порту) \d+", r"\1 55555"),
    (r"worked \d+ s on [\w.]+", "worked 0 s on scope"),
    (r"портал работал над [\w.]+ \d+ с", "портал работал над scope 0 с"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "2026-03-01 12:00 UTC"),
    (r"b24bot-\d{8}T\d{9}Z", "b24bot-20260301T120000000Z"),
    (r"\b[0-9a-f]{16}\b", "0123456789abcdef"),
    (r"SQLite \d+\.\d+\.\d+", "SQLite 3.0.0"),
    (r"\bE-[0-9a-f]{6}\b", "E-0a1b2c"),
    (r"[\d,]+ MB free", "9,999 MB free"),
    (r"[\d\u00a0]+ МБ", "9\u00a0999 МБ"),
    (r"\b\d+\sseconds?\b|\bless than a second\b", "5 seconds"),
    (r"\b\d+\sсекунд\w*", "5 секунд"),
    (r'"at": "[^"]*"', '"at": "2026-03-01 12:00:00,000"'),
)
"""What is another with each run, and what stands for it."""
LATE = re.compile(r"\n[^\n]*(?:lists were read|Списки портала прочитаны)[^\n]*")
"""A line that is there only where the machine was slow."""


class AdminsTerminal(Terminal):
    """A terminal of an account that has one name on every machine; `asked` tells whether somebody is there."""

    def __init__(self, *, asked: bool) -> None:
        super().__init__()
        self.__dict__["person"] = Principal.shell("admin")
        self._asked = asked

    @property
    def asks(self) -> bool:
        return self._asked


def draw_terminal() -> Drawn:
    """Every storyboard of the terminal by its file."""
    return {
        TERMINAL / language / f"{name}.txt": as_file(lines)
        for language in LANGUAGES
        for name, lines in (*_draw_help(language), *_draw_scenes(language))
    }


def _draw_help(language: str) -> Iterator[tuple[str, list[str]]]:
    """The page of every command, those of a group in one file."""
    with tempfile.TemporaryDirectory() as folder:
        bot = CliBot(Path(folder))
        pages: dict[str, list[str]] = {"help": list(_type(bot, Typed(words=["help"]), language, {}))}
        for path in PAGES:
            group = path.split()[:1]
            name = "help-own" if not path or (group[0] in OWN and " " not in path) else f"help-{group[0]}"
            pages.setdefault(name, []).extend(_type(bot, Typed(words=[*path.split(), "--help"]), language, {}))
        yield from pages.items()


def _draw_scenes(language: str) -> Iterator[tuple[str, list[str]]]:
    for name, scene in SCENES.items():
        yield name, list(_play(scene, language))


def _play(scene: TerminalScene, language: str) -> Iterator[str]:
    with ExitStack() as stack:
        # A path of one length on every machine: wide texts are folded by it.
        bot = CliBot(Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp"))))
        portal = PortalSimulation()
        stack.callback(portal.stop)
        portal.seed()
        facts = portal.settings()
        if scene.kept != "nothing":
            bot.make_key()
        if scene.kept == "everything":
            bot.connect(portal, stack.enter_context(SlackWorkspace(rate_limit=False)))
        else:
            bot.settings |= {name: facts[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
        for line in GRANTS if scene.granted else ():
            bot.type_at(AdminsTerminal(asked=False), "", *line.split())
        scene.prepare(bot, portal)
        values = {
            "domain": facts["BITRIX24_DOMAIN"],
            "member": facts["BITRIX24_MEMBER_ID"],
            "client": facts["BITRIX24_CLIENT_ID"],
            "client_secret": facts["BITRIX24_CLIENT_SECRET"],
            "access": facts["BITRIX24_ACCESS_TOKEN"],
            "refresh": facts["BITRIX24_REFRESH_TOKEN"],
        }
        for typed in scene.lines:
            yield from _type(bot, typed, language, values)


def _type(bot: CliBot, typed: Typed, language: str, values: dict[str, str]) -> Iterator[str]:
    """Type a line; what it printed, in the order in which it was printed, and its exit code."""
    words, answers = ([each.format(**values) for each in row] for row in (typed.words, typed.answers))
    more = {"LANG": LOCALES[language], **typed.variables}
    shown = bot.type_at(AdminsTerminal(asked=bool(answers)), "".join(f"{one}\n" for one in answers), *words, **more)
    title = " ".join(["b24bot", *map(quote, typed.words)])
    told = one_line(cut(show_invisible(title), 100)) + "".join(f" ← {one}" for one in typed.answers)
    ended = [f"(exit code {shown.exit_code})"] if shown.exit_code else []
    yield from part(told, [*_steady(shown.output, bot, values).splitlines(), *ended])


def _steady(printed: str, bot: CliBot, values: dict[str, str]) -> str:
    for name in ("member", "client"):
        printed = _replace_folded(printed, values.get(name, ""), name)
    printed = printed.replace(str(bot.folder), "/home/admin/bot")
    printed = LATE.sub("", printed)
    for pattern, instead in OTHER_EACH_TIME:
        printed = re.sub(pattern, instead, printed)
    return printed


def _replace_folded(printed: str, value: str, name: str) -> str:
    """Put another value of the same length for one that may be folded into two lines of a cell."""
    instead = f"{name:0<{len(value)}}"
    for at in range(len(value), 8, -1):
        if value[:at] in printed:
            printed = printed.replace(value[:at], instead[:at])
            return re.sub(rf"(?<=\s){value[at:]}(?=\s|$)", instead[at:], printed) if value[at:] else printed
    return printed
