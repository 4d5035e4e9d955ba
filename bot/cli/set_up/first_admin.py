"""The first admin of a new installation: whoever types `/b24 whoami` is shown, so that nobody has to look an id up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.checks.slack_answers import APP_TOKEN, BOT_TOKEN, PersonFound, SlackAnswers
from bot.cli.processes.standard_input import can_wait, read_line, wait_for_line
from bot.cli.prompts import tell
from bot.cli.session import Terminal
from bot.cli.set_up.questions import SOCKET
from bot.core.audit.audit_record import Tag
from bot.core.principals import Principal, Role
from bot.plugin import Message, PluginError
from bot.plugin.frozen import dataclass
from bot.store.disk.process_lock import INTAKE
from bot.store.location import locate
from bot.store.store import Store
from bot.usecases.admin.allow_list import seed_admins

LINE = "whoami"
_SECONDS = 0.5
"""Between two looks at the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listening:
    """A bot that takes commands: its records, and whether a command would reach it now."""

    store: Store
    ready: Callable[[], bool]


def has_admin(terminal: Terminal) -> bool:
    """Whether somebody is an admin. Without a database nobody is."""
    if not _has_database(terminal):
        return False
    with terminal.store() as store:
        return bool(store.grants.with_role(Role.ADMIN))


def make_admin(terminal: Terminal) -> None:
    """Make the people of the setting admins of the database, where there is one. Raises PluginError.

    Without one, the first start does it.
    """
    admins = terminal.host_settings.admins
    if admins and _has_database(terminal):
        with terminal.store(writes=True) as store:
            seed_admins(store, admins, by=terminal.person)


def wait_for_speaker(terminal: Terminal, mode: str) -> bool:
    """Wait until a member of the workspace types `/b24 whoami` or somebody at the terminal presses Enter.

    Shows who typed and grants nothing; False where nobody did. A bot runs meanwhile, where none does already and Slack
    can reach one. Raises PluginError where it cannot start.
    """
    if not can_wait():
        return False
    with _listen(terminal, mode) as listening:
        if listening is None or not _wait_until_ready(listening):
            return False
        tell("", Message("cli.init.say.type_whoami", command=f"{terminal.host_settings.command} {LINE}"))
        found = _find_member(terminal, listening.store)
    if found is None:
        return False
    tell(
        Message("cli.init.say.speaker", name=found.name, person=found.person.id, workspace=found.workspace),
        Message("cli.init.say.confirm_speaker", id=found.person.user),
    )
    return True


@contextmanager
def _listen(terminal: Terminal, mode: str) -> Iterator[_Listening | None]:
    """The bot that runs already, or one that runs inside; None where Slack reaches neither."""
    settings = terminal.host_settings
    if terminal.held(INTAKE):
        with terminal.store() as store:
            yield _Listening(store=store, ready=lambda: True)
    elif mode == SOCKET and settings[BOT_TOKEN] and settings[APP_TOKEN]:
        with terminal.running(intake=True, work=True, socket=True, quiet=True) as running:
            running.start()
            running.open_socket()
            yield _Listening(store=running.bot.store, ready=lambda: all(running.readiness().values()))
    else:
        yield None


def _wait_until_ready(listening: _Listening) -> bool:
    """Wait for the connection; False where somebody pressed Enter first."""
    while not listening.ready():
        if _is_stopped():
            return False
    return True


def _find_member(terminal: Terminal, store: Store) -> PersonFound | None:
    """The first member who types from now on; None where somebody pressed Enter first. Others are named."""
    answers, last = SlackAnswers(terminal.host_settings), store.audit.place()
    after = last.seq if last else 0
    while not _is_stopped():
        for record in store.audit.walk(after=after):
            after = record.seq
            if record.tag != Tag.COMMAND_RAN or record.facts.get("line") != LINE:
                continue
            person = Principal.parse(record.actor)
            if person.local:
                continue
            try:
                return answers.describe_person(person)
            except PluginError as error:
                tell(error.sentence)
    return None


def _is_stopped() -> bool:
    """Whether somebody at the terminal pressed Enter, within a moment."""
    stopped = wait_for_line(_SECONDS)
    if stopped:
        read_line()
    return stopped


def _has_database(terminal: Terminal) -> bool:
    settings = terminal.host_settings
    return locate(settings.home, settings.database_url).exists
