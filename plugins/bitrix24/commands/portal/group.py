"""The group `portal`, and what its commands share: labels, and arguments that are secrets."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from bot.plugin import Arg, BadArgument, Group, Message, Services, Words
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.common.words import PORTAL
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.redaction.secret import Secret

ADDRESS = Message("bitrix24.portal.address")
MEMBER_ID = Message("bitrix24.portal.member_id")
APPLICATION = Message("bitrix24.portal.application")
AUTHORITY = Message("bitrix24.portal.certificate_authority")

CLIENT_ID = re.compile(r"\A(local|app)\.[\w.-]+\Z")
"""What the portal shows as the id of an application."""

portals = Group[Portal]("portal", help="Bitrix24 portals that b24bot knows", words=PORTAL)


def parse_secret(word: str) -> Secret:
    """Read a value that is never shown; blanks around it come from pasting."""
    return Secret(word.strip())


def parse_client_secret(word: str) -> Secret:
    """Read the key of an application. Raises BadArgument for its id, which the portal shows beside it."""
    if CLIENT_ID.match(word.strip()):
        raise BadArgument(Message("bitrix24.connect.id_for_key"), hint=Message("bitrix24.connect.do_copy_key"))
    return parse_secret(word)


def parse_domain(word: str) -> str:
    """Read the host of a portal, also from an address that was copied from a browser."""
    text = word.strip()
    return urlsplit(text).netloc if text.lower().startswith("https://") else text


def parse_client_id(word: str) -> str:
    """Read the id of an application. Raises BadArgument for another word, which may be the key: it is not shown."""
    if not CLIENT_ID.match(word.strip()):
        raise BadArgument(Message("bitrix24.connect.no_such_client_id"))
    return word.strip()


def new_secret_argument(help: str, label: str) -> Arg:
    """Make an argument that is asked for and never shown."""
    return Arg(help=help, label=label, parse=parse_secret, secret=True)


def known_portals(services: Services) -> list[str]:
    """List the names of the portals, for shell completion."""
    return [portal.name for portal in CredentialStore(services).portals()]


PortalName = Annotated[str, Arg(help="the name of the portal", label="NAME", complete=known_portals, place=True)]
"""The portal that a command is about, by its first argument."""

Domain = Annotated[
    str,
    Arg(
        help="its host name, for example shop.bitrix24.com",
        label="DOMAIN",
        parse=parse_domain,
        words={"ru": ("домен",)},
    ),
]
ClientId = Annotated[
    str,
    Arg(help="the application's client_id", label="ID", parse=parse_client_id, words={"ru": ("код-приложения",)}),
]
MEMBER: Words = {"ru": ("код-портала",)}
CaFile = Annotated[
    str,
    Arg(
        help="a PEM file of the authority that signed this portal's certificate",
        label="PATH",
        words={"ru": ("сертификаты",)},
    ),
]
Replace = Annotated[
    bool,
    Arg(help="store new credentials for a portal that is already known", label="", words={"ru": ("заменить",)}),
]
