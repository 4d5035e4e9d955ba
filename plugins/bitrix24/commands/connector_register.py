"""`connector register` and `connector update`: one method of the portal, which overwrites whatever has that id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from bot.plugin import (
    Arg,
    BadArgument,
    CommandLine,
    Message,
    Nothing,
    PartialUndo,
    Plan,
    Refusal,
    Risk,
    Text,
    Undo,
    UndoKind,
    quote,
)
from plugins.bitrix24.commands.common import connector_options, observation, preconditions, presentation, undo_plan
from plugins.bitrix24.commands.common.preconditions import NOT_OURS, ConnectorOwnership
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.connectors import icons, registration
from plugins.bitrix24.connectors.identifiers import ConnectorId, NewConnectorId
from plugins.bitrix24.connectors.registration import SWITCHES, RegistrationInput
from plugins.bitrix24.connectors.snapshot import MOST_PAST, Snapshot
from plugins.bitrix24.portal import Portal

ANOTHER_ID = Message("bitrix24.connector.another_id")
HANDLER = "https://b24bot.example.com/settings"
NEW_CHAT = f"newchat --name 'New chat' --handler {HANDLER}"
RENAMED = "myconnector --name 'WhatsApp Europe'"


@connectors.command(
    "register",
    words={"en": ("add", "create", "new"), "ru": ("зарегистрировать",)},
    risk=Risk.CHANGE,
    examples=[NEW_CHAT],
    example_words={NEW_CHAT: {"ru": (f"newchat --name 'Новый чат' --handler {HANDLER}",)}},
)
def register_connector(
    portal: Portal,
    connector: NewConnectorId,
    *,
    name: connector_options.NameNeeded,
    handler: connector_options.HandlerNeeded,
    icon: connector_options.IconOption = None,
    icon_disabled: connector_options.IconDisabled = None,
    color: connector_options.Color = None,
    chat_group: connector_options.ChatGroup = False,
    no_newsletter: connector_options.NoNewsletter = False,
    no_signature: connector_options.NoSignature = False,
    no_system_messages: connector_options.NoSystemMessages = False,
    no_delete_external: connector_options.NoDeleteExternal = False,
    no_edit_internal: connector_options.NoEditInternal = False,
    no_delete_internal: connector_options.NoDeleteInternal = False,
) -> Plan:
    """Register a new connector.

    The connector appears in the Contact Center and is not connected to any line yet: `connector activate` does that. An
    id that already exists is refused, because registering it again would overwrite the connector.
    """
    preconditions.refuse_built_in(connector, Message("bitrix24.connector.built_in_register"), hint=ANOTHER_ID)
    entered = connector_options.read_registration_input(
        portal.settings,
        name=name,
        handler=handler,
        icon=icon or icons.DEFAULT,
        icon_disabled=icon_disabled,
        color=color or icons.COLOR,
        typed={
            "chat-group": chat_group,
            "no-newsletter": no_newsletter,
            "no-signature": no_signature,
            "no-system-messages": no_system_messages,
            "no-delete-external": no_delete_external,
            "no-edit-internal": no_edit_internal,
            "no-delete-internal": no_delete_internal,
        },
    )
    portal.gather("connectors", "lines", of=[connector])
    _refuse_taken(portal, connector)
    every = {name: "Y" if switch.default else "N" for name, switch in SWITCHES.items()}
    return _plan_new(portal, connector, registration.build_registration(connector, entered, every))


def _refuse_taken(portal: Portal, connector: str) -> None:
    if connector == "0":
        raise BadArgument(Message("bitrix24.connector.id_zero", word=connector), hint=ANOTHER_ID)
    if not preconditions.is_registered(portal, connector):
        return
    if connector in portal.ours():
        raise Refusal(
            Message("bitrix24.connector.registered_by_us", connector=connector, portal=portal.place.name),
            hint=Message(
                "bitrix24.connector.update_hint", command=CommandLine(command_line=f"connector update {connector} …")
            ),
        )
    raise Refusal(
        Message("bitrix24.connector.registered_by_others", connector=connector, portal=portal.place.name),
        hint=Message(
            "bitrix24.connector.registered_by_others_hint",
            adopt=CommandLine(command_line=f"connector adopt {connector}"),
            update=CommandLine(command_line=f"connector update {connector} …"),
        ),
    )


def _plan_new(portal: Portal, connector: str, parameters: Mapping[str, Any]) -> Plan:
    before = observation.observe_connector(portal, connector)
    left = [line for line in portal.lines() if line.label in before]
    snapshot = Snapshot(
        connector=connector,
        how="registered",
        at=portal.now_ms(),
        registration=parameters,
        lines=dict.fromkeys((line.id for line in observation.active(portal, before)), None),
    )
    told = registration.describe_registration(parameters)
    note = Message("bitrix24.connector.call_register", connector=connector, registration=told)
    wanted: Mapping[str, Text] = {
        observation.REGISTRATION: observation.REGISTERED,
        observation.NAME: registration.fold_name(str(parameters["NAME"])),
    }
    return Plan(
        summary=Message("bitrix24.connector.register", connector=connector, portal=portal.place.name),
        target=f"connector:{connector}",
        calls=(undo_plan.register(parameters, note),),
        before=before,
        wanted=wanted,
        labels=observation.describe_labels(portal, before, wanted),
        undo=Undo(
            kind=UndoKind.FULL,
            sentence=Message("bitrix24.connector.undo_registering"),
            line=f"connector remove {connector}",
        ),
        warnings=tuple(_new_warnings(portal, connector, presentation.titles(left))),
        remember=(portal.remember(snapshot),),
    )


def _new_warnings(portal: Portal, connector: str, left: tuple[Message, ...]) -> list[Message]:
    told: list[Message] = []
    if left:
        told.append(Message("bitrix24.connector.left_on_lines", connector=connector, lines=left))
    old = portal.snapshot(connector)
    if old is not None and old.restorable:
        restore = CommandLine(command_line=f"connector restore {connector}")
        told.append(Message("bitrix24.connector.earlier_recorded", connector=connector, command=restore))
    return told


def parse_digest(word: str) -> str:
    """The eight hex digits that an undo names an earlier registration by."""
    if len(word) != 8 or not all(char in "0123456789abcdef" for char in word):
        raise BadArgument(Message("bitrix24.connector.back_digits", option="--back"))
    return word


@connectors.command(
    "update",
    words={"en": ("edit", "set"), "ru": ("изменить", "обновить")},
    risk=Risk.CHANGE,
    raises=NOT_OURS,
    examples=[RENAMED],
    example_words={RENAMED: {"ru": ("myconnector --name 'WhatsApp Европа'",)}},
)
def update_connector(
    portal: Portal,
    connector: ConnectorId,
    *,
    name: connector_options.Name = None,
    handler: connector_options.Handler = None,
    icon: connector_options.IconOption = None,
    icon_disabled: connector_options.IconDisabled = None,
    color: connector_options.Color = None,
    chat_group: connector_options.ChatGroup = False,
    no_chat_group: connector_options.NoChatGroup = False,
    newsletter: connector_options.Newsletter = False,
    no_newsletter: connector_options.NoNewsletter = False,
    signature: connector_options.Signature = False,
    no_signature: connector_options.NoSignature = False,
    system_messages: connector_options.SystemMessages = False,
    no_system_messages: connector_options.NoSystemMessages = False,
    delete_external: connector_options.DeleteExternal = False,
    no_delete_external: connector_options.NoDeleteExternal = False,
    edit_internal: connector_options.EditInternal = False,
    no_edit_internal: connector_options.NoEditInternal = False,
    delete_internal: connector_options.DeleteInternal = False,
    no_delete_internal: connector_options.NoDeleteInternal = False,
    back: Annotated[
        str | None, Arg(help="return to an earlier registration; an undo uses it", label="DIGITS", parse=parse_digest)
    ] = None,
) -> Plan | Nothing:
    """Change a connector's name, settings page, icon or switches.

    The card shows the old and the new values. A value that is not typed stays as it is in b24bot's record. Without
    a record, name, handler and icon must all be typed, because the portal overwrites them each time. Lines and chats
    stay.
    """
    preconditions.refuse_built_in(connector, Message("bitrix24.connector.built_in_update"))
    typed = {
        "chat-group": chat_group,
        "no-chat-group": no_chat_group,
        "newsletter": newsletter,
        "no-newsletter": no_newsletter,
        "signature": signature,
        "no-signature": no_signature,
        "system-messages": system_messages,
        "no-system-messages": no_system_messages,
        "delete-external": delete_external,
        "no-delete-external": no_delete_external,
        "edit-internal": edit_internal,
        "no-edit-internal": no_edit_internal,
        "delete-internal": delete_internal,
        "no-delete-internal": no_delete_internal,
    }
    entered = connector_options.read_registration_input(
        portal.settings,
        name=name,
        handler=handler,
        icon=icon,
        icon_disabled=icon_disabled,
        color=color,
        typed=typed,
    )
    return _update(portal, connector, entered, back)


def _update(portal: Portal, connector: str, entered: RegistrationInput, back: str | None) -> Plan | Nothing:
    if entered.empty == (back is None):
        raise BadArgument(
            Message("bitrix24.connector.update_nothing", command=CommandLine(command_line="connector update"))
            if back is None
            else Message("bitrix24.connector.back_alone", option="--back"),
            hint=Message(
                "bitrix24.argument.for_example",
                command=CommandLine(command_line=Message("bitrix24.usage.new_name")),
            ),
        )
    portal.gather("connectors", "lines", of=[connector])
    preconditions.require_registered(portal, connector)
    standing = preconditions.check_ownership(portal, connector)
    shown = next(found.name for found in portal.connectors() if found.id == connector)
    base = _as_shown(standing.snapshot.registration if standing.snapshot else None, shown)
    if back is not None:
        new = _earlier(standing.snapshot, connector, back)
    else:
        _need_enough(connector, entered, base)
        new = registration.build_registration(connector, entered, base)
    if base is not None and not registration.differences(base, new):
        return Nothing(sentence=Message("bitrix24.connector.registered_alike", connector=connector))
    return _plan_update(portal, connector, standing, base or {"NAME": shown}, new)


def _as_shown(known: Mapping[str, Any] | None, shown: str) -> Mapping[str, Any] | None:
    """What is recorded, with the name that the portal shows should it have another one by now."""
    if known is None or registration.fold_name(str(known.get("NAME", ""))) == registration.fold_name(shown):
        return known
    return {**known, "NAME": shown}


def _earlier(snapshot: Snapshot | None, connector: str, digest: str) -> Mapping[str, Any]:
    found = snapshot.earlier(digest) if snapshot else None
    if found is None or not registration.is_usable(connector, found):
        raise Refusal(
            Message("bitrix24.connector.no_earlier_registration", connector=connector, digest=digest),
            hint=Message(
                "bitrix24.connector.no_earlier_registration_hint",
                most=MOST_PAST,
                command=CommandLine(command_line=f"connector update {connector} …"),
            ),
        )
    return found


def _need_enough(connector: str, entered: RegistrationInput, base: Mapping[str, Any] | None) -> None:
    """Raises Refusal when the portal would overwrite what nobody knows."""
    given = {"--name": entered.name, "--handler": entered.handler, "--icon": entered.icon}
    known: Mapping[str, Any] = base or {}
    kept = {
        "--name": known.get("NAME"),
        "--handler": known.get("PLACEMENT_HANDLER"),
        "--icon": (known.get("ICON") or {}).get("DATA_IMAGE"),
    }
    lacking = tuple(option for option, value in given.items() if value is None and not kept[option])
    if lacking:
        raise Refusal(
            Message("bitrix24.connector.not_changed_in_part", connector=connector),
            hint=Message(
                "bitrix24.connector.not_changed_in_part_hint",
                options=lacking,
                command=CommandLine(command_line=f"connector adopt {connector} …"),
            ),
        )


def _plan_update(
    portal: Portal, connector: str, standing: ConnectorOwnership, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Plan:
    before = observation.registered(portal, connector)
    wanted_name = registration.fold_name(str(new["NAME"]))
    shows = before[observation.NAME] != wanted_name
    note = Message("bitrix24.connector.call_update", connector=connector, changes=registration.differences(old, new))
    wanted = {observation.NAME: wanted_name} if shows else {}
    blind = () if shows else (Message("bitrix24.connector.update_not_readable"),)
    snapshot = standing.snapshot or _taken_over(portal, connector)
    return Plan(
        summary=Message("bitrix24.connector.update", connector=connector, portal=portal.place.name),
        target=f"connector:{connector}",
        part="" if shows else "registration",
        calls=(undo_plan.register(new, note),),
        before=before,
        wanted=wanted,
        labels=observation.describe_labels(portal, before, wanted),
        undo=_undo_update(connector, old, new, known=standing.snapshot is not None),
        warnings=(
            *standing.warning(connector, Message("bitrix24.connector.foreign_update", connector=connector)),
            *blind,
        ),
        risk=standing.risk,
        remember=(
            portal.remember(snapshot.registered(new, over=old if registration.is_usable(connector, old) else None)),
        ),
    )


def _taken_over(portal: Portal, connector: str) -> Snapshot:
    """The record of a connector that becomes ours: the lines it is on, with data that nobody here knows."""
    active = [status.line for status in portal.statuses(connector) if status.configured]
    return Snapshot(connector=connector, how="registered", at=portal.now_ms(), lines=dict.fromkeys(active, None))


def _undo_update(connector: str, old: Mapping[str, Any], new: Mapping[str, Any], *, known: bool) -> Undo:
    if not known or not registration.is_usable(connector, old):
        return Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.connector.undo_update_not_recorded"))
    line = f"connector update {connector} --back {registration.digest(old)}"
    # What the portal was never sent cannot be taken back by sending it nothing (docs/portal-behaviour.md P27).
    stays: list[Text] = [SWITCHES[name].label for name in SWITCHES if name in new and name not in old]
    stays += [registration.ICON_DISABLED] if "ICON_DISABLED" in new and "ICON_DISABLED" not in old else []
    # Until it is done the record knows of no earlier registration to go back to.
    partial = PartialUndo(
        line=f"connector update {connector}",
        sentence=Message("bitrix24.connector.undo_partial_update", connector=connector),
        words={observation.NAME: quote(f"--name={registration.fold_name(str(old['NAME']))}")},
    )
    if stays:
        sentence = Message("bitrix24.connector.undo_update_partly", fields=tuple(stays))
        return Undo(kind=UndoKind.PARTIAL, sentence=sentence, line=line, partial=partial)
    sentence = Message("bitrix24.connector.undo_from_record")
    return Undo(kind=UndoKind.FULL, sentence=sentence, line=line, partial=partial)
