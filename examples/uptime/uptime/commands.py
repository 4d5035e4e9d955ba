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
    Group,
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
sites: Group[Service] = Group("site", help="Web sites that are watched.")


def parse_switch(word: str) -> bool:
    """Read `on` or `off`."""
    if word.lower() not in WORDS:
        raise BadArgument(f"“{word}” is neither on nor off.")
    return WORDS[word.lower()]


def known_sites(service: Service) -> Iterable[str]:
    """The names of all sites, for completion in a shell."""
    return service.sites()


def in_words(watched: bool) -> str:
    """What a card says of a site."""
    return "watched" if watched else "not watched"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """A web site, as `--json` prints it."""

    name: str
    url: str
    watched: bool
    up: bool


@sites.command("list", risk=Risk.READ, examples=[""], data=tuple[SiteRow, ...])
def list_sites(service: Service) -> Reply:
    """Show all web sites, and whether each is watched and up."""
    found = service.sites().values()
    rows = tuple((site.name, site.url, in_words(site.watched), "up" if site.up else "down") for site in found)
    return Reply(
        title="Web sites",
        table=Table(columns=("name", "address", "watching", "seen last"), rows=rows),
        data=tuple(SiteRow(name=site.name, url=site.url, watched=site.watched, up=site.up) for site in found),
    )


@sites.command("watch", risk=Risk.CHANGE, examples=["blog off", "'Shop front' on"])
def watch_site(
    service: Service,
    name: Annotated[str, Arg(label="NAME", help="the site's name, as `site list` shows it", complete=known_sites)],
    watched: Annotated[bool, Arg(label="on|off", help="whether it is watched", parse=parse_switch)],
) -> Answer:
    """Watch a web site, or stop watching it.

    While a site is not watched, nobody is told that it is down.
    """
    site = service.sites().get(name)
    if site is None:
        raise Refusal(f"There is no site “{name}”.", hint="site list shows them all.")
    if site.watched == watched:
        return Nothing(sentence=f"{name} is {in_words(watched)} already.")
    word = "on" if site.watched else "off"
    return Plan(
        summary=f"{'Watch' if watched else 'Stop watching'} {name}",
        target=f"site:{name}",
        calls=(Call(method=SWITCH, params={"name": name, "watched": watched}, note=f"Switch watching {name}."),),
        before={name: in_words(site.watched)},
        wanted={name: in_words(watched)},
        undo=Undo(kind=UndoKind.FULL, sentence="It can be switched back.", line=f"site watch {quote(name)} {word}"),
        warnings=() if watched else ("Nobody is told while it is down.",),
    )
