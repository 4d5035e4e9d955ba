"""The one place where tests put a `Context` together, and put other parts in the place of some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from bot.core.authority.policy import Terms
from bot.plugin import Clock, Plugin
from bot.store.files.known_secrets import KnownSecrets
from bot.store.store import Store
from bot.usecases.admin.builtin_plugin import make_registry
from bot.usecases.chat.channel_pace import ChannelRateLimiter
from bot.usecases.chat.chat_port import Channels, Chat, Messenger
from bot.usecases.context import Context
from bot.usecases.deployment import Deployment
from bot.usecases.process.thread_state import ThreadState
from bot.usecases.process.workspace import Workspace


def make_context(
    store: Store,
    clock: Clock,
    messenger: Messenger,
    *,
    plugins: Sequence[Plugin],
    channels: Channels,
    team: str,
    terms: Terms | None = None,
) -> Context:
    """The parts of a bot without settings, whose workspace is known from the start."""
    return Context(
        store=store,
        registry=make_registry(plugins),
        clock=clock,
        chat=Chat(messenger=messenger, channels=channels, pace=ChannelRateLimiter(clock)),
        deployment=Deployment(
            terms=terms or Terms(),
            known_secrets=KnownSecrets(store.engine, store.keys, {}),
            # The server of the tests does not write to its disk.
            allow_async=True,
        ),
        threads=ThreadState(clock),
        workspace=Workspace(team),
    )


def with_parts(ctx: Context, **parts: Any) -> Context:
    """The same with other parts, each named as in `Context`, `Chat` or `Deployment`."""
    chat = replace(ctx.chat, **_taken_for(Chat, parts))
    deployment = replace(ctx.deployment, **_taken_for(Deployment, parts))
    return replace(ctx, chat=chat, deployment=deployment, **parts)


def _taken_for(kind: type, parts: dict[str, Any]) -> dict[str, Any]:
    return {row.name: parts.pop(row.name) for row in fields(kind) if row.name in parts}
