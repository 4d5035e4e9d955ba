"""Commands in messages to the bot. Their acknowledgement carries no words, so everything is told afterwards."""

from __future__ import annotations

from bot.core.bot_errors import LineTooLong, SecretTyped
from bot.core.messages.deliveries import SlashCommand
from bot.core.messages.notices import Mood
from bot.usecases.context import Context
from bot.usecases.intake.receipts import receive
from bot.usecases.notices.notifications import error_reply, notify_person
from bot.usecases.process.wake_signal import Group


def receive_message(ctx: Context, slash: SlashCommand) -> None:
    """Record a command that was written in a message. Why it was not taken is told to its author.

    Raises StoreUnavailable: then it must not be acknowledged.
    """
    try:
        receive(ctx, slash)
    except (SecretTyped, LineTooLong) as error:
        _tell_refused(ctx, slash, error)


def _tell_refused(ctx: Context, slash: SlashCommand, error: SecretTyped | LineTooLong) -> None:
    # Nothing of the message is stored, so its key is what keeps a repeated delivery from being told again.
    key = f"whisper:{slash.key}"
    if ctx.store.outbox.state_of(key) is not None:
        return
    with ctx.store.unit_of_work() as tx:
        notify_person(
            tx,
            ctx,
            slash.person,
            slash.channel,
            error_reply(error),
            mood=Mood.REFUSAL,
            key=key,
            thread=slash.thread,
            shared=slash.direct,
        )
    ctx.threads.wake(Group.ANSWERS)
