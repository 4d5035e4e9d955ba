"""The packages of the extra `playground`, which a bot at work does not carry."""

from __future__ import annotations

from importlib.util import find_spec

from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message

PACKAGES = ("flask", "websockets")


def require_extra() -> None:
    """Raise ConfigurationError, which says what to install, unless the packages of the extra can be imported."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            Message("host.playground.not_installed", packages=tuple(missing)),
            hint=Message("host.playground.install"),
        )
