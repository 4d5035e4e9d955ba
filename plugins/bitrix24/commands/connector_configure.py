"""`connector configure`: what a connector shows about itself on a line. The portal never gives it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from bot.plugin import (
    Arg,
    BadArgument,
    CommandLine,
    Message,
    Observation,
    Plan,
    Refusal,
    Risk,
    Undo,
    UndoKind,
    quote,
)
from plugins.bitrix24.commands.common import observation, preconditions, presentation, undo_plan
from plugins.bitrix24.commands.common.page_link import link_page
from plugins.bitrix24.commands.common.preconditions import NOT_OURS
from plugins.bitrix24.commands.common.words import NAME
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.model import Line
from plugins.bitrix24.connectors.snapshot import Data, Snapshot
from plugins.bitrix24.portal import Portal

LONGEST = 255
LONGEST_URL = 1000
OPTIONS: Mapping[str, str] = {"URL": "--url", "URL_IM": "--url-im", "NAME": "--name", "ID": "--external-id"}
"""The portal's keys, and the option for each."""


def parse_link(word: str) -> str:
    """An address that customers follow. Raises BadArgument."""
    return registration.parse_address(word, longest=LONGEST_URL, schemes=("https", "http"))


def parse_text(word: str) -> str:
    """A name or an id. Raises BadArgument; the portal takes “0” for nothing (docs/portal-behaviour.md P49)."""
    return registration.parse_name(word)


ExternalId = Annotated[
    str | None,
    Arg(
        help="the channel's own id, for example a phone number",
        label="ID",
        parse=parse_text,
        words={"ru": ("идентификатор",)},
    ),
]


@connectors.command(
    "configure",
    words={"en": ("config",), "ru": ("настроить",)},
    risk=Risk.CHANGE,
    raises=NOT_OURS,
    examples=["myconnector 1 --url https://wa.example/me"],
)
def configure_connector(
    portal: Portal,
    connector: ConnectorId,
    line: LineNumber,
    *,
    url: Annotated[
        str | None, Arg(help="link to the channel", label="URL", parse=parse_link, words={"ru": ("ссылка",)})
    ] = None,
    url_im: Annotated[
        str | None,
        Arg(help="link that opens a chat in it", label="URL", parse=parse_link, words={"ru": ("ссылка-на-чат",)}),
    ] = None,
    name: Annotated[str | None, Arg(help="the channel's name", label="NAME", parse=parse_text, words=NAME)] = None,
    external_id: ExternalId = None,
) -> Plan:
    """Set what a connector shows on a line: link, chat link, name and id of the channel.

    A value can be replaced but not cleared. The portal does not return these values afterwards. The record
    of b24bot is the only place to look them up, and the portal's answer is the only proof that it stored them.
    """
    preconditions.refuse_built_in(connector, Message("bitrix24.connector.built_in_configure"))
    typed = {"URL": url, "URL_IM": url_im, "NAME": name, "ID": external_id}
    given = {key: value for key, value in typed.items() if value is not None}
    if not given:
        raise BadArgument(
            Message("bitrix24.connector.configure_nothing", command=CommandLine(command_line="connector configure")),
            hint=Message("bitrix24.connector.configure_nothing_hint", options=tuple(OPTIONS.values())),
        )
    portal.gather("connectors", "lines", of=[connector])
    (chosen,) = preconditions.lines(portal, [line])
    preconditions.require_registered(portal, connector)
    standing = preconditions.check_ownership(portal, connector)
    before = _before(portal, connector, chosen)
    known = standing.snapshot.data(chosen.id) if standing.snapshot else None
    data = {**(known or {}), **given}
    return Plan(
        summary=Message(
            "bitrix24.connector.configure", connector=connector, line=chosen.title, portal=portal.place.name
        ),
        target=f"connector:{connector}",
        part=f"data/{chosen.id}",
        calls=(
            replace(undo_plan.store_line_data(connector, chosen, data), note=_note(connector, chosen, known, given)),
        ),
        before=before,
        wanted={},
        labels=observation.describe_labels(portal, before),
        undo=_undo(connector, chosen, known, given),
        warnings=(
            *standing.warning(connector, Message("bitrix24.connector.foreign_configure")),
            presentation.warn_data_not_readable(connector, [chosen]),
        ),
        risk=standing.risk,
        remember=(portal.remember(_known(standing.snapshot, chosen, data)),) if standing.snapshot else (),
        link=link_page(portal, connector, [chosen]),
    )


def _before(portal: Portal, connector: str, line: Line) -> Observation:
    """Raises Refusal where it is not active: the portal later deletes such data (docs/portal-behaviour.md P104)."""
    seen = observation.observe_connector(portal, connector)
    if not observation.is_active(seen, line):
        activate = CommandLine(command_line=f"connector activate {connector} {line.id}")
        raise Refusal(
            Message("bitrix24.connector.configure_not_active", connector=connector, line=line.title),
            hint=Message("bitrix24.connector.not_active_hint", command=activate),
        )
    kept = (observation.REGISTRATION, observation.RECORD, line.label)
    return {label: word for label, word in seen.items() if label in kept}


def _note(connector: str, line: Line, known: Data | None, given: Data) -> Message:
    changes = tuple(
        Message(
            "bitrix24.connector.field_change",
            field=_field(key),
            before=_former_value(known, key),
            after=registration.quoted(value),
        )
        for key, value in given.items()
    )
    kept = tuple(_field(key) for key in known or {} if key not in given)
    if kept:
        return Message(
            "bitrix24.connector.call_configure_keeping",
            connector=connector,
            line=line.title,
            changes=changes,
            kept=kept,
        )
    return Message("bitrix24.connector.call_configure", connector=connector, line=line.title, changes=changes)


def _field(key: str) -> str:
    """The word for a value of a line, which is that of its option."""
    return OPTIONS[key].removeprefix("--")


def _former_value(known: Data | None, key: str) -> Message:
    if known is None:
        return registration.NOT_KNOWN
    return registration.quoted(known[key]) if key in known else Message("bitrix24.state.nothing")


def _undo(connector: str, line: Line, known: Data | None, given: Data) -> Undo:
    back = {key: value for key, value in (known or {}).items() if key in given}
    if not back:
        why = (
            Message("bitrix24.connector.undo_values_not_recorded")
            if known is None
            else Message("bitrix24.connector.undo_values_not_clearable")
        )
        return Undo(kind=UndoKind.NONE, sentence=why)
    typed = " ".join(quote(f"{OPTIONS[key]}={value}") for key, value in back.items())
    lost = tuple(_field(key) for key in given if key not in back)
    sentence = (
        Message("bitrix24.connector.undo_values_partly", fields=lost)
        if lost
        else Message("bitrix24.connector.undo_from_record")
    )
    return Undo(
        kind=UndoKind.PARTIAL if lost else UndoKind.FULL,
        sentence=sentence,
        line=f"connector configure {connector} {line.id} {typed}",
    )


def _known(snapshot: Snapshot, line: Line, data: Data) -> Snapshot:
    """The record with this data; it is all there is when all was known before, or when every key is named."""
    whole = snapshot.knows(line.id) or set(data) == set(OPTIONS)
    partly = snapshot.partly - {line.id} if whole else snapshot.partly | {line.id}
    return replace(snapshot, lines={**snapshot.lines, line.id: data}, partly=partly)
