"""`b24bot audit`: what is found and exported."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.audit.audit_command import COLUMNS, RISKY, cell
from bot.core.audit.audit_record import Entry, Tag
from bot.core.authority.policy import NeedsConfirmation
from bot.core.change.plans import decision_to_json
from tests.cli.cli_bot import CliBot
from tests.cli.commands.test_access_command import ME
from tests.tables.quick import fewer

AT = 1_772_373_900_250


@pytest.fixture
def kept(cli_bot: CliBot) -> CliBot:
    """Three records; one of them begins like a formula."""
    with cli_bot.store() as store, store.unit_of_work() as tx:
        for tag, actor, facts in (
            (Tag.COMMAND_RAN, "T1:U1", {"line": "=cmd|calc"}),
            (Tag.REVIEW_APPROVED, "T1:U2", {"approvals": 1, "reason": None}),
            (Tag.REVIEW_REJECTED, "@cme", {"reason": "with\nbreaks, “quotes” and, commas"}),
        ):
            tx.audit.append(Entry(tag=tag, actor=actor, subject="CR-1", facts=facts), at=AT)
    return cli_bot


def test_an_export_has_one_record_a_line_with_its_place_in_the_chain(kept: CliBot) -> None:
    rows = [json.loads(line) for line in kept.run("audit", "export").stdout.splitlines()]
    assert [row["seq"] for row in rows] == [1, 2, 3]
    first = rows[0]
    assert set(first) == set(COLUMNS)
    assert first["facts"] == {"line": "=cmd|calc"}
    assert datetime.fromisoformat(first["at"]) == datetime.fromtimestamp(AT / 1000, UTC)
    assert first["at"] == "2026-03-01T14:05:00.250Z"
    with kept.store() as store:
        record = store.audit.get(1)
    assert record is not None
    assert (first["key_id"], first["mac"]) == (record.key_id, record.mac.hex())


def test_an_export_can_go_on_where_the_last_one_ended(kept: CliBot) -> None:
    (row,) = kept.run("audit", "export", "--after", "2").stdout.splitlines()
    assert json.loads(row)["seq"] == 3


def test_a_number_that_no_record_can_have_is_refused_as_words(kept: CliBot) -> None:
    assert kept.run("audit", "export", "--after", str(2**63 - 1)).stdout == ""
    result = kept.run("audit", "export", "--after", str(2**63))
    assert result.exit_code == 2
    assert "--after" in result.stderr


@pytest.mark.parametrize("option", ["--subject", "--tag", "--actor", "--text"])
def test_what_is_no_utf_8_is_refused_as_words(kept: CliBot, option: str) -> None:
    result = kept.run("audit", "find", option, "\udcff")
    assert result.exit_code == 2
    assert f"{option} is not UTF-8" in result.stderr


def test_a_spreadsheet_gets_the_same_records_and_no_formula(kept: CliBot) -> None:
    text = kept.run("audit", "export", "--format", "csv").stdout
    assert len(text.splitlines()) == 4
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["seq"] for row in rows] == ["1", "2", "3"]
    assert rows[2]["actor"] == "'@cme"
    assert json.loads(rows[2]["facts"])["reason"] == "with\nbreaks, “quotes” and, commas"
    assert not [value for row in rows for value in row.values() if value.startswith(RISKY)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", '"=1', "'=1", " \"'-1", "＝1"])
def test_a_cell_that_begins_like_a_formula_is_quoted(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["\ta", "\ra", "\n=1", "\r\n@a"])
def test_one_that_begins_with_what_ends_a_cell_is_quoted_and_has_it_written_out(text: str) -> None:
    shown = cell(text)
    assert shown.startswith("'\\u00")
    assert not set(shown) & set("\r\n\t")


STRANGE = st.text(st.one_of(st.sampled_from("=+-@\t\r\n\"' ;,＝＋－＠"), st.characters()), max_size=12)


@given(text=STRANGE, reason=STRANGE)
@settings(max_examples=fewer(300, 75))
def test_whoever_reads_the_file_line_by_line_and_by_any_separator_meets_no_formula(text: str, reason: str) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow([1, cell(text), cell({"reason": reason})])
    assert len(file.getvalue().splitlines()) == 1
    _, shown, facts = next(csv.reader(io.StringIO(file.getvalue())))
    assert json.loads(facts) == {"reason": reason}
    for part in [*re.split("[;\t]", shown), *re.split("[;\t]", facts)]:
        assert not part.strip(" \"'").startswith(RISKY) or part.startswith("'")


def test_a_fact_with_a_line_break_does_not_pass_for_two(cli_bot: CliBot) -> None:
    with cli_bot.store() as store, store.unit_of_work() as tx:
        facts = {"reason": "no\napprovals: 9"}
        tx.audit.append(Entry(tag=Tag.REVIEW_REJECTED, actor="T1:U2", subject="CR-1", facts=facts), at=AT)
    assert "Reason: no approvals: 9" in cli_bot.run("audit", "find").stdout


@pytest.mark.parametrize(("value", "shown"), [("a=1", "a=1"), (7, "7"), ({"a": 1}, '{"a": 1}'), ("", "")])
def test_other_cells_stay_as_they_are(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_records_are_found_by_what_is_given(kept: CliBot) -> None:
    assert [row["seq"] for row in kept.json("audit", "find")] == [3, 2, 1]
    assert [row["seq"] for row in kept.json("audit", "find", "--tag", "change:review")] == [3, 2]
    assert [row["seq"] for row in kept.json("audit", "find", "--actor", "T1:U1")] == [1]
    assert [row["seq"] for row in kept.json("audit", "find", "--text", "calc")] == [1]
    assert [row["seq"] for row in kept.json("audit", "find", "--subject", "CR-1", "--limit", "1")] == [3]
    assert kept.json("audit", "find", "--subject", "CR-2") == []


def test_what_is_found_is_a_table_for_people(kept: CliBot) -> None:
    shown = " ".join(kept.run("audit", "find").stdout.split())
    assert "T1:U2 approved CR-1 · Approvals: 1" in shown
    assert "T1:U1 ran a command · Typed: =cmd|calc" in shown
    assert "approvals: 1" not in shown
    assert "None" not in shown


def test_an_actor_is_an_id_a_member_id_or_an_account_and_a_name_is_refused(cli_bot: CliBot) -> None:
    assert "The workspace of U0001 is not known" in cli_bot.run("audit", "find", "--actor", "U0001").stderr
    cli_bot.run("access", "grant", "T0001:U0001", "viewer")
    with cli_bot.store() as store, store.unit_of_work() as tx:
        tx.audit.append(Entry(tag=Tag.COMMAND_RAN, actor="T0001:U0001", subject="T0001:U0001"), at=AT)
    for typed in ("T0001:U0001", "U0001", "@U0001"):
        assert [row["tag"] for row in cli_bot.json("audit", "find", "--actor", typed)] == [Tag.COMMAND_RAN]
    for typed in (ME, ME.partition(":")[2]):
        assert [row["actor"] for row in cli_bot.json("audit", "find", "--actor", typed)] == [ME]
    refused = cli_bot.run("audit", "find", "--actor", "Olga")
    assert refused.exit_code == 2
    assert "b24bot does not know the name “Olga”" in refused.stderr
    assert "T0001:U0002" in refused.stderr


def test_where_nothing_is_found_the_filters_are_named(kept: CliBot) -> None:
    shown = kept.run("audit", "find", "--subject", "CR-2", "--actor", "T1:U7", "--tag", "change")
    assert shown.stdout == "No audit record matches --subject CR-2, --tag change, and --actor T1:U7.\n"


def test_a_decision_is_data_where_it_is_found_and_as_it_is_chained_where_it_is_exported(cli_bot: CliBot) -> None:
    decision = decision_to_json(NeedsConfirmation(expires_in=7))
    with cli_bot.store() as store, store.unit_of_work() as tx:
        for text in (decision, "damaged"):
            tx.audit.append(
                Entry(tag=Tag.CHANGE_REQUESTED, actor="T1:U2", subject="CR-1", facts={"decision": text}), at=AT
            )
    found = [row["facts"]["decision"] for row in cli_bot.json("audit", "find")]
    assert found == ["damaged", {"kind": "NeedsConfirmation", "expires_in": 7}]
    exported = [json.loads(line)["facts"] for line in cli_bot.run("audit", "export").stdout.splitlines()]
    assert exported == [{"decision": decision}, {"decision": "damaged"}]


def test_looking_at_the_record_leaves_no_record(kept: CliBot) -> None:
    kept.run("audit", "find")
    kept.run("audit", "export")
    assert len(kept.tags()) == 3
    kept.run("access", "grant", "T0001:U0001", "viewer")
    assert kept.json("audit", "find", "--tag", "access")[0]["actor"] == ME
