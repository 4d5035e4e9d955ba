"""`b24bot doctor`: everything a start looks at, and nothing changed by looking."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.checks.check import Note
from bot.checks.storage import describe_journal
from bot.checks.table import CHECKS
from bot.core.audit.audit_record import Tag
from bot.core.audit.chain import START, Place, witness_line
from bot.core.messages.notices import CardNotice, PrivateNotice
from bot.core.principals import Principal
from bot.language.translation import PSEUDO
from bot.playground.workspace import SlackWorkspace
from bot.plugin import Reply
from bot.slack.disconnect_reasons import SOCKET_REFUSED
from bot.slack.scopes import SCOPES
from bot.store.disk.process_lock import INTAKE, ProcessLocks
from bot.store.engine.database import FILE_NAME, sqlite3
from bot.store.engine.journal import ROLLBACK, SQLITE_VERSION, WAL
from bot.usecases.delivery.answers import DIRECT
from plugins.bitrix24.simulation import PortalSimulation
from plugins.bitrix24.simulator.state.faults import read_fault
from tests.cli.cli_bot import CliBot
from tests.language.english import en, en_json, spoken
from tests.slack.plugins import leaving

OLGA = Principal(team="T0001", user="U0001")
NAMES = [check.name for check in CHECKS]


def looked(cli_bot: CliBot) -> dict[str, tuple[bool, str]]:
    shown = cli_bot.run("doctor", "--json")
    told = json.loads(shown.stdout)
    assert [one["hint"] for one in told if one["hint"] is not None and not one["hint"]["text"]] == []
    found = {one["name"]: (one["ok"], f"{one['says']} {one['hint'] or ''}") for one in en_json(told)}
    assert list(found) == NAMES
    assert shown.exit_code == (0 if all(ok for ok, _ in found.values()) else 78)
    return found


def test_codes_for_programs_are_words_with_hyphens() -> None:
    assert [name for name in NAMES if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def well(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    cli_bot.connect(workspace=workspace)
    for person, role in (("T0001:U0001", "operator"), ("T0001:U0002", "approver")):
        assert cli_bot.run("access", "grant", person, role).exit_code == 0
    assert cli_bot.run("backup").exit_code == 0


def test_when_all_is_well_it_says_so_and_changes_nothing(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    before = everything(cli_bot.folder)
    shown = cli_bot.run("doctor")
    assert shown.exit_code == 0, shown.output
    assert [line[:4] for line in shown.stdout.splitlines()] == ["ok  "] * (len(NAMES) - 1) + ["note"]
    assert "places: None is set up yet. Add one: b24bot portal connect NAME" in shown.stdout
    assert workspace.messages("audit") == []
    assert workspace.world.scheduled == {}, "what was scheduled to find out was deleted"
    assert everything(cli_bot.folder) == before


def outside(text: str) -> str:
    """What stands in no catalogue: whatever is not between the marks of the pseudo language."""
    told = re.compile("⟦[^⟦⟧]*⟧")
    while told.search(text):
        text = told.sub("", text)
    return text


def test_all_that_it_tells_is_in_the_language_of_the_terminal_and_in_english_for_programs(
    cli_bot: CliBot, workspace: SlackWorkspace
) -> None:
    fresh = cli_bot.run("doctor", B24BOT_LANGUAGE=PSEUDO)
    well(cli_bot, workspace)
    shown = cli_bot.run("doctor", B24BOT_LANGUAGE=PSEUDO)
    for line in (*fresh.stdout.splitlines(), *shown.stdout.splitlines()):
        assert re.fullmatch(r"[ :]*", outside(line)), line
    russian = {"LANG": "ru_RU.UTF-8"}
    told = cli_bot.run("doctor", **russian).stdout
    assert "ок    список доступа: 2 сотрудника, как записано в журнале аудита\n" in told
    assert re.search("[А-Яа-я]", cli_bot.run("doctor", "--json", **russian).stdout) is None


def test_the_journal_is_told_and_what_it_costs() -> None:
    wal = describe_journal(WAL, size=0)
    assert spoken(wal) == f"WAL, with SQLite {SQLITE_VERSION}: backups do not block writes"
    note = describe_journal(ROLLBACK, size=255_400_000)
    assert isinstance(note, Note)
    assert en(note.says) == (
        f"A rollback journal, with SQLite {SQLITE_VERSION}: a change takes two to three times as long as with WAL. "
        "The hourly backup blocks writes while it copies the database of 255 MB."
    )
    assert "pip install 'b24bot[wal]'" in en(note.hint)
    small = describe_journal(ROLLBACK, size=40_000)
    assert isinstance(small, Note)
    assert en(small.says).endswith("while it copies the database.")


def test_a_delivery_that_was_set_aside_is_named(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    with sqlite3.connect(cli_bot.home / FILE_NAME) as other:
        other.execute(
            "INSERT INTO jobs (kind, payload, state, due_steady, created_at) VALUES ('inbound', '{}', 'aside', 0, 0)"
        )
    other.close()
    assert looked(cli_bot)["set-aside"] == (
        True,
        "1 delivery was set aside, because b24bot stopped at it repeatedly. "
        "List them with b24bot audit find --tag inbound:delivery:quarantined, and report what they were.",
    )


def test_what_is_missing_is_named_with_what_to_do(fresh_cli_bot: CliBot) -> None:
    found = looked(fresh_cli_bot)
    nothing = f"There is no database in {fresh_cli_bot.home} yet: the first start creates it. "
    assert found["database"] == (True, nothing)
    assert found["audit-lines"][1].startswith("B24BOT_AUDIT_CHANNEL is not set")
    assert not (fresh_cli_bot.home / FILE_NAME).exists()


def test_each_trouble_has_its_line(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    assert cli_bot.run("access", "revoke", "T0001:U0002").exit_code == 0
    next((cli_bot.home / "backups").iterdir()).unlink()
    connection = sqlite3.connect(cli_bot.home / FILE_NAME)
    connection.executescript("DROP TRIGGER audit_no_update; UPDATE audit SET actor = 'x' WHERE seq = 2")
    connection.close()
    cli_bot.settings["SLACK_BOT_TOKEN"] = "xoxb-wrong"
    found = looked(cli_bot)
    assert {name for name, (ok, _) in found.items() if not ok} == {"audit-log", "approvers", "slack"}
    assert "broken at record #2" in found["audit-log"][1]
    assert "Create one: b24bot backup" in found["backups"][1]
    assert "invalid_auth" in found["slack"][1]


def test_a_role_behind_the_log_is_seen_and_granting_it_anew_mends_it(
    cli_bot: CliBot, workspace: SlackWorkspace
) -> None:
    well(cli_bot, workspace)
    connection = sqlite3.connect(cli_bot.home / FILE_NAME)
    with connection:
        connection.execute("UPDATE grants SET role = 'admin' WHERE person = 'U0001'")
    connection.close()
    ok, says = looked(cli_bot)["allow-list"]
    assert not ok
    assert "for T0001:U0001 it has admin, and the log has operator. b24bot only reads" in says
    assert cli_bot.run("access", "grant", "T0001:U0001", "operator", "--last-admin").exit_code == 0
    assert looked(cli_bot)["allow-list"] == (True, "2 people, as recorded in the audit log ")


def test_a_wrong_key_and_an_old_backup_are_seen(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    (copy,) = (cli_bot.home / "backups").iterdir()
    copy.rename(copy.with_name("b24bot-20200101T000000000Z.sqlite3"))
    cli_bot.key_file.unlink()
    cli_bot.make_key()
    found = looked(cli_bot)
    assert "was not written with this key file" in found["keys"][1]
    assert "hours old" in found["backups"][1]


def test_without_a_key_file_the_rest_is_still_looked_at(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    cli_bot.key_file.unlink()
    found = looked(cli_bot)
    assert found["key-file"][0] is False
    assert found["disk"][0] is True


def test_a_fresh_set_up_has_notes_and_no_faults(fresh_cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    fresh_cli_bot.connect(workspace=workspace)
    shown = fresh_cli_bot.run("doctor")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.count("There is no database") == 1
    assert shown.stdout.count("There is no backup") == 1
    assert "keys, audit log, allow-list, approvers, outbox, set aside, direct messages, places." in shown.stdout
    assert not (fresh_cli_bot.home / FILE_NAME).exists()


def test_one_cause_is_told_once(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    (cli_bot.home / FILE_NAME).write_bytes(b"a shopping list" * 500)
    shown = cli_bot.run("doctor")
    assert shown.exit_code == 78
    assert shown.stdout.count("file is not a database") == 1
    cli_bot.key_file.unlink()
    assert cli_bot.run("doctor").stdout.count("There is no key file") == 1


def test_an_audit_channel_that_takes_nothing_is_seen(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    with cli_bot.store() as store, store.unit_of_work() as tx:
        channel = cli_bot.settings["B24BOT_AUDIT_CHANNEL"]
        tx.outbox.mark_channel(channel, working=False, reason="is_archived", at=0)
    ok, says = looked(cli_bot)["audit-lines"]
    assert not ok
    assert "the channel is archived (is_archived)" in says


def test_a_line_that_nobody_posts_is_a_note(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    with cli_bot.store() as store, store.unit_of_work() as unit:
        unit.engine.execute("UPDATE outbox SET created_steady = created_steady - 3600000 WHERE kind = 'audit'")
    ok, says = looked(cli_bot)["audit-lines"]
    assert ok
    assert "has waited for 60 minutes" in says


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("home/witness.jsonl", "is in the same tree as the database"),
        ("keys", "is not a regular file"),
        ("nowhere/witness.jsonl", "No such file or directory"),
        ("keys/key/witness.jsonl", "cannot be used"),
    ],
)
def test_a_witness_that_could_be_none_is_seen(
    cli_bot: CliBot, workspace: SlackWorkspace, where: str, says: str
) -> None:
    well(cli_bot, workspace)
    cli_bot.settings["B24BOT_WITNESS_FILE"] = str(cli_bot.folder / where)
    ok, told = looked(cli_bot)["witness"]
    assert not ok
    assert says in told


def test_a_witness_that_has_seen_more_is_seen_and_none_at_all_is_a_note(
    cli_bot: CliBot, workspace: SlackWorkspace
) -> None:
    well(cli_bot, workspace)
    with cli_bot.store() as store:
        last = store.audit.place() or START
    witness = Path(cli_bot.settings["B24BOT_WITNESS_FILE"])
    for place, agrees in ((last, True), (Place(seq=last.seq + 4, mac=last.mac), False)):
        witness.write_text(f"{witness_line(Tag.ACCESS_GRANTED, place, at='2026-01-01', key_id='k1')}\n")
        witness.chmod(0o600)
        ok, says = looked(cli_bot)["witness"]
        assert ok is agrees
        assert f"agrees up to #{last.seq}" in says if agrees else f"has seen #{place.seq}" in says
    del cli_bot.settings["B24BOT_WITNESS_FILE"]
    ok, says = looked(cli_bot)["witness"]
    assert ok
    assert "is not set" in says


def test_an_org_wide_installation_is_named_in_one_sentence(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    workspace.join_grid("E0001", org_wide=True)
    try:
        ok, said = looked(cli_bot)["slack"]
    finally:
        workspace.join_grid("")
    assert not ok
    assert said.startswith("The Slack app is installed for a whole Enterprise Grid organisation")


def test_loose_modes_are_named_with_the_command_that_mends_them(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    cli_bot.home.chmod(0o755)
    ok, said = looked(cli_bot)["file-modes"]
    assert ok, "a warning"
    assert f"chmod 700 {cli_bot.home}" in said
    (cli_bot.home / FILE_NAME).chmod(0o666)
    ok, said = looked(cli_bot)["file-modes"]
    assert not ok
    assert f"Everybody on this host can write to {cli_bot.home / FILE_NAME} (the database)." in said


def test_what_slack_refuses_is_told_with_its_cause_and_so_is_that_direct_messages_are_off(
    cli_bot: CliBot, workspace: SlackWorkspace
) -> None:
    well(cli_bot, workspace)
    with cli_bot.store() as store, store.unit_of_work() as tx:
        at = store.clock.now_ms()
        for key, notice in (
            ("card:1001", CardNotice(number=1001)),
            ("whisper:1", PrivateNotice(person=OLGA, channel="", reply=Reply(title="Hello"))),
        ):
            tx.outbox.put(key, notice, at=at)
            envelope = tx.outbox.claim(at, kind=key.partition(":")[0])
            assert envelope is not None
            tx.outbox.retry(envelope, due=at, error="messages_tab_disabled" if "whisper" in key else "is_archived")
        tx.outbox.mark_channel(DIRECT, working=False, reason="messages_tab_disabled", at=at)
    found = looked(cli_bot)
    ok, says = found["outbox"]
    assert not ok
    assert "1 notice was not delivered because the channel is archived (is_archived)" in says
    assert "Unarchive the channel" in says
    ok, says = found["direct-messages"]
    assert ok
    assert "direct messages to the app are turned off (messages_tab_disabled)" in says
    assert "Messages Tab" in says
    with cli_bot.store() as store, store.unit_of_work() as tx:
        tx.outbox.discard(next(one.id for one in store.outbox.entries(["new"], limit=9) if one.kind == "card"))
    ok, says = looked(cli_bot)["outbox"]
    assert (ok, "messages_tab_disabled" in says) == (True, True), "an answer to one person is no reason to fail"


# What serve needs


@pytest.fixture
def slack() -> Iterator[SlackWorkspace]:
    """A workspace of its own, for what changes it."""
    with SlackWorkspace(rate_limit=False) as running:
        yield running


def archived(slack: SlackWorkspace) -> None:
    slack.flag_channel("audit", is_archived=True)


def removed(slack: SlackWorkspace) -> None:
    slack.remove_from("approvals")


def private(slack: SlackWorkspace) -> None:
    slack.flag_channel("audit", is_private=True)
    slack.remove_from("audit")


def restricted(slack: SlackWorkspace) -> None:
    slack.fault("error", "chat.scheduleMessage", code="restricted_action_read_only_channel")


CHANNEL_FAULTS = [
    (archived, "b24bot cannot use the channel #C0003: the channel is archived (is_archived). Unarchive"),
    (
        removed,
        "b24bot cannot use the channel #C0002: the bot user is not a member of the channel (not_in_channel). Invite",
    ),
    (private, "b24bot cannot use the channel #C0003: the channel does not exist, or it is private"),
    (restricted, "the posting permissions of the channel exclude the bot user (restricted_action_read_only_channel)"),
]


WAYS_TO_LOOK = [
    (*row, reads) for row in CHANNEL_FAULTS for reads in (False, True) if not (reads and row[0] is restricted)
]
"""Reading a channel shows nothing of who may post there."""


@pytest.mark.parametrize(("fault", "says", "reads"), WAYS_TO_LOOK, ids=lambda value: getattr(value, "__name__", ""))
def test_a_channel_that_takes_no_message_is_found_without_posting(
    cli_bot: CliBot, slack: SlackWorkspace, fault: Callable[[SlackWorkspace], None], says: str, reads: bool
) -> None:
    if reads:
        slack.set_scopes(*SCOPES, "channels:read", "groups:read")
    well(cli_bot, slack)
    fault(slack)
    ok, told = looked(cli_bot)["channels"]
    assert not ok
    assert says in told
    assert [call.method for call in slack.calls() if call.method.startswith("chat.post")] == []
    assert slack.world.scheduled == {}
    assert (slack.calls("conversations.info") != []) is reads


def test_a_scope_that_was_not_granted_is_named_with_what_does_not_work(cli_bot: CliBot, slack: SlackWorkspace) -> None:
    well(cli_bot, slack)
    slack.set_scopes("commands", "chat:write")
    ok, told = looked(cli_bot)["scopes"]
    assert not ok
    assert "lacks the scopes: files:write (long answers as a file), users:read (telling members" in told


def test_the_optional_scope_is_needed_where_the_policy_table_names_a_user_group(
    cli_bot: CliBot, slack: SlackWorkspace, tmp_path: Path
) -> None:
    well(cli_bot, slack)
    slack.set_scopes(*SCOPES)
    assert looked(cli_bot)["scopes"][0]
    table = tmp_path / "policy.toml"
    table.write_text('[user_groups]\noncall = { id = "S0001" }\n')
    cli_bot.settings["B24BOT_POLICY"] = str(table)
    ok, told = looked(cli_bot)["scopes"]
    assert not ok
    assert "lacks the scopes: usergroups:read (user groups in the policy table)" in told


def test_a_misspelt_name_and_every_bad_value_are_named(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    cli_bot.settings |= {"B24BOT_QUORM": "2", "B24BOT_REQUEST_TTL": "soon", "B24BOT_AUDIT_CHANNEL": "#audit"}
    found = looked(cli_bot)
    assert "B24BOT_QUORM is not a setting. Did you mean B24BOT_QUORUM?" in found["names"][1]
    assert "B24BOT_REQUEST_TTL=soon is not a duration" in found["settings"][1]
    assert "B24BOT_AUDIT_CHANNEL=#audit is not the id of a channel" in found["settings"][1]
    del cli_bot.settings["B24BOT_QUORM"]
    cli_bot.settings["BITRIX24_OF_ANOTHER_PROGRAM"] = "1"
    assert looked(cli_bot)["names"] == (
        True,
        "Not settings of b24bot or of a loaded plugin: BITRIX24_OF_ANOTHER_PROGRAM. ",
    )


def test_a_plugin_without_a_portal_is_closed_after_each_look(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    well(cli_bot, workspace)
    cli_bot.settings["B24BOT_PLUGINS"] = "tests.slack.plugins:leaving"
    before = leaving.closed
    told = looked(cli_bot)["places"][1]
    assert told.startswith("None is set up yet.")
    assert "b24bot" not in told, "it names no command that the plugin lacks"
    looks_that_open_it = 2
    assert leaving.closed == before + looks_that_open_it, "its settings, and its portals"


def test_each_portal_is_looked_at_as_portal_check_does(connected_cli_bot: CliBot, portal: PortalSimulation) -> None:
    with connected_cli_bot.store():
        """The database that a first start makes."""
    assert looked(connected_cli_bot)["places"][1].startswith("None is set up yet.")
    assert connected_cli_bot.run("portal", "check").exit_code == 0, "which takes the portal over from the settings"
    ok, told = looked(connected_cli_bot)["places"]
    assert ok
    assert told.startswith("default: refresh token: Store backup tokens of a second user with ")
    with portal.portal.world.lock:
        portal.portal.world.faults.add(read_fault({"kind": "unavailable", "method": "app.info", "times": "forever"}))
    ok, told = looked(connected_cli_bot)["places"]
    assert not ok
    assert told.startswith("default: ")


def nothing(cli_bot: CliBot, slack: SlackWorkspace) -> None:
    """The settings are enough."""


def revoke(cli_bot: CliBot, slack: SlackWorkspace) -> None:
    slack.break_token()


def switch_off(cli_bot: CliBot, slack: SlackWorkspace) -> None:
    """Socket Mode of the app; addresses for it are still given out."""
    cli_bot.settings["SLACK_APP_TOKEN"] = slack.app_token
    slack.sockets.switch(False)


def test_what_a_bot_that_serves_met_is_told_and_no_second_connection_is_opened(
    cli_bot: CliBot, slack: SlackWorkspace
) -> None:
    """Slack delivers to every open connection: a click could go to the one that only looks."""
    cli_bot.connect(workspace=slack)
    cli_bot.settings["SLACK_APP_TOKEN"] = slack.app_token
    assert looked(cli_bot)["app-token"] == (True, "Slack opens a connection ")
    with cli_bot.store() as store, store.unit_of_work() as tx:
        tx.facts.put(SOCKET_REFUSED, "link_disabled")
    assert looked(cli_bot)["app-token"][0], "nobody serves, so it was looked at anew"
    locks = ProcessLocks(cli_bot.home, [INTAKE])
    slack.sockets.used = False
    try:
        ok, told = looked(cli_bot)["app-token"]
    finally:
        locks.leave()
    assert (ok, slack.sockets.used) == (False, False)
    assert told.startswith("Slack rejected SLACK_APP_TOKEN: Socket Mode is turned off for the Slack app")
    assert "Turn on Socket Mode of the app" in told


def loosen(cli_bot: CliBot, slack: SlackWorkspace) -> None:
    cli_bot.key_file.chmod(0o644)


def lose_key(cli_bot: CliBot, slack: SlackWorkspace) -> None:
    cli_bot.key_file.unlink()


def overwrite(cli_bot: CliBot, slack: SlackWorkspace) -> None:
    (cli_bot.home / FILE_NAME).write_bytes(b"a shopping list" * 500)


BROKEN: dict[str, tuple[dict[str, str], Callable[[CliBot, SlackWorkspace], None], str]] = {
    "no bot token": ({"SLACK_BOT_TOKEN": ""}, nothing, "SLACK_BOT_TOKEN is not set"),
    "no secret": ({"SLACK_SIGNING_SECRET": ""}, nothing, "SLACK_SIGNING_SECRET is not set"),
    "revoked token": ({}, revoke, "Slack rejected SLACK_BOT_TOKEN"),
    "app-token": ({"SLACK_APP_TOKEN": "xapp-1-wrong"}, nothing, "Slack rejected SLACK_APP_TOKEN"),
    "link disabled": (
        {},
        switch_off,
        "so Slack sends neither commands nor clicks (link_disabled)",
    ),
    "bad value": ({"B24BOT_QUORUM": "none"}, nothing, "B24BOT_QUORUM=none is not a whole number"),
    "bad switch": ({"B24BOT_BREAK_GLASS": "onn"}, nothing, "B24BOT_BREAK_GLASS=onn is neither on"),
    "no plugin": ({"B24BOT_PLUGINS": "bitrix42"}, nothing, "There is no plugin “bitrix42”"),
    "plugin without close": (
        {"B24BOT_PLUGINS": "tests.cli.odd:incomplete"},
        nothing,
        "The plugin “tests.cli.odd:incomplete” lacks close.",
    ),
    "example that cannot be typed": (
        {"B24BOT_PLUGINS": "tests.cli.odd:misleading"},
        nothing,
        "The plugin “odd” has an example that cannot be typed, “screw turn left right”: ",
    ),
    "plugin that refuses": (
        {"B24BOT_PLUGINS": "tests.slack.plugins:unwilling"},
        nothing,
        "The portal is on another planet.",
    ),
    "plugin's setting": ({"BITRIX24_UNOWNED": "perhaps"}, nothing, "The setting BITRIX24_UNOWNED has"),
    "half a portal": ({"BITRIX24_DOMAIN": "x.bitrix24.com"}, nothing, "are incomplete"),
    "loose key": ({}, loosen, "Others can read the key file"),
    "no key": ({}, lose_key, "There is no key file"),
    "not a database": (
        {},
        overwrite,
        "file is not a database",
    ),
    "witness beside it": ({"B24BOT_WITNESS_FILE": "home/witness"}, nothing, "is in the same tree"),
}


HINT_OF_THE_PLUGIN = "Move it."
"""What a plugin without a catalogue says is shown as it is."""


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", BROKEN)
def test_whatever_ends_a_start_is_red_in_doctor_with_the_same_sentence(
    cli_bot: CliBot, slack: SlackWorkspace, name: str
) -> None:
    settings, breaks, sentence = BROKEN[name]
    cli_bot.connect(workspace=slack)
    with cli_bot.store():
        """The database that a first start makes."""
    cli_bot.settings |= settings
    breaks(cli_bot, slack)
    started = cli_bot.run("serve")
    assert (started.exit_code, sentence in started.stderr) == (78, True), started.stderr
    shown = cli_bot.run("doctor")
    assert shown.exit_code == 78
    assert [line for line in shown.stdout.splitlines() if line.startswith("no") and sentence in line], shown.stdout
    for line in cli_bot.run("doctor", B24BOT_LANGUAGE=PSEUDO).stdout.splitlines():
        assert re.fullmatch(r"[ :]*", outside(line).replace(HINT_OF_THE_PLUGIN, "")), line
