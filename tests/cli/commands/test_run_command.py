"""One line typed in the terminal: the same parser, the same table of who may do what, the same change requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import Status
from bot.core.change.status_names import ONE_OF
from bot.store.disk.process_lock import WORKER, ProcessLocks
from tests.cli.cli_bot import NOBODY, CliBot
from tests.cli.commands.test_access_command import ME
from tests.language.english import en_json
from tests.store.samples import PLAN, new_change

ODD = {"B24BOT_PLUGINS": "tests.cli.odd:plugin"}
REMOVE = ("connector", "remove", "myconnector")
SILENT = {"SLACK_API_URL": NOBODY}


@pytest.fixture
def staffed(connected_cli_bot: CliBot) -> CliBot:
    """A connected bot with one approver of the workspace."""
    connected_cli_bot.run("access", "grant", "T0001:U0002", "approver")
    return connected_cli_bot


@contextmanager
def at_work(cli_bot: CliBot) -> Iterator[None]:
    """Somebody holds the worker's lock."""
    locks = ProcessLocks(cli_bot.home, [WORKER])
    try:
        yield
    finally:
        locks.leave()


def test_what_reads_is_answered_and_recorded(connected_cli_bot: CliBot) -> None:
    result = connected_cli_bot.run("connector", "list", "--kind", "not-proven")
    assert result.exit_code == 0
    assert "WhatsApp EU" in result.stdout
    with connected_cli_bot.store() as store:
        (record,) = store.audit.find(tag=Tag.COMMAND_RAN)
    assert (record.actor, record.facts["line"]) == (ME, "connector list --kind not-proven")


def test_blanks_do_not_push_the_command_out_of_the_record(connected_cli_bot: CliBot) -> None:
    assert connected_cli_bot.run("run", f"connector{' ' * 300}list").exit_code == 0
    with connected_cli_bot.store() as store:
        (record,) = store.audit.find(tag=Tag.COMMAND_RAN)
    assert record.facts["line"] == "connector list"


def test_the_same_line_is_the_same_whether_quoted_split_or_pasted(connected_cli_bot: CliBot) -> None:
    told = connected_cli_bot.json("connector", "show", "myconnector")
    assert connected_cli_bot.json("run", "connector show myconnector") == told
    assert connected_cli_bot.json("run", "connector", "show", "myconnector") == told
    assert connected_cli_bot.json("run", "/b24 connector show myconnector") == told


def test_bytes_that_are_no_utf_8_are_left_out_of_a_line_and_of_its_record(cli_bot: CliBot) -> None:
    assert cli_bot.run("run", "whoami \udcff").exit_code == 0
    with cli_bot.store() as store:
        (record,) = store.audit.find(tag=Tag.COMMAND_RAN)
    assert record.facts["line"] == "whoami"


def test_words_keep_their_spaces_quotes_and_apostrophes(staffed: CliBot) -> None:
    staffed.run(*REMOVE, "--reason", "it’s  “old”, isn't it")
    (change,) = staffed.json("request", "list")
    assert change["reason"]["text"] == "it’s  “old”, isn't it"


def test_a_line_with_the_quotation_marks_of_a_phone_is_read_as_meant_and_the_answer_shows_how(staffed: CliBot) -> None:
    shown = staffed.run("run", "connector remove myconnector —reason «старый номер»").stdout
    assert "Understood as: connector remove myconnector --reason" in " ".join(shown.split())
    (change,) = staffed.json("request", "list")
    assert change["reason"]["text"] == "старый номер"


@pytest.mark.parametrize("made", ["{}", "--{}", "—{}"], ids=["plain", "as an option", "with a dash"])
@pytest.mark.parametrize("way", ["run", "declared"])
def test_a_secret_of_the_bot_in_a_line_or_a_reason_is_refused_and_not_recorded(
    staffed: CliBot, way: str, made: str
) -> None:
    """Also one that begins as an option does, whose name is read in small letters."""
    secret = made.format("Xb5QpRtUvWx1YzAbCdEfGh2IjKlMnOpQr")
    staffed.settings["BITRIX24_CLIENT_SECRET"] = secret
    line = ("run", f"{' '.join(REMOVE)} --reason {secret}") if way == "run" else (*REMOVE, "--reason", secret)
    result = staffed.run(*line)
    assert result.exit_code == 2
    assert "This looks like the client secret of portal default" in result.stderr
    assert secret.lower()[2:] not in result.stderr.lower()
    with staffed.store() as store:
        assert secret not in str([record.facts for record in store.audit.walk()])
        assert store.changes.get(1001) is None


def test_a_secret_of_the_bot_that_is_typed_where_something_else_is_asked_for_is_refused(staffed: CliBot) -> None:
    """Pasted into the wrong question of `portal add`: the domain, or the member id."""
    staffed.run("portal", "check")
    secret = staffed.settings["BITRIX24_CLIENT_SECRET"]
    result = staffed.answer(f"x.bitrix24.com\n{secret}\napp.1\n", "portal", "add", "second")
    assert result.exit_code == 2, result.output
    assert "This looks like the client secret of portal default" in result.stderr
    with staffed.store() as store:
        assert secret not in str([record.facts for record in store.audit.walk()])


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("connector", "error", "myconnector", "1", "the", "old  «bridge»", "is", "--dry-run"), "the old  «bridge» is"),
        (
            ("run", "connector", "error", "myconnector", "1", "the", "old  «bridge»", "is", "--dry-run"),
            "the old  «bridge» is",
        ),
        (("run", "connector", "error", "myconnector", "1", "«the", "bridge»", "--dry-run"), "the bridge"),
        (
            ("run", "connector error myconnector 1 the  “old” bridge isn't --reason x --dry-run"),
            "the  “old” bridge isn't",
        ),
    ],
)
def test_a_text_that_was_typed_in_a_shell_has_none_of_its_quotation_marks(
    staffed: CliBot, words: tuple[str, ...], text: str
) -> None:
    shown = staffed.json(*words)
    assert shown["data"]["summary"]["text"] == f"Mark myconnector as broken on line 1 · Sales EU of default: {text}"


def test_words_that_an_options_value_leaves_over_are_answered_with_the_line_as_a_shell_reads_it(
    connected_cli_bot: CliBot,
) -> None:
    ways: tuple[tuple[str, ...], ...] = (
        (*REMOVE, "--reason", "старый", "номер"),
        ("run", f"{' '.join(REMOVE)} --reason старый номер"),
    )
    for typed in ways:
        told = connected_cli_bot.run(*typed)
        assert told.exit_code == 2
        assert "Did you mean: b24bot connector remove myconnector --reason 'старый номер'" in told.stderr
    told = connected_cli_bot.run("audit", "find", "--text", "old", "number", "--limit", "5")
    assert "“audit find” does not take “number”." in told.stderr
    assert "Did you mean: b24bot audit find --text 'old number' --limit 5" in told.stderr
    for stray in (("old", "--text", "number"), ("--limit", "5", "6")):
        assert "Did you mean" not in connected_cli_bot.run("audit", "find", *stray).stderr


def test_words_that_the_shell_has_split_are_a_line_as_well(staffed: CliBot) -> None:
    staffed.run("run", *REMOVE, "—reason", "«старый", "номер»")
    (change,) = staffed.json("request", "list")
    assert change["reason"]["text"] == "старый номер"


def test_a_dry_run_shows_the_plan_and_opens_nothing(connected_cli_bot: CliBot) -> None:
    shown = connected_cli_bot.run(*REMOVE, "--dry-run").stdout
    assert "only shown, nothing was done" in shown
    assert "Sales EU (line 1, on): active" in shown
    assert connected_cli_bot.json("request", "list") == []


def test_what_destroys_opens_a_change_request_and_says_where_it_waits(staffed: CliBot) -> None:
    with at_work(staffed):
        result = staffed.run(*REMOVE)
    assert result.exit_code == 0
    assert result.stdout == (
        "CR-1001 (Remove the connector myconnector from default) waits for approval. Its card goes to "
        f"#{staffed.settings['B24BOT_APPROVAL_CHANNEL']}.\n"
    )
    (change,) = staffed.json("request", "list")
    assert (change["id"], change["status"], change["requester"]) == ("CR-1001", "pending", ME)
    with staffed.store() as store:
        assert store.outbox.state_of("card:1001") == "new"


def test_without_a_worker_it_says_that_nobody_posts_the_card(staffed: CliBot) -> None:
    assert "No worker is running" in staffed.run(*REMOVE).stdout
    (staffed.home / "worker.lock").write_text("1\n")
    assert "No worker is running" in staffed.run(*REMOVE).stdout


def test_a_second_one_for_the_same_target_finds_the_first(staffed: CliBot) -> None:
    first = staffed.json(*REMOVE)
    again = staffed.json(*REMOVE)
    assert again["request"]["id"] == first["request"]["id"] == "CR-1001"
    assert "is open for this already" in again["title"]["text"]


def test_another_change_of_the_same_target_is_not_taken_on_and_its_exit_code_says_so(staffed: CliBot) -> None:
    staffed.run(*REMOVE)
    result = staffed.run("connector", "deactivate", "myconnector", "1", "--json")
    assert (result.exit_code, result.stdout) == (4, "")
    said = json.loads(result.stderr)
    summary = "Remove the connector myconnector from default"
    assert said["error"]["text"] == f"Not accepted: CR-1001 ({summary}) must end first."
    assert (said["kind"], said["exit_code"]) == ("Refusal", 4)
    assert "Ask again when it has ended." in said["hint"]["text"]
    assert [change["id"] for change in staffed.json("request", "list")] == ["CR-1001"]


def test_nobody_who_may_approve_is_told_before_anything_is_opened(connected_cli_bot: CliBot) -> None:
    connected_cli_bot.run("access", "grant", "T0009:U0002", "approver")
    result = connected_cli_bot.run(*REMOVE)
    assert result.exit_code == 4
    assert "access grant TEAM:USER approver" in result.stderr
    assert connected_cli_bot.json("request", "list") == []


def test_while_slack_is_silent_the_allow_list_shows_which_workspace_is_ours(staffed: CliBot) -> None:
    assert staffed.run(*REMOVE, **SILENT).exit_code == 0


def test_while_slack_is_silent_an_allow_list_of_two_workspaces_decides_nothing(staffed: CliBot) -> None:
    staffed.run("access", "grant", "T0009:U0002", "approver")
    result = staffed.run(*REMOVE, **SILENT)
    assert result.exit_code == 4
    assert "the allow-list names several" in result.stderr


def test_without_a_token_and_without_anybody_there_is_nobody_to_ask(connected_cli_bot: CliBot) -> None:
    result = connected_cli_bot.run(*REMOVE, SLACK_BOT_TOKEN="")
    assert result.exit_code == 4
    assert "Nobody can approve this now." in result.stderr


def test_what_the_requester_confirms_needs_a_yes_where_nobody_can_be_asked(cli_bot: CliBot) -> None:
    result = cli_bot.run("thing", "touch", "it's", **ODD)
    assert result.exit_code == 4
    assert "nobody can confirm it here" in result.stderr
    assert "--dry-run, then add --yes" in result.stderr
    assert json.loads(cli_bot.run("request", "list", "--json", **ODD).stdout) == []


def test_somebody_at_the_terminal_sees_the_plan_before_others_are_asked(staffed: CliBot) -> None:
    declined = staffed.answer("n\n", *REMOVE)
    assert declined.exit_code == 0
    assert "Sales EU (line 1, on): active" in declined.stdout
    assert "Nobody was asked, and nothing was done." in declined.stdout
    assert staffed.json("request", "list") == []
    assert "CR-1001" in staffed.answer("y\n", *REMOVE).stdout


def test_with_yes_nothing_is_asked(staffed: CliBot) -> None:
    assert "?" not in staffed.answer("", *REMOVE, "--yes").output
    assert "?" not in staffed.answer("", "run", "connector remove shopchat", "--yes").output


def test_a_command_that_only_reads_and_plans_all_the_same_is_a_fault_of_its_plugin(cli_bot: CliBot) -> None:
    result = cli_bot.run("thing", "smuggle", **ODD)
    assert result.exit_code == 1
    assert "The plugin odd failed while it worked on `thing smuggle`" in result.stderr
    assert "thing smuggle only reads, and returned a plan" in result.stderr, "the log says what"
    assert cli_bot.json("request", "list") == []


def test_a_loop_of_refused_commands_is_one_record_and_a_count(staffed: CliBot) -> None:
    before = len(staffed.tags())
    for _ in range(4):
        assert staffed.run(*REMOVE, "--break-glass", "--reason", "it burns", "--yes").exit_code == 3
    assert staffed.tags()[before:] == [Tag.COMMAND_REFUSED]
    with staffed.store() as store:
        (waiting,) = store.refusals.all()
    assert waiting.count == 3
    assert waiting.subjects[0].startswith("connector remove myconnector")


def test_an_empty_line_is_a_request_for_help(cli_bot: CliBot) -> None:
    assert "What you can type" in cli_bot.run("run", "").stdout


def test_a_line_that_only_the_parser_can_refuse_is_refused_in_its_words(cli_bot: CliBot) -> None:
    result = cli_bot.run("run", 'connector remove "my')
    assert result.exit_code == 2
    assert "opened and not closed" in result.stderr


def test_a_change_request_can_be_withdrawn_where_it_was_asked_for_and_only_once(staffed: CliBot) -> None:
    staffed.run(*REMOVE)
    result = staffed.run("request", "withdraw", "CR-1001")
    assert result.exit_code == 0
    assert "is withdrawn" in result.stdout
    with staffed.store() as store:
        assert store.changes.require(1001).status is Status.WITHDRAWN
    assert staffed.run("request", "withdraw", "CR-1001").exit_code == 4
    assert staffed.run("request", "withdraw", "CR-1002").exit_code == 4


def test_a_list_of_change_requests_has_a_table_json_and_a_filter(staffed: CliBot) -> None:
    staffed.run(*REMOVE, "--reason", "old")
    staffed.run("connector", "remove", "shopchat")
    assert staffed.json("request", "withdraw", "1002")["status"] == Status.WITHDRAWN
    assert [one["id"] for one in staffed.json("request", "list")] == ["CR-1001", "CR-1002"]
    (pending,) = en_json(staffed.json("request", "list", "--status", "pending"))
    assert {name: pending[name] for name in ("id", "status", "command", "place", "reason", "outcome")} == {
        "id": "CR-1001",
        "status": "pending",
        "command": "connector remove myconnector",
        "place": "default",
        "reason": "old",
        "outcome": "",
    }
    assert pending["created_at"].endswith("Z")
    assert len(staffed.json("request", "list", "--limit", "1")) == 1
    assert "CR-1001" in staffed.run("request", "list").stdout
    odd = staffed.run("request", "list", "--status", "odd")
    assert (odd.exit_code, odd.stderr) == (
        2,
        f"Error: The value of --status does not fit. There is no status “odd”.\nIt is {ONE_OF}.\n",
    )
    assert "partly-applied, undone" in " ".join(staffed.run("request", "list", "--help").stdout.split())
    assert staffed.json("request", "list", "--status", "partly applied") == []


def test_a_partly_done_change_request_is_shown_with_what_its_card_says(cli_bot: CliBot) -> None:
    lines = {"line 1": "active", "line 2": "active"}
    plan = replace(PLAN, before=lines, wanted=dict.fromkeys(lines), consequences={"line 1": "Sales is cut off."})
    with cli_bot.store() as store, store.unit_of_work() as tx:
        change = tx.changes.open(replace(new_change(), plan=plan))
        assert tx.changes.move(change.number, Status.PENDING, Status.APPROVED)
        found = '{"line 2":"active"}'
        ended: dict[str, str | int | None] = {"partly": 1, "found": found, "repeat": "same"}
        assert tx.changes.move(change.number, Status.APPROVED, Status.FAILED, changes=ended)
    shown = " ".join(cli_bot.run("request", "show", change.id).stdout.split())
    assert "Did not change line 2: active" in shown
    assert "Cut off now Sales is cut off." in shown
    assert "Next Do not ask for the same change again" in shown
    data = en_json(cli_bot.json("request", "show", change.id))
    assert (data["status"], cli_bot.json("request", "list")[0]["status"]) == ("partly-applied", "partly-applied")
    assert (data["did_not_change"], data["cut_off_now"]) == (["line 2: active"], ["Sales is cut off."])


def test_one_change_request_is_shown_whole(staffed: CliBot) -> None:
    staffed.run(*REMOVE, "--reason", "old")
    told = staffed.json("request", "show", "cr1001")
    assert told["calls"][0]["method"] == "imconnector.unregister"
    assert told["undo"]["kind"] == "none"
    shown = staffed.run("request", "show", "1001").stdout
    for words in ("CR-1001: Remove", "Reason", "old", "not posted yet", "Needs"):
        assert words in shown
    assert staffed.run("request", "show", "CR-7").exit_code == 4
    assert staffed.run("request", "show", "seven").exit_code == 2


def test_the_errors_of_a_line_are_json_too(connected_cli_bot: CliBot) -> None:
    result = connected_cli_bot.run("run", "connector show nobody", "--json")
    assert json.loads(result.stderr)["exit_code"] == result.exit_code == 4
