"""The commands: one that reads, and one that changes something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from bot.plugin import (
    Answer,
    Arg,
    BadArgument,
    Call,
    Choice,
    Choices,
    CommandLine,
    Group,
    Message,
    Nothing,
    Plan,
    Refusal,
    Reply,
    Risk,
    Table,
    Undo,
    UndoKind,
    quote,
)
from uptime.service import Service

SWITCH = "sites.switch"
WORDS = {"on": True, "off": False}
WATCHED, NOT_WATCHED = Message("uptime.watched"), Message("uptime.not_watched")
UP, DOWN = Message("uptime.up"), Message("uptime.down")
sites: Group[Service] = Group("site", help="Web sites that are watched.", words={"ru": ("сайт", "сайты")})


def parse_switch(word: str) -> bool:
    """Read `on` or `off`."""
    if word.lower() not in WORDS:
        raise BadArgument(Message("uptime.neither_on_nor_off", word=word))
    return WORDS[word.lower()]


def known_sites(service: Service) -> Iterable[str]:
    """The names of all sites, for completion in a shell."""
    return service.sites()


def list_site_choices(service: Service) -> Iterable[Choice]:
    """All sites, for the menu of a form."""
    sites = service.sites().values()
    return [Choice(value=site.name, detail=site.url, group=UP if site.up else DOWN) for site in sites]


SITES = Choices(name="sites", read=list_site_choices)


def in_words(watched: bool) -> Message:
    """What a card says of a site."""
    return WATCHED if watched else NOT_WATCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """A web site, as `--json` prints it."""

    name: str
    url: str
    watched: bool
    up: bool


@sites.command("list", words={"ru": ("список",)}, risk=Risk.READ, examples=[""], data=tuple[SiteRow, ...])
def list_sites(service: Service) -> Reply:
    """Show all web sites, and whether each is watched and up."""
    found = service.sites().values()
    rows = tuple((site.name, site.url, in_words(site.watched), UP if site.up else DOWN) for site in found)
    columns = (Message("uptime.name"), Message("uptime.address"), Message("uptime.watching"), Message("uptime.state"))
    return Reply(
        title=Message("uptime.sites"),
        table=Table(columns=columns, rows=rows),
        data=tuple(SiteRow(name=site.name, url=site.url, watched=site.watched, up=site.up) for site in found),
    )


@sites.command("watch", words={"ru": ("наблюдать",)}, risk=Risk.CHANGE, examples=["blog off", "'Shop front' on"])
def watch_site(
    service: Service,
    name: Annotated[
        str, Arg(label="NAME", help="the site's name, as `site list` shows it", complete=known_sites, choices=SITES)
    ],
    watched: Annotated[
        bool,
        Arg(
            label="on|off",
            help="whether it is watched",
            parse=parse_switch,
            values={"on": {"ru": ("вкл",)}, "off": {"ru": ("выкл",)}},
        ),
    ],
) -> Answer:
    """Watch a web site, or stop watching it.

    While a site is not watched, nobody is told that it is down.
    """
    site = service.sites().get(name)
    if site is None:
        listing = CommandLine(command_line="site list")
        raise Refusal(Message("uptime.no_site", name=name), hint=Message("uptime.see_list", command=listing))
    if site.watched == watched:
        told = Message("uptime.watched_already", name=name) if watched else Message("uptime.not_watched_yet", name=name)
        return Nothing(sentence=told)
    word = "on" if site.watched else "off"
    note = Message("uptime.switch_on", name=name) if watched else Message("uptime.switch_off", name=name)
    undo = Message("uptime.undo", name=name)
    return Plan(
        summary=Message("uptime.watch", name=name) if watched else Message("uptime.stop_watching", name=name),
        target=f"site:{name}",
        calls=(Call(method=SWITCH, params={"name": name, "watched": watched}, note=note),),
        before={name: in_words(site.watched)},
        wanted={name: in_words(watched)},
        undo=Undo(kind=UndoKind.FULL, sentence=undo, line=f"site watch {quote(name)} {word}"),
        warnings=() if watched else (Message("uptime.nobody_is_told", name=name),),
    )
