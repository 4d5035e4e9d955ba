"""The methods that tell who and where: auth.test, users.info, usergroups.users.list, conversations.*."""

from __future__ import annotations

from typing import TypeVar

from bot.playground.workspace.base.installation import APP_ID, BOT_ID, BOT_NAME, BOT_USER, TEAM_DOMAIN, TEAM_ID
from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.state.channels import Channel
from bot.playground.workspace.state.world import World
from bot.playground.workspace.webapi.arguments import Call

PAGE = 100

Item = TypeVar("Item")


def auth_test(world: World, _call: Call) -> Json:
    """On Enterprise Grid with the organisation; an installation for all of it belongs to no team."""
    answer: Json = {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": TEAM_DOMAIN.capitalize(),
        "user": BOT_NAME,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": world.org_wide,
    }
    if world.org_wide:
        answer |= {"team": None, "team_id": None}
    return answer | ({"enterprise_id": world.enterprise} if world.enterprise else {})


def user_info(world: World, call: Call) -> Json:
    person = world.people.get(call.text("user"))
    if person is None:
        raise Refusal("user_not_found")
    described = person.user_object(include_locale=bool(call.flag("include_locale")), enterprise=world.enterprise)
    return {"user": described}


def user_group_members(world: World, call: Call) -> Json:
    """An installation for the whole organisation has to name the team (docs/slack-behaviour.md S50)."""
    if world.org_wide and not call.text("team_id"):
        raise Refusal("missing_argument")
    group = world.user_groups.get(call.need("usergroup"))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise Refusal("no_such_subteam")
    return {"users": list(group.members)}


def conversation_info(world: World, call: Call) -> Json:
    return {"channel": _visible(world, call).channel_object(bot_user=BOT_USER)}


def conversation_members(world: World, call: Call) -> Json:
    members = sorted(_visible(world, call).members)
    page, cursor = _page(members, call)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def conversation_list(world: World, call: Call) -> Json:
    wanted = {name.strip() for name in (call.text("types") or "public_channel").split(",")}
    found = [
        channel
        for channel in world.channels
        if _type_of(channel) in wanted
        and not (call.flag("exclude_archived") and channel.is_archived)
        and (not channel.is_private or BOT_USER in channel.members)
    ]
    page, cursor = _page(found, call)
    return {
        "channels": [channel.channel_object(bot_user=BOT_USER) for channel in page],
        "response_metadata": {"next_cursor": cursor},
    }


def conversation_open(world: World, call: Call) -> Json:
    """Opens a direct message with one person; Slack's group messages are not simulated."""
    users = [name.strip() for name in call.text("users").split(",") if name.strip()]
    if len(users) != 1:
        raise Refusal("too_many_users" if users else "users_list_not_supplied")
    person = world.people.get(users[0])
    if person is None:
        raise Refusal("user_not_found")
    if person.deleted:
        raise Refusal("user_disabled")
    if person.id == BOT_USER:
        raise Refusal("cannot_dm_bot")
    channel = world.channels.direct(person.id, BOT_USER)
    return {"channel": {"id": channel.id}}


def open_connection(world: World, _call: Call) -> Json:
    """A Socket Mode address that admits one connection, once (docs/slack-behaviour.md S37)."""
    return {"url": world.tickets.issue()}


def _visible(world: World, call: Call) -> Channel:
    channel = world.channels.look_up(call.need("channel"))
    if channel is None or (channel.is_private and BOT_USER not in channel.members):
        raise Refusal("channel_not_found")
    return channel


def _type_of(channel: Channel) -> str:
    if channel.im_with:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _page(items: list[Item], call: Call) -> tuple[list[Item], str]:
    """Up to `limit` items from the cursor on, and the cursor of the next page (empty at the end)."""
    limit = call.text("limit") or str(PAGE)
    start = call.text("cursor") or "0"
    if not limit.isdigit() or not 0 < int(limit) <= 1000:
        raise Refusal("invalid_limit")
    if not start.isdigit():
        raise Refusal("invalid_cursor")
    end = int(start) + int(limit)
    return items[int(start) : end], str(end) if end < len(items) else ""
