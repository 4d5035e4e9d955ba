"""Everything that a run leaves behind or sends, looked through for every secret that its simulators ever gave out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.leaks import files_under, found_in, key_words
from tests.long.crash.harness.scene import Scene

GRANT_FIELDS = ("client_secret", "refresh_token")
"""What the form of a request for tokens is there to carry."""
REST = ("/rest/", "/oauth/rest/")
"""Methods of the portal and of its authorisation server: `auth` is there to carry an access token."""


def canaries(scene: Scene) -> Mapping[str, str]:
    """Everything that must not be seen, by name."""
    portal, workspace = scene.portal.watched, scene.workspace
    return {
        "the bot token": workspace.bot_token,
        "the app token": workspace.app_token,
        "the signing secret": workspace.signing_secret,
        "the client secret": portal.client_secret,
        "the application token": portal.application_token,
        **{f"access token {number}": token for number, token in enumerate(portal.world.tokens.access)},
        **{f"refresh token {number}": token for number, token in enumerate(portal.world.tokens.refresh)},
        **{f"key {number}": key for number, key in enumerate(key_words(scene.folder / "keys" / "key"))},
    }


def leaks(scene: Scene) -> Iterator[str]:
    """A line for each place that holds a secret. The bot is dead: its files are read as they lie."""
    secrets = canaries(scene)
    for place, content in _places(scene):
        found = found_in(content, secrets)
        if found:
            yield f"{place} holds {', '.join(found)}"


def _places(scene: Scene) -> Iterator[tuple[str, bytes]]:
    """Logs at DEBUG, output, database, journal, copies, witness and exports; and all that went out."""
    for path in files_under(scene.folder, but=[scene.folder / "keys" / "key"]):
        yield str(path.relative_to(scene.folder)), path.read_bytes()
    yield "the server", scene.stored.dump()
    heard = scene.witness.heard
    yield "an address", "\n".join(target for target, _ in heard).encode()
    yield "what Slack got", b"\n".join(body for target, body in heard if not _for_the_portal(target))
    yield "what Slack read", repr([call.arguments for call in scene.workspace.calls()]).encode()
    yield "what the portal got", b"\n".join(_but_for_its_own(target, body) for target, body in heard)
    yield "a call's parameters", repr([one.params for one in scene.portal.watched.world.journal.calls]).encode()


def _for_the_portal(target: str) -> bool:
    return target.startswith(("/rest/", "/oauth/"))


def _but_for_its_own(target: str, body: bytes) -> bytes:
    """A body for the portal without the one field that is there for a secret: `auth`, or those of the OAuth form."""
    if not _for_the_portal(target):
        return b""
    spared = ("auth",) if target.startswith(REST) else GRANT_FIELDS
    try:
        told: Any = json.loads(body)
        return json.dumps({name: value for name, value in told.items() if name not in spared}).encode()
    except (ValueError, AttributeError):
        pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        return urlencode([(name, value) for name, value in pairs if name not in spared]).encode()
