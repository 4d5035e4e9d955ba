"""What a person asks for on a plugin's page: it comes in as if they had typed it in the chat."""

from __future__ import annotations

from bot.core.audit.audit_record import PLACE_FACT, Entry, Tag
from bot.core.messages.deliveries import SlashCommand
from bot.core.principals import Principal
from bot.host.plugin_services import PluginServices
from bot.plugin import Message, Person, Place, Refusal, quote
from bot.store.repositories.jobs import Receipt
from bot.usecases.authority.linked_accounts import OutsideAccount, find_linked_person
from bot.usecases.command_context.place_choice import term_of
from bot.usecases.context import Context
from bot.usecases.intake.receipts import TOO_MANY_SENTENCE, receive
from bot.usecases.integrity.active_limits import blocking_limit, refuse_by_limit
from bot.usecases.notices.change_entries import recorded_line


class PageAccounts:
    """Implements the plugin API's LinkedAccounts for one plugin, over the allow-list and the queue of commands."""

    def __init__(self, ctx: Context, plugin: str) -> None:
        self._ctx = ctx
        self._plugin = plugin

    @property
    def chat_address(self) -> str:
        """Where a browser opens the channel of the cards; empty where the chat has no such address."""
        channel = self._ctx.chat.channels.approval
        return self._ctx.chat.messenger.channel_address(self._ctx.workspace.team, channel) if channel else ""

    def find_person(self, place: Place, user: str) -> Person | None:
        """The person that a user of a place is linked to."""
        found = self._find(place, user)
        return Person(person=found.id) if found else None

    def submit(self, place: Place, user: str, line: str, *, key: str) -> None:
        """Take a line as if the linked person had typed it, once for a key. Raises Refusal and StoreUnavailable."""
        person = self._find(place, user)
        if person is None:
            raise Refusal(Message("intake.page.not_linked"))
        limit = blocking_limit(self._ctx, self._plugin)
        if limit is not None:
            # The page says so at once: whoever is on the page may not look into the chat.
            raise refuse_by_limit(limit)
        ctx, option = self._ctx, term_of(self._ctx.registry, self._plugin).option
        text = f"{line} {option} {quote(place.name)}"
        command = SlashCommand(key=f"page:{self._plugin}:{key}", person=person, channel="", text=text)
        with ctx.store.unit_of_work() as tx:
            receipt = receive(ctx, command)
            if receipt is Receipt.NEW:
                facts = {"line": recorded_line(ctx, text), PLACE_FACT: place.name, "name": user}
                tx.record(Entry(tag=Tag.PAGE_USED, actor=person.id, subject=person.id, facts=facts))
        if receipt is Receipt.TOO_MANY:
            raise Refusal(TOO_MANY_SENTENCE)

    def _find(self, place: Place, user: str) -> Principal | None:
        if not user:
            return None
        return find_linked_person(self._ctx.store, OutsideAccount(plugin=self._plugin, place=place, user=user))


def services_for_pages(ctx: Context, plugin: str) -> PluginServices:
    """What a plugin gets that answers a request from outside."""
    return ctx.services(plugin, accounts=PageAccounts(ctx, plugin))
