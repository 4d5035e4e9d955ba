"""The app's manifest: what Slack's schema asks for, and what the schema does not see."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from bot.playground.workspace.state.workspace_tokens import DEFAULT_BOT_SCOPES
from bot.settings import HOST_SETTINGS
from bot.slack.manifest import make_manifest
from bot.slack.scopes import EVENT_SCOPES, OPTIONAL_SCOPES, SCOPES
from bot.web.site import SLACK_PATH
from scripts.write_manifest import default_command, main, scope_faults, used_methods

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "tests" / "data" / "slack_manifest.json").read_text(encoding="utf-8"))
"""Slack's own rules; tests/data/README.md tells where they are from."""
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))

ASKED = {**SCOPES, **OPTIONAL_SCOPES}

# A small reader of JSON Schema: as much of it as Slack's file uses


def wrong(value: Any, schema: Any, root: Any, path: str = "") -> Iterator[str]:
    """What does not agree with the schema, each with its place."""
    if schema is True or schema == {}:
        return
    if "$ref" in schema:
        target = root
        for name in schema["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        yield from wrong(value, target, root, path)
    kinds = schema.get("type")
    if kinds and not any(_is(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{path}: not {kinds}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: not one of {schema['enum']}"
    if "anyOf" in schema and all(list(wrong(value, one, root, path)) for one in schema["anyOf"]):
        yield f"{path}: none of what it may be"
    if isinstance(value, str):
        yield from _wrong_text(value, schema, path)
    if isinstance(value, list):
        yield from _wrong_list(value, schema, root, path)
    if isinstance(value, dict):
        yield from _wrong_object(value, schema, root, path)


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    types: dict[str, type | tuple[type, ...]] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "null": type(None),
    }
    return isinstance(value, types.get(kind, ()))


def _wrong_text(value: str, schema: Any, path: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{path}: {len(value)} characters"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: not {schema['pattern']}"


def _wrong_list(value: list[Any], schema: Any, root: Any, path: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{path}: {len(value)} items"
    if schema.get("uniqueItems") and len({json.dumps(one) for one in value}) < len(value):
        yield f"{path}: something twice"
    for at, item in enumerate(value):
        yield from wrong(item, schema.get("items", True), root, f"{path}/{at}")


def _wrong_object(value: dict[str, Any], schema: Any, root: Any, path: str) -> Iterator[str]:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}: no {name}"
    for name, inner in value.items():
        if name in known:
            yield from wrong(inner, known[name], root, f"{path}/{name}")
        elif schema.get("additionalProperties") is False and not schema.get("patternProperties"):
            yield f"{path}: {name} is unknown"


def problems(manifest: dict[str, Any]) -> list[str]:
    return list(wrong(manifest, SCHEMA, SCHEMA))


def test_slacks_own_schema_finds_nothing_wrong() -> None:
    assert problems(MANIFEST) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("display_information", "name"), "n" * 36),
        (("display_information", "description"), "d" * 141),
        (("display_information", "long_description"), "too short"),
        (("features", "bot_user", "display_name"), 7),
        (("features", "slash_commands"), [{"command": "/b24"}]),
        (("settings", "socket_mode_enabled"), "yes"),
        (("settings", "anything"), True),
        (("oauth_config", "scopes", "bot"), "commands"),
    ],
)
def test_the_schema_does_find_what_is_wrong(place: tuple[str, ...], value: Any) -> None:
    broken = json.loads(json.dumps(MANIFEST))
    *way, last = place
    holder = broken
    for name in way:
        holder = holder[name]
    holder[last] = value
    assert problems(broken) != []


# What the schema does not see (docs/slack-behaviour.md S41)


def test_it_is_version_2_and_named_as_the_bot() -> None:
    assert MANIFEST["_metadata"]["major_version"] == 2
    assert MANIFEST["display_information"]["name"] == MANIFEST["features"]["bot_user"]["display_name"] == "b24bot"
    assert 175 <= len(MANIFEST["display_information"]["long_description"]) <= 4_000
    assert re.fullmatch(r"#[0-9a-f]{6}", MANIFEST["display_information"]["background_color"])


def test_the_written_files_are_up_to_date_and_ask_for_what_the_code_needs() -> None:
    """If not: run scripts/write_manifest.py, or correct bot/slack/scopes.py."""
    assert main(["--check"]) == 0
    assert {"auth_test", "chat_postMessage", "views_open", "users_info"} <= used_methods()
    assert MANIFEST["oauth_config"]["scopes"] == {"bot": list(SCOPES), "bot_optional": list(OPTIONAL_SCOPES)}


@pytest.mark.parametrize(
    ("methods", "asked", "events", "faults"),
    [
        (set(), ASKED, EVENT_SCOPES, []),
        ({"reactions_add"}, ASKED, EVENT_SCOPES, ["reactions_add has no row in METHOD_SCOPES"]),
        (set(), {**ASKED, "im:write": ""}, EVENT_SCOPES, ["the scope im:write is asked for and not needed"]),
        (set(), set(ASKED) - {"files:write"}, EVENT_SCOPES, ["the scope files:write is needed and not asked for"]),
        (set(), set(ASKED) - {"commands"}, EVENT_SCOPES, ["the scope commands is needed and not asked for"]),
        (
            set(),
            ASKED,
            {**EVENT_SCOPES, "team_join": "users:join"},
            ["the scope users:join is needed and not asked for"],
        ),
    ],
    ids=["right", "method without a row", "scope without a use", "call", "command", "event"],
)
def test_a_scope_without_its_code_and_code_without_its_scope_are_told(
    methods: set[str], asked: Collection[str], events: Mapping[str, str], faults: list[str]
) -> None:
    assert list(scope_faults(used_methods() | methods, list(asked), events)) == faults


def test_a_row_of_a_method_that_nobody_calls_is_told() -> None:
    assert list(scope_faults(used_methods() - {"files_upload_v2"}, list(ASKED))) == [
        "files_upload_v2 of METHOD_SCOPES is not called",
        "the scope files:write is asked for and not needed",
    ]


def test_methods_are_found_however_the_client_is_called(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("def f(web):\n    web.reactions_add()\n    send(web.pins_add)\n    web.close()\n")
    assert used_methods(tmp_path) == {"reactions_add", "pins_add"}


def test_a_difference_is_told_and_writing_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("README.md", "README.ru.md"):
        text = (ROOT / name).read_text("utf-8")
        (tmp_path / name).write_text(
            re.sub(r"(?m)^\[slack-app\]: .*$", "[slack-app]: https://example.com", text), "utf-8"
        )
    assert main(["--check"], tmp_path) == 1
    told = capsys.readouterr().err
    assert [f"{name} is not up to date" in told for name in ("manifest.yml", "README.md", "README.ru.md")] == [True] * 3
    assert main([], tmp_path) == 0
    for name in ("manifest.yml", "README.md", "README.ru.md"):
        assert (tmp_path / name).read_text("utf-8") == (ROOT / name).read_text("utf-8")


def test_the_file_says_what_is_made() -> None:
    assert make_manifest(command=default_command()) == MANIFEST


def test_over_http_and_with_another_command_the_schema_is_content_and_every_address_is_the_host() -> None:
    made = make_manifest(command="/ops24", host="https://bot.example.org", socket_mode=False)
    assert problems(json.loads(json.dumps(made))) == []
    assert made["settings"]["socket_mode_enabled"] is False
    (command,) = made["features"]["slash_commands"]
    assert command["command"] == "/ops24"
    assert made["display_information"]["long_description"].startswith("Type /ops24 to see")
    assert {command["url"], made["settings"]["interactivity"]["request_url"]} == {
        "https://bot.example.org/slack/events"
    }


def test_the_simulated_workspace_grants_just_these_scopes() -> None:
    """Otherwise the tests would prove nothing about an app installed from this manifest."""
    assert set(DEFAULT_BOT_SCOPES) == {
        scope for asked in MANIFEST["oauth_config"]["scopes"].values() for scope in asked
    }


def test_there_is_one_command_it_is_the_default_and_names_people_by_id() -> None:
    (command,) = MANIFEST["features"]["slash_commands"]
    (default,) = [row.default for row in HOST_SETTINGS if row.name == "B24BOT_COMMAND"]
    assert command["command"] == default
    assert len(command["command"]) <= 32
    assert command["should_escape"] is True
    assert command["usage_hint"]


def test_buttons_are_on_and_nothing_is_subscribed_that_nobody_reads() -> None:
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True
    assert MANIFEST["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENT_SCOPES)
    assert "user" not in MANIFEST["oauth_config"]["scopes"]
    assert MANIFEST["settings"]["socket_mode_enabled"] is True


def test_people_can_write_to_the_bot_and_it_to_them() -> None:
    """Without the Messages tab every direct message is refused with messages_tab_disabled."""
    assert MANIFEST["features"]["app_home"]["messages_tab_enabled"] is True
    assert MANIFEST["features"]["app_home"]["messages_tab_read_only_enabled"] is False


def test_every_address_is_https_and_leads_to_the_intake() -> None:
    addresses = [MANIFEST["features"]["slash_commands"][0]["url"], MANIFEST["settings"]["interactivity"]["request_url"]]
    assert len(set(addresses)) == 1
    parts = urlsplit(addresses[0])
    assert (parts.scheme, parts.path) == ("https", SLACK_PATH)
    assert str(parts.hostname).endswith(".example.com"), "a placeholder, nobody's real host"
