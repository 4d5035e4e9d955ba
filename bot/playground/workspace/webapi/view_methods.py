"""The views.* methods of the Web API."""

from __future__ import annotations

from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.blockkit.block_validation import refuse_bad_view
from bot.playground.workspace.state.modals import View
from bot.playground.workspace.state.world import World
from bot.playground.workspace.webapi.arguments import Call, missing


def open_view(world: World, call: Call) -> Json:
    trigger = world.triggers.check(call.need("trigger_id"))
    body = _view(call, "modal")
    view = world.views.open(trigger.person, body)
    world.triggers.use(trigger)
    return _shown(world, view)


def push(world: World, call: Call) -> Json:
    trigger = world.triggers.check(call.need("trigger_id"))
    body = _view(call, "modal")
    if not trigger.in_view:
        raise Refusal("invalid_trigger_id")
    view = world.views.push(trigger.person, body)
    world.triggers.use(trigger)
    return _shown(world, view)


def update(world: World, call: Call) -> Json:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise missing("view_id")
    view = world.views.get(view_id) if view_id else world.views.by_external_id(external_id)
    if view is None:
        raise Refusal("not_found")
    body = _view(call, view.type)
    _same_hash(call, view)
    return _shown(world, world.views.update(view, body))


def publish(world: World, call: Call) -> Json:
    person = world.people.get(call.need("user_id"))
    body = _view(call, "home")
    if person is None:
        raise Refusal("user_not_found")
    known = world.views.home(person.id)
    if known is not None:
        _same_hash(call, known)
    return _shown(world, world.views.publish(person.id, body))


def _view(call: Call, kind: str) -> Json:
    if not call.has("view"):
        raise missing("view")
    body = refuse_bad_view(call.structure("view"))
    if body["type"] != kind:
        says = f"[ERROR] must be a {kind} view [json-pointer:/view/type]"
        raise Refusal("invalid_arguments", response_metadata={"messages": [says]})
    return body


def _same_hash(call: Call, view: View) -> None:
    given = call.text("hash")
    if given and given != view.hash:
        raise Refusal("hash_conflict")


def _shown(world: World, view: View) -> Json:
    return {"view": view.to_json(world.answers_of(view.person, view.id))}
