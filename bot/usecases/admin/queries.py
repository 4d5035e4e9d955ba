"""The host's own commands: help, whoami, and looking at change requests, the allow-list and the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Protocol

from bot.core.audit.audit_record import Tag
from bot.core.audit.chain import HIGHEST
from bot.core.audit.stored_views import AuditRow, GrantRow
from bot.core.authority.rules.rule_evaluation import Ruling
from bot.core.change.status_names import ONE_OF, SHOWN_STATUSES, STATUS_WORDS, ShownStatus, parse_status
from bot.core.joined_sentences import pair_sentences
from bot.core.parsing.help_requests import HELP_WORDS
from bot.core.parsing.usage import ROLE, describe_line, spell_place_option
from bot.core.principals import ROLE_NAMES, Grant, Principal, Role
from bot.language.request_views import ChangeDetails, ChangeRow
from bot.plugin import (
    Arg,
    BadArgument,
    CommandLine,
    Group,
    Message,
    Person,
    PluginError,
    Refusal,
    Reply,
    Risk,
    Text,
    Time,
    Words,
    time_or_none,
)
from bot.plugin.frozen import dataclass
from bot.store.repositories.audit_log import LOOKED_AT
from bot.usecases.admin.allow_list import describe_role
from bot.usecases.admin.audit_search import find_records
from bot.usecases.admin.help_pages import CommandRow, Reader, answer_help
from bot.usecases.admin.listings import list_changes, list_grants, show_change
from bot.usecases.admin.status_report import StatusReport, report_status
from bot.usecases.authority.memberships import last_disqualification
from bot.usecases.authority.reader_views import reader_of
from bot.usecases.command_context.place_choice import choose_place, list_place_plugins, own_choice, term_of
from bot.usecases.context import Context
from bot.usecases.notices.recorded_plans import read_recorded_plan
from bot.usecases.overview.request_queue import queue_of
from bot.usecases.overview.start_card import OverviewView, make_start_card


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedLine:
    """A line that nobody typed: whose it would be, where and when."""

    person: Principal
    line: str
    channel: str = ""
    at: int = 0
    """UTC epoch milliseconds; 0 for now."""


Weigh = Callable[[Context, WeighedLine], Ruling]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryContext:
    """What the host's own commands look at, and for whom."""

    ctx: Context
    person: Principal
    role: Role | None
    channel: str = ""
    """Where the command was typed; empty for the terminal."""
    weigh: Weigh | None = None
    """Decides about a line as about a real request; None where nobody may ask for that."""


def request_number(text: str) -> int:
    """`CR-1042`, `cr1042` or `1042`."""
    digits = text.strip().lower().removeprefix("cr").removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 12):
        raise BadArgument(
            Message("request.not_a_number", text=text), hint=Message("request.number_hint", example="CR-1042")
        )
    return int(digits)


NEWEST = 50
"""How many of the newest change requests shell completion offers."""


class HasContext(Protocol):
    """What the planners of the host's own commands look at."""

    @property
    def ctx(self) -> Context: ...


def complete_numbers(subject: HasContext) -> list[str]:
    """List the numbers of the newest change requests, for shell completion."""
    return [change.id for change in subject.ctx.store.changes.newest(limit=NEWEST)]


def complete_people(subject: HasContext) -> list[str]:
    """List the ids of the people on the allow-list, for shell completion."""
    return [grant.principal.id for grant in subject.ctx.store.grants.all()]


def complete_tags(subject: HasContext) -> list[str]:
    """List the tags of audit records, for shell completion."""
    return [*Tag, *subject.ctx.registry.events]


Number = Annotated[
    int,
    Arg(
        label="CR-NUMBER",
        help="the number on its card",
        parse=request_number,
        complete=complete_numbers,
    ),
]

helping: Group[QueryContext] = Group("help", help="The commands.", words=HELP_WORDS)
being: Group[QueryContext] = Group("whoami", help="Your ids and your role.", words={"ru": ("кто я", "я")})
requests: Group[QueryContext] = Group(
    "request",
    help="Change requests.",
    words={"ru": ("запрос", "запросы", "запросов")},
)
access: Group[QueryContext] = Group("access", help="The allow-list.", words={"ru": ("доступ",)})
audit: Group[QueryContext] = Group(
    "audit", help="The audit log.", words={"en": ("log", "history", "events"), "ru": ("журнал", "аудит", "история")}
)
seeing: Group[QueryContext] = Group(
    "overview",
    help="What waits for you, your change requests and what needs attention.",
    words={"en": ("home", "menu"), "ru": ("обзор", "начало", "меню")},
)
being_well: Group[QueryContext] = Group(
    "status",
    help="The state of b24bot.",
    words={
        "en": ("version", "ping", "health", "settings", "info"),
        "ru": ("статус", "состояние", "версия", "пинг", "настройки"),
    },
)
LIST: Words = {"en": ("ls",), "ru": ("список",)}
SHOW: Words = {"en": ("get", "view"), "ru": ("показать",)}
OPTION_WORDS: Mapping[str, Words] = {
    "--status": {"ru": ("статус", "состояние")},
    "--mine": {"ru": ("мои",)},
    "--waiting": {"ru": ("ждут", "ожидают")},
    "--subject": {"ru": ("объект",)},
    "--tag": {"ru": ("тег",)},
    "--actor": {"ru": ("кто",)},
    "--text": {"ru": ("текст",)},
    "--all": {"ru": ("все",)},
}
"""Other names of the options, here and in the terminal's own commands."""
GROUPS = (helping, being, seeing, being_well, requests, access, audit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is here."""

    id: str
    """Their id, for example `T0001:U0002` or `local:ACCOUNT`."""
    role: Role | None
    """Their role; null for somebody who is not on the allow-list."""
    until: Time | None
    """When the role ends by itself; null for a lasting one."""
    admins: tuple[str, ...]
    """The ids of the people who can change it."""


@helping.command(
    "",
    risk=Risk.READ,
    data=tuple[CommandRow, ...],
    examples=["", "access grant", "access", "grant"],
    example_words={
        "access grant": {"ru": ("доступ выдать",)},
        "access": {"ru": ("доступ",)},
        "grant": {"ru": ("выдать",)},
    },
)
def show_help(
    query: QueryContext, *words: Annotated[str, Arg(label="COMMAND", help="a command, or a word of one")]
) -> Reply:
    """List the commands, or explain one command."""
    admins = tuple(one for one in query.ctx.store.grants.with_role(Role.ADMIN) if one.team == query.person.team)
    reader = Reader(role=query.role, terms=query.ctx.deployment.terms, admins=admins, terminal=query.person.local)
    return answer_help(query.ctx.registry.commands, words, reader)


@being.command("", risk=Risk.READ, data=Identity)
def show_identity(query: QueryContext) -> Reply:
    """Show your ids, your role, and who can change it."""
    admins = query.ctx.store.grants.with_role(Role.ADMIN)
    grant = query.ctx.store.grants.get(query.person) if query.role else None
    return Reply(
        title=Message("admin.whoami.title", person=Person(person=query.person.id)),
        facts=(
            *(() if query.person.local else ((Message("admin.whoami.id"), query.person.id),)),
            (Message("admin.whoami.role"), _role(query, grant)),
            *_account(query),
            *_own_places(query),
        ),
        notes=tuple(_next_steps(query, admins)),
        data=Identity(
            id=query.person.id,
            role=query.role,
            until=time_or_none(grant.ends_at if grant else None),
            admins=tuple(admin.id for admin in admins),
        ),
    )


def _role(query: QueryContext, grant: Grant | None) -> Text:
    if query.role is None:
        return Message("admin.whoami.no_role")
    return describe_role(grant) if grant else ROLE_NAMES[query.role]


def _account(query: QueryContext) -> Iterator[tuple[Text, Text]]:
    """What Slack last said of an account that may do nothing, whatever its role."""
    flaw = last_disqualification(query.ctx, query.person)
    if flaw:
        yield Message("admin.whoami.account"), Message("admin.whoami.disqualified", state=flaw)


def _own_places(query: QueryContext) -> Iterator[tuple[Text, Text]]:
    """Which place this person's commands without --place act on, where there are several."""
    for plugin in list_place_plugins(query.ctx.registry) if query.role else ():
        try:
            places = plugin.places(query.ctx.services(plugin.name))
            place = choose_place(query.ctx, plugin.name, places, query.person) if len(places) > 1 else None
        except PluginError as error:
            yield plugin.place_term.label, pair_sentences(error.sentence, error.hint)
            continue
        if place is None:
            continue
        term = plugin.place_term
        if own_choice(query.ctx, plugin.name, query.person):
            yield term.label, Message("place.own_is", name=place.name, option=spell_place_option(term))
        else:
            yield term.label, Message("place.default_is", name=place.name, option=spell_place_option(term))


def _next_steps(query: QueryContext, admins: Sequence[Principal]) -> Iterator[Message]:
    if query.person.local:
        yield Message("admin.whoami.host_account")
        return
    if not admins:
        line = describe_line("b24bot", f"access grant {query.person.id} {Role.ADMIN}")
        yield Message("admin.whoami.no_admins", terminal=line)
        return
    yield Message("admin.whoami.admins", people=tuple(Person(person=admin.id) for admin in admins))
    role: Text = ROLE if query.role else Role.OPERATOR.value
    line = describe_line(f"access grant {query.person.id}", role)
    terminal = describe_line("b24bot", line)
    yield Message("admin.whoami.other_role", command=CommandLine(command_line=line), terminal=terminal)


@seeing.command("", risk=Risk.READ, data=OverviewView, examples=[""])
def show_overview(query: QueryContext) -> Reply:
    """Show what waits for you, your change requests and what needs attention."""
    return make_start_card(query.ctx, query.person)


@being_well.command("", risk=Risk.READ, data=StatusReport, examples=[""])
def show_status(query: QueryContext) -> Reply:
    """Show the mode of b24bot, why changes are blocked, waiting work and undelivered messages."""
    return report_status(query.ctx)


@requests.command(
    "list",
    words=LIST,
    risk=Risk.READ,
    data=tuple[ChangeRow, ...],
    examples=["", "--waiting", "--mine", "--status done", "--status partly-applied"],
)
def request_list(
    query: QueryContext,
    *,
    status: Annotated[
        ShownStatus | None,
        Arg(
            label="STATUS",
            help=f"only these; {ONE_OF}",
            parse=parse_status,
            complete=lambda _: SHOWN_STATUSES,
            words=OPTION_WORDS["--status"],
            values=STATUS_WORDS,
        ),
    ] = None,
    mine: Annotated[bool, Arg(label="", help="only those that you asked for", words=OPTION_WORDS["--mine"])] = False,
    waiting: Annotated[
        bool, Arg(label="", help="only those that you can decide now", words=OPTION_WORDS["--waiting"])
    ] = False,
) -> Reply:
    """Show the change requests: first those that wait for you, then yours, the riskiest and oldest first."""
    queue = queue_of(query.ctx, query.person)
    tests = [test for test, wanted in ((queue.is_own, mine), (queue.waits, waiting)) if wanted]
    found = queue.list_changes(status, tests, limit=15)
    seen = reader_of(query.ctx, query.person).see_all(found)
    numbers = frozenset(one.number for one in found if queue.waits(one))
    return list_changes(seen, status, waiting=numbers, narrowed=bool(tests), place=query.ctx.registry.place_term.label)


@requests.command("show", words=SHOW, risk=Risk.READ, data=ChangeDetails, examples=["CR-1001"])
def request_show(query: QueryContext, number: Number) -> Reply:
    """Show a change request: its plan, its approvals and its result."""
    change = query.ctx.store.changes.get(number)
    if change is None:
        raise Refusal(
            Message("request.none_with_number", request=f"CR-{number}"),
            hint=Message("request.see_newest", command=CommandLine(command_line="request list")),
        )
    change, recorded = read_recorded_plan(query.ctx.store, change)
    place = term_of(query.ctx.registry, change.plugin).label
    return show_change(reader_of(query.ctx, query.person).see(change), recorded, place=place)


@access.command("list", words=LIST, risk=Risk.READ, data=tuple[GrantRow, ...])
def access_list(query: QueryContext) -> Reply:
    """Show the people on the allow-list and their roles."""
    return list_grants(query.ctx.store.grants.all())


@audit.command(
    "find",
    words={"en": ("list", "ls", "search", "show"), "ru": ("найти", "поиск")},
    risk=Risk.READ,
    data=tuple[AuditRow, ...],
    examples=["", "--subject CR-1001"],
)
def audit_find(
    query: QueryContext,
    *,
    subject: Annotated[
        str,
        Arg(
            label="SUBJECT",
            help="the subject of the record, for example CR-1001",
            words=OPTION_WORDS["--subject"],
        ),
    ] = "",
    tag: Annotated[
        str,
        Arg(
            label="TAG",
            help="a tag or its beginning, for example change:review",
            complete=complete_tags,
            words=OPTION_WORDS["--tag"],
        ),
    ] = "",
    actor: Annotated[
        str,
        Arg(
            label="WHO",
            help="who did it: a mention, a member id, TEAM:USER or local:ACCOUNT",
            complete=complete_people,
            person=True,
            words=OPTION_WORDS["--actor"],
        ),
    ] = "",
    text: Annotated[str, Arg(label="TEXT", help="a text in its facts", words=OPTION_WORDS["--text"])] = "",
    all: Annotated[
        bool, Arg(label="", help="search all records, not only the newest", words=OPTION_WORDS["--all"])
    ] = False,
) -> Reply:
    """Show the newest audit records that match."""
    return find_records(
        query.ctx.store,
        team=query.ctx.workspace.team,
        subject=subject,
        tag=tag,
        actor=actor,
        text=text,
        limit=15,
        most=HIGHEST if all else LOOKED_AT,
        events=query.ctx.registry.events,
    )
