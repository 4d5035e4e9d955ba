"""Which place a command acts on: the one it names, else the person's own choice, else the stored default.

Time and order decide nothing: a choice is stored by the identity of the place, and only a command changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.core.audit.audit_record import PLACE_FACT, Entry, Fact, Tag
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import ChangeRequest
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.usage import NAME, describe_line, spell_place_option
from bot.core.principals import Principal
from bot.host.hosted_plugin import HostedPlugin
from bot.host.registry import Registry
from bot.language.command_words import tell_line
from bot.plugin import CommandLine, Message, Place, PlaceTerm, Plugin, PluginError, Refusal, Text
from bot.plugin.frozen import dataclass
from bot.store.store import Transaction
from bot.usecases.context import Context

DEFAULT, OWN = "default portal", "own portal"
"""The kinds of the records: one default for each plugin, and one choice for each plugin and person. They stay as they
are stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A stored choice: the name the place had, and the identity that it keeps."""

    name: str
    identity: str

    def find_in(self, places: Sequence[Place]) -> Place | None:
        """The place that was chosen, whatever it is called now; None when it is not known any more."""
        return next((place for place in places if place.identity == self.identity), None)


def term_of(registry: Registry, plugin: str) -> PlaceTerm:
    """What people call a place of this plugin."""
    found = registry.plugins.get(plugin)
    return found.place_term if found is not None else registry.place_term


def default_of(ctx: Context, plugin: str) -> Choice | None:
    """The default of everybody who has not chosen a place."""
    return _read(ctx, DEFAULT, plugin)


def own_choice(ctx: Context, plugin: str, person: Principal) -> Choice | None:
    """What this person has chosen for their own commands."""
    return _read(ctx, OWN, _key(plugin, person))


def _read(ctx: Context, kind: str, key: str) -> Choice | None:
    stored = ctx.store.records(BUILTIN).get(kind, key)
    return Choice(name=str(stored["name"]), identity=str(stored["identity"])) if stored else None


def _key(plugin: str, person: Principal) -> str:
    return f"{plugin} {person.id}"


def set_default(tx: Transaction, ctx: Context, plugin: str, place: Place, *, by: Principal, request: str = "") -> None:
    """Make a place everybody's default, on the record."""
    before = default_of(ctx, plugin)
    tx.records(BUILTIN).put(DEFAULT, plugin, {"name": place.name, "identity": place.identity})
    facts: dict[str, Fact] = {PLACE_FACT: place.name, "before": before.name if before else "", "request": request}
    tx.record(Entry(tag=Tag.DEFAULT_PLACE_SET, actor=by.id, subject=plugin, facts=facts))


def set_own(tx: Transaction, ctx: Context, plugin: str, person: Principal, place: Place | None) -> None:
    """Store what a person chose for themselves, or take it back, on the record."""
    before = own_choice(ctx, plugin, person)
    records = tx.records(BUILTIN)
    if place is None:
        records.delete(OWN, _key(plugin, person))
    else:
        records.put(OWN, _key(plugin, person), {"name": place.name, "identity": place.identity})
    facts: dict[str, Fact] = {PLACE_FACT: place.name if place else "", "before": before.name if before else ""}
    tx.record(Entry(tag=Tag.OWN_PLACE_SET, actor=person.id, subject=plugin, facts=facts))


def choose_place(
    ctx: Context, plugin: str, places: Sequence[Place], person: Principal, named: str | None = None
) -> Place:
    """The place a line is about. Raises Refusal, with what to type, where nothing stored says which."""
    term = term_of(ctx.registry, plugin)
    if not places and not _can_be_added(ctx.registry, plugin):
        raise Refusal(
            Message("place.plugin_without_places", plugin=plugin),
            hint=Message("place.plugin_settings_hint"),
        )
    if named is not None or not places:
        return find_place(places, named or "", term)
    own = own_choice(ctx, plugin, person)
    if own is not None:
        gone = Message("place.own_gone", term=term.label, name=own.name)
        remedy = Message(
            "place.own_gone_hint", option=spell_place_option(term), command=_use(term), known=_names(places)
        )
        return own.find_in(places) or _refuse(gone, remedy)
    default = default_of(ctx, plugin)
    if default is not None:
        gone = Message("place.default_gone", term=term.label, name=default.name)
        remedy = Message(
            "place.default_gone_hint", option=spell_place_option(term), command=_use_for_all(term), known=_names(places)
        )
        return default.find_in(places) or _refuse(gone, remedy)
    if len(places) > 1:
        raise Refusal(
            Message("place.no_default", term=term.label, names=_names(places)),
            hint=Message(
                "place.no_default_hint", option=spell_place_option(term), own=_use(term), default=_use_for_all(term)
            ),
        )
    return places[0]


def _can_be_added(registry: Registry, plugin: str) -> bool:
    """Whether a plugin's places are made known by the command that is named where there are none."""
    path = term_of(registry, plugin).adding_path
    owners = (registry.owner(command) for command in registry if command.path == path)
    return any(owner is not None and owner.name == plugin for owner in owners)


def _use(term: PlaceTerm, name: Text = NAME) -> CommandLine:
    return CommandLine(command_line=describe_line(f"{term.word} use", name))


def _use_for_all(term: PlaceTerm, name: Text = NAME) -> CommandLine:
    return CommandLine(command_line=describe_line(f"{term.word} use", name, "--for-all"))


def _refuse(gone: Message, remedy: Message) -> Place:
    """Never fall back on another place: the same words would then change something else."""
    raise Refusal(gone, hint=remedy)


def find_place(places: Sequence[Place], name: str, term: PlaceTerm) -> Place:
    """The place of this name. Raises Refusal with the names there are."""
    if not places:
        raise Refusal(
            term.no_place,
            hint=Message("place.none_hint", command=describe_line("b24bot", tell_line(term.adding_path), NAME)),
        )
    names = [place.name for place in places]
    renamed = next((place for place in places if name in place.former_names), None)
    if renamed is not None and name not in names:
        return renamed
    if name not in names:
        meant = find_nearest(name, names)
        known = Message("place.meant", name=meant) if meant else Message("place.known", names=_names(places))
        raise Refusal(Message("place.unknown", term=term.label, name=name), hint=known)
    return places[names.index(name)]


def _names(places: Sequence[Place]) -> tuple[str, ...]:
    return tuple(place.name for place in places)


def list_default_places(
    ctx: Context, plugin: str, places: Sequence[Place], person: Principal
) -> Mapping[str, Sequence[str]]:
    """For the names of places that lines without --place act on: whose lines, "you" and "everybody"."""
    default, own = default_of(ctx, plugin), own_choice(ctx, plugin, person)
    everybody = default.find_in(places) if default else places[0] if len(places) == 1 else None
    mine = own.find_in(places) if own else None
    chosen = {"you": mine, "everybody": everybody}
    return {
        place.name: [whose for whose, one in chosen.items() if one == place]
        for place in places
        if place in chosen.values()
    }


def keep_first_place(
    tx: Transaction, ctx: Context, plugin: str, before: Sequence[Place], after: Sequence[Place], by: Principal
) -> Message | None:
    """Once a place was added: let the one there was, or the new one, become the default where none is stored yet.

    Returns what to tell whoever added it; None when none was added.
    """
    added = [place for place in after if place.identity not in {one.identity for one in before}]
    if not added:
        return None
    default, term = default_of(ctx, plugin), term_of(ctx.registry, plugin)
    own, for_all = _use(term, added[0].name), _use_for_all(term, added[0].name)
    if default is None and len(before) < 2:
        first = (before or added)[0]
        set_default(tx, ctx, plugin, first, by=by)
        default = Choice(name=first.name, identity=first.identity)
    if default is None:
        return Message("place.added_without_default", term=term.label, default=for_all)
    if default.identity == added[0].identity:
        return Message("place.added_default", term=term.label, name=default.name, option=spell_place_option(term))
    return Message("place.added", term=term.label, name=default.name, own=own, default=for_all)


def has_several_places(ctx: Context, plugin: str) -> bool:
    """Whether what is said about a plugin has to name the place. A plugin that cannot tell may have several."""
    found = ctx.registry.plugins.get(plugin)
    try:
        return found is None or len(found.places(ctx.services(plugin))) > 1
    except PluginError:
        return True


def describe_with_place(ctx: Context, change: ChangeRequest) -> Text:
    """A change request's plan in words; where there are several places, with the one it is about."""
    return change.summary_with_place if has_several_places(ctx, change.plugin) else change.plan.summary


def list_adding_lines(plugins: Iterable[Plugin]) -> tuple[Text, ...]:
    """List the commands of the terminal that make a first place known: one of each plugin that has such a command."""
    return tuple(
        describe_line("b24bot", tell_line(path), NAME)
        for plugin in plugins
        if (path := plugin.place_term.adding_path) in {command.path for group in plugin.groups for command in group}
    )


def list_place_plugins(registry: Registry) -> Sequence[HostedPlugin]:
    """The plugins that bring places: all but the bot's own."""
    return [plugin for name, plugin in registry.plugins.items() if not registry.is_local(name)]
