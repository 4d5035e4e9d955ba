"""The arguments that several connector commands share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from bot.plugin import Arg, BadArgument, Message
from plugins.bitrix24.commands.common.words import ALL, NAME
from plugins.bitrix24.connectors import icons, registration
from plugins.bitrix24.connectors.icons import Icon
from plugins.bitrix24.connectors.registration import SWITCHES, RegistrationInput

AllLines = Annotated[bool, Arg(help="every line of the portal", label="", words=ALL)]

_NAME = Arg(help="the name that operators see", label="NAME", parse=registration.parse_name, words=NAME)
_HANDLER = Arg(
    help="the https address of the connector's settings page",
    label="URL",
    parse=registration.parse_handler,
    words={"ru": ("обработчик",)},
)
_ICON_HELP = "a data URI of an SVG or PNG image, or the name of a file in the folder BITRIX24_ICONS; at most 16 KiB"

NameNeeded = Annotated[str, _NAME]
Name = Annotated[str | None, _NAME]
HandlerNeeded = Annotated[str, _HANDLER]
Handler = Annotated[str | None, _HANDLER]
IconOption = Annotated[Icon | None, Arg(help=_ICON_HELP, label="ICON", parse=icons.parse, words={"ru": ("значок",)})]
IconDisabled = Annotated[
    Icon | None,
    Arg(
        help="the icon of the connector when it is switched off",
        label="ICON",
        parse=icons.parse,
        words={"ru": ("значок-выключенного",)},
    ),
]
Color = Annotated[
    str | None,
    Arg(help="the colour behind the icon", label="#rrggbb", parse=registration.parse_color, words={"ru": ("цвет",)}),
]


def _switch(help: str, russian: str) -> Arg:
    return Arg(help=help, label="", words={"ru": (russian,)})


ChatGroup = Annotated[bool, _switch("one chat for each chat of the channel, not for each customer", "групповые-чаты")]
NoChatGroup = Annotated[bool, _switch("one chat for each customer", "без-групповых-чатов")]
Newsletter = Annotated[bool, _switch("CRM newsletters may use the connector", "рассылки")]
NoNewsletter = Annotated[bool, _switch("CRM newsletters may not use the connector", "без-рассылок")]
Signature = Annotated[bool, _switch("messages of operators carry their name", "подпись")]
NoSignature = Annotated[bool, _switch("messages of operators do not carry their name", "без-подписи")]
SystemMessages = Annotated[bool, _switch("customers receive system messages of the portal", "системные-сообщения")]
NoSystemMessages = Annotated[
    bool, _switch("customers do not receive system messages of the portal", "без-системных-сообщений")
]
DeleteExternal = Annotated[bool, _switch("operators may delete customers' messages", "удаление-сообщений-клиентов")]
NoDeleteExternal = Annotated[
    bool, _switch("operators may not delete customers' messages", "без-удаления-сообщений-клиентов")
]
EditInternal = Annotated[bool, _switch("operators may edit their own messages", "изменение-своих-сообщений")]
NoEditInternal = Annotated[bool, _switch("operators may not edit their own messages", "без-изменения-своих-сообщений")]
DeleteInternal = Annotated[bool, _switch("operators may delete their own messages", "удаление-своих-сообщений")]
NoDeleteInternal = Annotated[
    bool, _switch("operators may not delete their own messages", "без-удаления-своих-сообщений")
]

_BY_WORD = {switch.option: name for name, switch in SWITCHES.items()}


def switches(typed: Mapping[str, bool]) -> dict[str, bool]:
    """The switches that were typed, under the portal's names. Keys are options like `no-newsletter`.

    Raises BadArgument when one was typed both ways.
    """
    found: dict[str, bool] = {}
    for option, given in typed.items():
        name = _BY_WORD[option.removeprefix("no-")]
        if given and name in found:
            word = SWITCHES[name].option
            raise BadArgument(
                Message("bitrix24.argument.contradiction", option=f"--{word}", other=f"--no-{word}"),
                hint=Message("bitrix24.argument.leave_one_out"),
            )
        if given:
            found[name] = not option.startswith("no-")
    return found


def read_registration_input(
    settings: Mapping[str, str],
    *,
    name: str | None,
    handler: str | None,
    icon: Icon | None,
    icon_disabled: Icon | None,
    color: str | None,
    typed: Mapping[str, bool],
) -> RegistrationInput:
    """What was typed, with its pictures loaded. Raises PluginError for what this installation does not take."""
    if handler is not None:
        registration.allow_handler(handler, settings)
    return RegistrationInput(
        name=name,
        handler=handler,
        icon=icons.load(icon, settings) if icon else None,
        icon_disabled=icons.load(icon_disabled, settings) if icon_disabled else None,
        color=color,
        switches=switches(typed),
    )
