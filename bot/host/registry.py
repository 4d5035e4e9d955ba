"""All commands of all plugins, and which plugin each belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from bot.core.bot_errors import ConfigurationError
from bot.core.joined_sentences import pair_sentences
from bot.core.parsing.command_table import Commands
from bot.core.parsing.invocation import AnyCommand, understand
from bot.core.parsing.usage import list_examples
from bot.host.guarded_calls import guard_plugin
from bot.host.hosted_plugin import HostedPlugin
from bot.host.plugin_catalogues import bind_plugin_catalogue
from bot.host.prepared_commands import list_collisions, name_places, prepare_command, prepare_own_command
from bot.language.command_words import bind_commands
from bot.plugin import Event, Message, PlaceTerm, Plugin, PluginError

PLACES = "place"
"""The noun of b24bot's own command that chooses a place; it is typed with the plugin's word for one."""
TERMINAL_WORDS = frozenset(
    {
        *("access", "audit", "backup", "completion", "database", "doctor", "init", "key", "outbox", "play"),
        *("policy", "request", "restore", "run", "serve", "simulate", "work"),
    }
)
"""The first words of the terminal's own commands: a noun of that name could not be reached there."""
_ANY_TERM = PlaceTerm()
"""What a place is called where the plugins agree on no word. One object: what is made of it is made once."""


class Registry:
    """The commands the bot has. Raises ConfigurationError where one of them could not be told from another."""

    def __init__(
        self, plugins: Iterable[Plugin], *, local: Iterable[Plugin] = (), builtin: Iterable[AnyCommand] = ()
    ) -> None:
        """`local` are the plugins that change what the bot itself keeps: their calls are transactions of its store.

        They are done or not, and never *unknown*, and no place is asked for them. No plugin can claim it of itself.
        """
        self.plugins: dict[str, HostedPlugin] = {}
        own = [*local]
        self._local = frozenset(plugin.name for plugin in own)
        for plugin in (*own, *plugins):
            if plugin.name in self.plugins:
                raise ConfigurationError(
                    Message("host.plugin.same_name", plugin=plugin.name),
                    hint=Message("host.plugin.see_setting"),
                )
            self.plugins[plugin.name] = guard_plugin(plugin)
            bind_plugin_catalogue(plugin)
        self._assert_events()
        self._stored = {name: frozenset(one.stored_methods) for name, one in self.plugins.items()}
        terms = [one.place_term for one in self.plugins.values() if not self.is_local(one.name)]
        self.place_term = terms[0] if len(set(terms)) == 1 else _ANY_TERM
        """What people call a place, whatever its plugin."""
        self._terms = tuple({one.word: one for one in terms}.values()) or (_ANY_TERM,)
        self._commands: dict[str, AnyCommand] = {}
        self._owners: dict[str, str] = {}
        self._nouns: dict[str, str] = dict.fromkeys(TERMINAL_WORDS, "")
        for command in builtin:
            self._add("", command)
        for plugin in self.plugins.values():
            for group in plugin.groups:
                for command in group:
                    self._add(plugin.name, command)
        self._assert_words()
        bind_commands(self)

    def _assert_words(self) -> None:
        """A plugin's word for a place is the noun of nothing else that is b24bot's own."""
        taken = {command.noun for command in self if command.placeless and command.verb != "use"} | TERMINAL_WORDS
        for plugin in self.plugins.values():
            if plugin.place_term.word in taken:
                raise ConfigurationError(
                    Message("host.plugin.place_word_taken", plugin=plugin.name, word=plugin.place_term.word)
                )
        for one in list_collisions(self, TERMINAL_WORDS):
            raise ConfigurationError(
                Message("host.plugin.word_taken", word=one.word, first=one.first, second=one.second),
                hint=Message("host.plugin.see_setting"),
            )

    def _assert_events(self) -> None:
        """Each tag belongs to one plugin, so that each record reads as that plugin says."""
        owners: dict[str, str] = {}
        for plugin in self.plugins.values():
            for event in plugin.events:
                other = owners.setdefault(event.tag, plugin.name)
                if other != plugin.name:
                    raise ConfigurationError(
                        Message("host.plugin.same_event", event=event.tag, first=other, second=plugin.name)
                    )

    def _add(self, owner: str, command: AnyCommand) -> None:
        if not self._is_own(owner):
            self._add_one(owner, prepare_command(owner, command, self.plugins[owner].place_term))
        elif command.noun != PLACES:
            self._add_one(owner, prepare_own_command(command, self.place_term, self.place_term))
        else:
            for term in self._terms:
                self._add_one(owner, name_places(prepare_own_command(command, self.place_term, term), term))

    def _add_one(self, owner: str, command: AnyCommand) -> None:
        if command.path in self._commands:
            first, second = self._called(self._owners[command.path]), self._called(owner)
            raise ConfigurationError(
                Message("host.plugin.same_command", command=command.path, first=first, second=second)
            )
        theirs = self._nouns.setdefault(command.noun, owner)
        shared = {term.word for term in self._terms}
        if owner != theirs and not self._is_own(owner) and command.noun not in shared:
            raise ConfigurationError(
                Message("host.plugin.noun_taken", plugin=owner, noun=command.noun, owner=self._called(theirs))
            )
        self._commands[command.path] = command
        self._owners[command.path] = owner

    def __iter__(self) -> Iterator[AnyCommand]:
        return iter(self.commands)

    @cached_property
    def commands(self) -> Commands:
        """All of them, those of the terminal too."""
        return Commands(self._commands.values())

    @cached_property
    def typed(self) -> Commands:
        """Commands one can type in Slack."""
        return Commands(command for each in self if (command := each.in_slack) is not None)

    def owner(self, command: AnyCommand) -> HostedPlugin | None:
        """The plugin of a command; None for the host's own."""
        return self.plugins.get(self._owners[command.path])

    def faulty_examples(self) -> Iterator[Message]:
        """Read every example of every plugin as if it were typed, and tell those that cannot be, by command."""
        for command in self:
            owner = self._owners[command.path]
            for line in () if self._is_own(owner) else list_examples(command):
                try:
                    understand(self.commands, line)
                except PluginError as error:
                    told, cause = error.sentence, error.__cause__
                    if cause:
                        told = pair_sentences(told, _describe(cause))
                    yield Message("host.plugin.faulty_example", plugin=owner, line=line, refusal=told)

    @cached_property
    def events(self) -> Mapping[str, Event]:
        """The events of all plugins, by tag."""
        return {event.tag: event for plugin in self.plugins.values() for event in plugin.events}

    def is_local(self, plugin: str) -> bool:
        """Whether a plugin changes what the bot itself keeps, and no place."""
        return plugin in self._local

    def is_stored(self, plugin: str, method: str) -> bool:
        """Whether a call of a plugin is a transaction of the bot's own store, which is done with its answer or not."""
        return method in self._stored.get(plugin, ())

    def _is_own(self, owner: str) -> bool:
        """Whether a command is b24bot's own: of no plugin, or of a local one."""
        return not owner or self.is_local(owner)

    def _called(self, owner: str) -> Message:
        return Message("host.owner.builtin") if self._is_own(owner) else Message("host.owner.plugin", plugin=owner)

    def plugin(self, name: str) -> HostedPlugin:
        """Raises ConfigurationError when a stored change request belongs to a plugin that is not loaded."""
        if name not in self.plugins:
            raise ConfigurationError(
                Message("host.plugin.not_loaded", plugin=name), hint=Message("host.plugin.add_to_setting")
            )
        return self.plugins[name]


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
