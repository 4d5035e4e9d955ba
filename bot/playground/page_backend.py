"""What the playground's page shows and does, over a playground; and the page, served until it is stopped."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.core.principals import Role
from bot.language.catalogues import ENGLISH
from bot.language.translation import translate
from bot.playground.environment import ROLES, Playground
from bot.playground.environment_faults import FaultControl
from bot.playground.form_entries import enter_values
from bot.playground.person_views import sight_of, tables_of
from bot.playground.portal_control import PortalSide
from bot.playground.second_terminal import connecting_line, write_settings
from bot.playground.slack_sentences import describe_slack_sentence
from bot.playground.workspace import FormIncomplete, Persona, WorkspaceError
from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass
from bot.usecases.authority.memberships import refresh_memberships
from bot.web.page import StageRefusal, make_page
from bot.web.site import Site

SETTINGS: Mapping[str, str] = {
    "B24BOT_READBACK_AFTER": "4s",
    # Whatever plugin brings the portal, it is on this machine: only such a one may be read back so soon.
    "B24BOT_ALLOW_LOOPBACK": "on",
    "B24BOT_BREAK_GLASS": "on",
}
"""Somebody at a page does not wait over a minute for an outcome to be settled, and may try an emergency."""
PLAY_ROLES: Mapping[str, Role] = {**ROLES, "Vera": Role.ADMIN}
"""Two admins, so that what takes two of them can be tried."""
TALK: tuple[tuple[str, Message], ...] = (
    ("Vera", Message("playground.talk.problem", connector="`myconnector`")),
    ("Olga", Message("playground.talk.plan", person="Anton", channel="#approvals")),
    ("Anton", Message("playground.talk.agreed")),
)
"""What stands in #connectors before anybody does anything."""
LOCALES: Mapping[str, str] = {ENGLISH: "en-GB", "ru": "ru-RU"}
"""The locale of a person in Slack, by language."""
JOIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One playground while it is played with."""

    language: str
    """That of the channels, in which cards and audit lines are written."""
    playground: Playground
    portal: PortalSide
    troubles: FaultControl
    before: Sequence[Mapping[str, Any]]
    """The portal's tables at the beginning."""
    undo: contextlib.ExitStack
    """Takes down all of it."""

    @classmethod
    def begin(cls, plugins: str, language: str) -> Self:
        """Raises ConfigurationError when the playground cannot start."""
        with contextlib.ExitStack() as undo:
            folder = undo.enter_context(tempfile.TemporaryDirectory(prefix="b24bot-playground-"))
            settings = {**SETTINGS, "B24BOT_CHANNEL_LANGUAGE": language}
            playground = Playground(
                Path(folder), settings=settings, plugins=plugins, pace=False, roles=PLAY_ROLES, known=True, public=True
            )
            speak(playground, language)
            undo.enter_context(playground)
            write_settings(playground.folder, playground.settings)
            tell_locales(playground)
            for name, text in TALK:
                playground.workspace.people[name].say(translate(text, language))
            portal = PortalSide(playground.portal)
            before = tables_of(playground)
            troubles = FaultControl(playground, portal)
            return cls(
                language=language,
                playground=playground,
                portal=portal,
                troubles=troubles,
                before=before,
                undo=undo.pop_all(),
            )

    def end(self) -> None:
        self.undo.close()


def speak(playground: Playground, language: str) -> bool:
    """Give everybody in the workspace the locale of a language; whether somebody had another one."""
    people = [one for one in playground.workspace.people.values() if one.person.locale != LOCALES[language]]
    for one in people:
        one.flag(locale=LOCALES[language])
    return bool(people)


def tell_locales(playground: Playground) -> None:
    """Let the bot ask Slack about everybody, so that its first answer to each is in their language."""
    if playground.running is not None:
        people = map(playground.person, playground.workspace.people)
        refresh_memberships(playground.running.bot.context, people)


class PageBackend:
    """The stage that bot.web.page asks for. Use as a context manager, or `stop` it in the end."""

    def __init__(self, *, plugins: str = "bitrix24") -> None:
        self._plugins = plugins
        self._swapping = threading.Lock()
        self._touched = False
        """Whether somebody has done something since the playground began."""
        self._playing = Session.begin(plugins, ENGLISH)

    @property
    def playground(self) -> Playground:
        """The playground as it is until the next reset."""
        return self._playing.playground

    def stop(self) -> None:
        with self._swapping:
            self._playing.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def speak(self, language: str) -> None:
        """Let the bot answer everybody in this language. While nothing was done yet, its channels speak it, too."""
        with self._swapping:
            if self._playing.language != language and not self._touched:
                self._renew(language)
            elif speak(self.playground, language):
                self._playing.troubles.forget_accounts()
                tell_locales(self.playground)

    def look(self, person: str) -> Mapping[str, Any]:
        """As in `person_views.py`, with `before` (the portal's first tables), its newest `calls`, and `troubles`."""
        playing = self._playing
        seen = sight_of(playing.playground, self._persona(playing.playground, person))
        seen |= {"before": playing.before, "calls": playing.portal.calls(), "troubles": playing.troubles.rows()}
        seen |= {"card": playing.portal.card, "line": connecting_line(playing.playground.folder, playing.portal.url)}
        digest = hashlib.sha256(json.dumps(seen, sort_keys=True, default=repr).encode()).hexdigest()
        return {**seen, "revision": digest[:16]}

    def slash(self, person: str, text: str, channel: str) -> None:
        self._touched = True
        with _in_sentences():
            persona, typed = self._persona(self.playground, person), text.strip()
            # What begins with a slash is a command; anything else is a message, to the bot if it mentions it.
            (persona.slash if typed.startswith("/") else persona.say)(typed, channel=channel)

    def click(self, person: str, channel: str, ts: str, action_id: str, block_id: str = "") -> None:
        with _in_sentences():
            message = self.playground.workspace.message(channel, ts)
            if message is None:
                raise StageRefusal(Message("playground.page.no_message"))
            self._persona(self.playground, person).click(message, action_id, block_id=block_id)

    def submit(self, person: str, values: Mapping[str, str]) -> None:
        with _in_sentences():
            persona = self._persona(self.playground, person)
            persona.submit(enter_values(persona, values))

    def close(self, person: str) -> None:
        with _in_sentences():
            self._persona(self.playground, person).close()

    def cause(self, name: str) -> None:
        self._touched = True
        with _in_sentences():
            self._playing.troubles.cause(name)

    def reset(self) -> None:
        """A new playground in place of this one, at once; the old one is taken down behind it.

        Its channels have the language that was chosen last.
        """
        with self._swapping:
            languages = {locale: language for language, locale in LOCALES.items()}
            self._renew(languages[self.playground.workspace.people["Olga"].person.locale])

    def _renew(self, language: str) -> None:
        old, self._playing = self._playing, Session.begin(self._plugins, language)
        self._touched = False
        threading.Thread(target=old.end, name="old playground").start()

    def _persona(self, playground: Playground, name: str) -> Persona:
        found = playground.workspace.people.get(name)
        if found is None:
            raise StageRefusal(Message("playground.page.nobody", name=name))
        return found


@contextlib.contextmanager
def _in_sentences() -> Iterator[None]:
    """What the simulated people cannot do comes out as a sentence for the page."""
    try:
        yield
    except FormIncomplete as error:
        raise StageRefusal(Message("playground.page.incomplete"), problems=_describe(error.problems)) from None
    except (WorkspaceError, LookupError) as error:
        cause = error.args[0] if error.args else Message("playground.page.impossible")
        told = cause if isinstance(cause, Message) else describe_slack_sentence(str(cause))
        raise StageRefusal(told if isinstance(told, Message) else _as_sentence(told)) from None


def _describe(problems: Mapping[str, str]) -> Mapping[str, Text]:
    return {block: describe_slack_sentence(says) for block, says in problems.items()}


def _as_sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}.".replace("..", ".")


def run_page(
    port: int, say: Callable[[str], object], *, plugins: str = "bitrix24", stop: threading.Event | None = None
) -> None:
    """Serve the playground on 127.0.0.1 until `stop` is set or the process is interrupted.

    `say` gets the address once the page answers. `port` 0 picks a free one. Raises ConfigurationError when it
    cannot start, OSError when the port is taken.
    """
    until = stop or threading.Event()
    # Said before the playground is built, and before waitress, which leaves its socket behind when it cannot bind.
    socket.create_server(("127.0.0.1", port)).close()
    with PageBackend(plugins=plugins) as stage:
        site = Site(make_page(stage), "127.0.0.1", port)
        serving = threading.Thread(target=site.run, name="page", daemon=True)
        serving.start()
        try:
            say(f"http://127.0.0.1:{site.port}/")
            until.wait()
        except KeyboardInterrupt:
            return
        finally:
            site.stop()
            serving.join(timeout=JOIN_SECONDS)
