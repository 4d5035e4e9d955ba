"""What people type in a terminal for the storyboards: a scene is a folder in some state, and lines typed there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot
from tests.cli.test_untrusted import change_a_record
from tests.slack.render.answer_cases import MISTAKES
from tests.slack.strange_texts import EMOJI, HOSTILE, LONG, RIGHT_TO_LEFT

NAMES = {"emoji": EMOJI, "right_to_left": RIGHT_TO_LEFT, "hostile": HOSTILE, "long": LONG[:250]}
"""The names of connectors that strangers have chosen, by the ids of the connectors."""
PORTAL = ("portal", "add", "shop", "--domain", "{domain}", "--member-id", "{member}", "--client-id", "{client}")
GRANTS = ("access grant T0001:U0001 admin", "access grant T0001:U0002 admin", "access grant T0001:U0003 operator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line, what is typed at its questions, and variables that are set for it."""

    words: Sequence[str]
    answers: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalScene:
    """Lines typed one after the other. `kept` is the part of the installation that is there before."""

    lines: Sequence[Typed]
    kept: str
    """`nothing`, `key` or `everything`: then the settings lead to simulators, too."""
    granted: bool = False
    """Whether two admins and an operator are on the allow-list."""
    prepare: Callable[[CliBot, PortalSimulation], object] = lambda _bot, _portal: None


def _lines(*lines: str) -> list[Typed]:
    return [Typed(words=line.split()) for line in lines]


def _seed_names(_: CliBot, portal: PortalSimulation) -> None:
    connectors = [{"id": ident, "name": name} for ident, name in NAMES.items()]
    portal.portal.seed(
        connectors=connectors,
        lines=[{"id": 7, "name": HOSTILE}, {"id": 8, "name": RIGHT_TO_LEFT}],
        activations=[{"connector": ident, "line": line} for ident in NAMES for line in (7, 8)],
    )


def _break_log(bot: CliBot, _: PortalSimulation) -> None:
    change_a_record(bot)


SCENES: Mapping[str, TerminalScene] = {
    "first-hour": TerminalScene(
        kept="nothing",
        lines=[
            *_lines("status", "doctor", "whoami", "portal list", "serve", "access grant T0001:U0001 admin"),
            Typed(words=["init"], answers=["n"]),
            Typed(words=["init"], answers=["perhaps", "y", "web", "socket", "xapp-1", "xoxb", *[""] * 5]),
            *_lines("init --yes", "status", "doctor", "portal list", "portal check", "connector list", "audit find"),
            *_lines("access list", "request list", "outbox list", "key list", "audit verify", "serve"),
        ],
    ),
    "pages": TerminalScene(
        kept="everything",
        granted=True,
        lines=_lines(
            *("whoami", "status", "doctor", "portal list", "portal check", "access list", "audit find"),
            *("connector list", "connector list --kind built-in", "connector show myconnector"),
            *("connector status --all", "line list", "line show 1", "request list", "outbox list", "key list"),
            *("audit verify", "audit archive", "backup", "audit find --tag access --limit 1"),
            *("audit find --text nothing", "request show CR-7", "connector list --json --portal x", "status extra"),
        ),
    ),
    "changes": TerminalScene(
        kept="everything",
        granted=True,
        lines=[
            *_lines("connector remove myconnector --dry-run", "connector deactivate myconnector 2 --dry-run"),
            Typed(words=["connector", "remove", "myconnector"], answers=["n"]),
            Typed(words=["connector", "remove", "myconnector", "--reason", "old number"], answers=["y"]),
            *_lines("connector remove myconnector", "connector deactivate myconnector 1", "request show CR-1001"),
            *_lines("request list", "request list --status pending", "request settle CR-1001 done"),
            *_lines("request withdraw CR-1001", "request withdraw CR-1001", "request show CR-1001"),
            Typed(words=["connector", "activate", "shopchat", "1"], answers=["n"]),
            *_lines("connector activate shopchat 1", "connector activate shopchat 1 --yes"),
            *_lines("access grant T0001:U0003 viewer", "access revoke T0001:U0003", "access revoke T0001:U0003"),
            *_lines("freeze wrong numbers", "connector remove shopchat", "status", "unfreeze", "unfreeze --yes"),
            *_lines("outbox list", "outbox drop 1", "outbox drop 99", "outbox retry all", "approve CR-1001"),
            *_lines("key rotate", "key list", "key retire k1", "audit find", "audit verify", "backup"),
        ],
    ),
    "mistakes": TerminalScene(
        kept="everything",
        lines=[
            *(Typed(words=["run", line]) for line in MISTAKES),
            *_lines("conector list", "connector fly", "tractor", "doctor foo", "outbox", "outbox drop", "outbox lst"),
            *_lines("outbox list --limt 3", "outbox list --limit x", "audit export --format x", "init --yes=3"),
            *_lines("--foo", "audit find --limit", "request settle CR-1 maybe", "коннектр список"),
            *_lines("коннектор удалит x", "portal add", "portal add shop", "portal use nowhere"),
            *_lines("connector list --portal nowhere", "restore none.sqlite3", "key retire k9", "help tractor"),
            *_lines("помощь тракторы", "tractor" * 50),
        ],
    ),
    "prompts": TerminalScene(
        kept="key",
        lines=[
            Typed(words=["portal", "add", "shop"], answers=["{domain}", "{member}", "{client}", "", ""]),
            Typed(words=["portal", "add", "shop"], answers=["{domain}", "{member}", "{client}", *["secret-value"] * 3]),
            *_lines("portal check"),
            Typed(words=PORTAL, answers=["{client_secret}", "{access}", "{refresh}"]),
            Typed(words=[*PORTAL, "--replace"], answers=["{client_secret}", "{access}", "{refresh}"]),
            *_lines("portal list", "portal check", "portal use shop", "portal use shop --for-all"),
            Typed(words=["connector", "activate", "myconnector", "3"], answers=["maybe", "n"]),
            Typed(words=["portal", "remove", "shop"], answers=["shpo"]),
            Typed(words=["portal", "remove", "shop"], answers=["shop"]),
            *_lines("portal remove shop", "portal list"),
        ],
    ),
    "values": TerminalScene(
        kept="everything",
        granted=True,
        prepare=_seed_names,
        lines=[
            *_lines("connector list", "line list", "line show 7", "connector show hostile", "connector show long"),
            *_lines(*(f"connector remove {ident} --dry-run" for ident in NAMES)),
            *(
                Typed(words=["connector", "remove", ident, "--reason", name], answers=["y"])
                for ident, name in NAMES.items()
            ),
            *_lines("request list", "request show CR-1003", "audit find"),
        ],
    ),
    "broken-log": TerminalScene(
        kept="everything",
        granted=True,
        prepare=_break_log,
        lines=_lines(
            *("status", "doctor", "audit verify", "audit find", "access grant T0001:U0009 viewer", "freeze enough"),
            *("connector remove myconnector", "connector list", "backup"),
        ),
    ),
}
