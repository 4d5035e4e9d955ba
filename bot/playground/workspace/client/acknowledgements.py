"""What the person sees once the app has answered, or has not: notes, messages, and modals that close or change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.playground.workspace.base.dispatch import DispatchResult
from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.blockkit.block_fields import options_of, things
from bot.playground.workspace.blockkit.block_validation import KINDS, refuse_bad_view
from bot.playground.workspace.state.call_journal import Complaint
from bot.playground.workspace.state.modals import View
from bot.playground.workspace.state.world import World
from bot.playground.workspace.webapi.posting import content_of, tell_as_slack
from bot.playground.workspace.webapi.response_url_posts import show

TROUBLE = "We had some trouble connecting. Try again?"


def command_answered(world: World, path: str, result: DispatchResult) -> None:
    """Show the body of the ack as a message, or tell the person that the command failed."""
    hook = world.hooks.check(path)
    name, failure, ack = result.dispatch.name, result.failure, result.ack
    if not failure and ack:
        try:
            show(world, hook, ack, content_of(ack, blocks=ack.get("blocks")), None)
        except Refusal as refusal:
            failure = "invalid_command_response"
            _complain(world, f"the ack was refused: {refusal.code}", result)
    if failure:
        says = f'{name} failed with the error "{failure}"'
        tell_as_slack(world, person=hook.person, channel=hook.channel, text=says)


def click_answered(world: World, channel: str, result: DispatchResult) -> None:
    if result.failure:
        says = f'This did not work: "{result.failure}"'
        tell_as_slack(world, person=result.dispatch.person, channel=channel, text=says)


def submission_answered(world: World, view_id: str, result: DispatchResult) -> None:
    """Close the modal, or do what `response_action` asks for."""
    view = world.views.get(view_id)
    if view is None:
        return
    if result.failure:
        tell_as_slack(world, person=view.person, channel="", text=f'{TROUBLE} "{result.failure}"')
        world.views.put(replace(view, trouble=TROUBLE))
        return
    action = ANSWERS.get(str(result.ack.get("response_action", ""))) if result.ack else _close
    try:
        if action is None or (result.ack and "response_action" not in result.ack):
            raise Refusal("invalid_view_response")
        action(world, view, result.ack)
    except Refusal as refusal:
        _complain(world, f"the answer to the submission was refused: {refusal.code}", result)
        world.views.put(replace(view, trouble=TROUBLE))


def suggestion_answered(world: World, key: tuple[str, str], result: DispatchResult) -> None:
    """Offer the options of the ack; bad ones are not offered and are complained about."""
    kind = "option_group" if "option_groups" in result.ack else "option"
    given = result.ack.get(f"{kind}s")
    check = things(100, kind)
    found = list(KINDS[check.kind](given, check, f"/{kind}s")) if given != [] else []
    if found:
        _complain(world, f"the options were refused: {found[0]}", result)
    world.offered[key] = [] if found else options_of(result.ack)


def _close(world: World, view: View, _ack: Json) -> None:
    world.views.close(view)


def _clear(world: World, view: View, _ack: Json) -> None:
    world.views.clear(view.person)


def _errors(world: World, view: View, ack: Json) -> None:
    """Slack takes errors only for input blocks that are there."""
    errors = ack.get("errors")
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - inputs:
        raise Refusal("invalid_errors")
    world.views.put(replace(view, errors={name: str(says) for name, says in errors.items()}, trouble=""))


def _update(world: World, view: View, ack: Json) -> None:
    world.views.update(view, refuse_bad_view(ack.get("view")))


def _push(world: World, view: View, ack: Json) -> None:
    world.views.push(view.person, refuse_bad_view(ack.get("view")))


ANSWERS: dict[str, Callable[[World, View, Json], None]] = {
    "clear": _clear,
    "errors": _errors,
    "update": _update,
    "push": _push,
}


def _complain(world: World, rule: str, result: DispatchResult) -> None:
    world.records.complaints.append(
        Complaint(rule=rule, method=result.dispatch.name, channel="", ts="", text=result.body[:300])
    )
