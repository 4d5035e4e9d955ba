"""What looks like a secret in typed words: a mark wherever people read, sealed where it rests, whole when sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.core.bot_errors import SecretTyped
from bot.core.change.change_request import ChangeRequest, Status
from bot.plugin import CallVerdict
from bot.store.key_rotation import list_key_uses, retire_key, rotate_key
from bot.store.sealing.keyring import Keyring, create_key_file, load_key_file
from bot.store.store import Store, open_store
from bot.testing.services import lay_out
from bot.usecases.intake.receipts import find_secret, receive, words_in
from tests.call_counts import count_calls
from tests.language.english import en, raises
from tests.usecases.core_bot import ANTON, OLGA, CoreBot, StillClock
from tests.usecases.toy import Script

SECRET = "q7hush7q"
COLOUR = f"https://x.example/?api-key={SECRET}"
MARK = re.compile(r"api-key=‹secret, 8 characters, #[0-9a-f]{6}›")


def assert_not_at_rest(core_bot: CoreBot) -> None:
    """Neither in a page of the file nor in what lies beside it."""
    folder = core_bot.store.database.path.parent
    left = [path.name for path in folder.iterdir() if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert not left


def painted(core_bot: CoreBot) -> ChangeRequest:
    change = core_bot.ask(f"thing paint one --colour {COLOUR}")
    core_bot.press(OLGA, change, "confirm")
    core_bot.work()
    return core_bot.now(change)


def test_a_call_gets_the_whole_secret_and_card_record_and_file_hold_a_mark(core_bot: CoreBot) -> None:
    receive(core_bot.ctx, core_bot.typed(OLGA, f"thing paint one --colour {COLOUR} --reason {COLOUR}"))
    assert_not_at_rest(core_bot)
    core_bot.work()
    change = core_bot.change()
    for shown in (change.line, change.reason, change.plan.calls[0].note, str(change.plan.wanted)):
        assert MARK.search(en(shown)), shown
    assert SECRET not in str(change)
    core_bot.press(OLGA, change, "confirm")
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert core_bot.toy.calls[-1].params["COLOUR"] == COLOUR
    assert core_bot.store.records("toy").get("painted", "one") == {"colour": COLOUR}
    texts = [str(record.facts) for record in core_bot.store.audit.walk()]
    assert any(MARK.search(text) for text in texts)
    assert SECRET not in str([*texts, core_bot.messenger.private_notices])
    assert_not_at_rest(core_bot)


def test_the_reason_of_a_rejection_is_stored_recorded_and_said_without_its_secret(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing remove one")
    core_bot.send(ANTON, change, f"see {COLOUR}")
    core_bot.work()
    now = core_bot.now(change)
    (record,) = core_bot.records(Tag.REVIEW_REJECTED)
    for shown in (now.outcome, now.reviews[0].reason, str(record.facts["reason"]), "\n".join(core_bot.threads)):
        assert MARK.search(en(shown)), shown
    assert_not_at_rest(core_bot)


def test_two_different_secrets_look_different_to_whoever_approves(core_bot: CoreBot) -> None:
    first = core_bot.ask(f"thing paint one --colour {COLOUR}").line
    other = core_bot.ask(f"thing paint two --colour {COLOUR[:-1]}x").line.replace("two", "one")
    assert first != other
    assert MARK.search(first)
    assert MARK.search(other)


def test_an_undo_puts_the_whole_secret_back(core_bot: CoreBot) -> None:
    painted(core_bot)
    later = core_bot.ask("thing paint one --colour green")
    assert MARK.search(later.plan.undo.line)
    core_bot.press(OLGA, later, "confirm")
    core_bot.work()
    core_bot.press(OLGA, core_bot.now(later), "undo")
    core_bot.work()
    core_bot.press(OLGA, core_bot.change(), "confirm")
    core_bot.work()
    assert core_bot.toy.things["one"] == COLOUR
    assert core_bot.now(later).undone_by == core_bot.change().number
    assert_not_at_rest(core_bot)


TOKEN = "Zq7Xw3Lp9Rt5Vn2Kd8Hs4Fb6Gm1Jc0Ya"
"""Looks as if made by chance; the beginning of it does not."""


def padded(before: int) -> str:
    """A text in which only the first ten characters of a secret stand before this place."""
    return f"{'x ' * before}"[: before - 10] + TOKEN


CUT: dict[str, Callable[[CoreBot], object]] = {
    "the reason of a command": lambda core_bot: core_bot.type(OLGA, f"thing paint one --reason '{padded(500)}'"),
    "the reason of a freeze": lambda core_bot: core_bot.type(OLGA, f"freeze {padded(500)}"),
    "a long reason of a freeze": lambda core_bot: core_bot.type(OLGA, f"freeze {padded(1_000)}"),
    "the reason of a rejection": lambda core_bot: core_bot.send(ANTON, core_bot.ask(), padded(1_000)),
    "the line that is shown as it was read": lambda core_bot: core_bot.type(OLGA, f"“thing” {padded(290)}"),
    "a plan in words": lambda core_bot: boast(core_bot, padded(190)),
}


def boast(core_bot: CoreBot, words: str) -> ChangeRequest:
    """A plan whose summary says this, carried out."""
    core_bot.toy.words = words
    return core_bot.approved("thing brag")


@pytest.mark.parametrize("cut", CUT)
def test_no_beginning_of_a_secret_is_left_where_a_text_is_cut(core_bot: CoreBot, cut: str) -> None:
    CUT[cut](core_bot)
    core_bot.work()
    kept = (
        core_bot.store.database.path.read_bytes()
        + str([core_bot.messenger.said, core_bot.messenger.private_notices]).encode()
    )
    assert TOKEN[:8].encode() not in kept


@pytest.mark.parametrize(
    "words", [f'password="{SECRET}"', f"пароль: {SECRET}", f'{{"access_token": "{SECRET}"}}', f"токен={SECRET}"]
)
def test_a_secret_is_sealed_in_whatever_marks_and_script_it_is_named(core_bot: CoreBot, words: str) -> None:
    """A waiting job and a plugin's record are stored as JSON, in which marks and letters are written otherwise."""
    core_bot.store.records("toy").put("painted", "one", {"colour": words})
    core_bot.store.records("toy").put("painted", "two", {"access_token": SECRET})
    receive(core_bot.ctx, core_bot.typed(OLGA, f"thing paint one --colour '{words}'"))
    assert_not_at_rest(core_bot)
    assert core_bot.store.records("toy").get("painted", "one") == {"colour": words}
    core_bot.work()
    assert core_bot.store.changes.exact(core_bot.change()).plan.calls[0].params["COLOUR"] == words


def test_a_plan_that_was_sealed_is_the_approved_one_or_does_not_run(core_bot: CoreBot) -> None:
    """Taken off, or put beside another change request, it is not what was approved."""
    change = core_bot.ask(f"thing paint one --colour {COLOUR}")
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET sealed = NULL")
    core_bot.press(OLGA, change, "confirm")
    core_bot.work()
    assert core_bot.now(change).status is not Status.DONE
    assert core_bot.toy.calls == []


def test_an_unknown_outcome_is_settled_by_the_whole_plan(core_bot: CoreBot) -> None:
    change = core_bot.ask(f"thing paint one --colour {COLOUR}")
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN))
    core_bot.press(OLGA, change, "confirm")
    core_bot.work()
    core_bot.wait(200, step=5)
    assert core_bot.now(change).status is Status.DONE


def without_sealing(core_bot: CoreBot) -> None:
    """The file as the release before had it."""
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("ALTER TABLE changes DROP COLUMN sealed")
        store.engine.execute("DELETE FROM _sqlite_migrations WHERE name = 'm008_sealed_changes'")


def test_open_requests_of_the_release_before_end_as_they_would_have(tmp_path: Path) -> None:
    """A plan that was stored in the clear keeps its digest: it is run as it was approved."""
    lay_out(tmp_path)
    keys, clock = Keyring({"k1": bytes(32)}), StillClock()
    before = CoreBot(tmp_path, store=open_store(tmp_path, keys, clock, synchronous="OFF"))
    waits = before.ask("thing paint one --colour blue")
    approved = before.ask("thing remove two")
    before.press(ANTON, approved, "approve")
    without_sealing(before)
    before.store.close()
    after = CoreBot(tmp_path, store=open_store(tmp_path, keys, clock, synchronous="OFF"), roles={}, toy=before.toy)
    after.clock.now = before.clock.now
    after._keys = 1_000
    after.press(OLGA, after.now(waits), "confirm")
    after.work()
    assert (after.now(waits).status, after.now(approved).status) == (Status.DONE, Status.DONE)
    assert after.store.audit.broken_at() is None
    after.store.close()


def test_sealed_texts_move_to_a_new_key_with_the_secrets(tmp_path: Path) -> None:
    key_file = tmp_path / "keys" / "key"
    create_key_file(key_file)
    home = tmp_path / "home"
    lay_out(home)
    store = open_store(home, load_key_file(key_file, home=home), StillClock(), synchronous="OFF")
    store.records("toy").put("painted", "one", {"colour": COLOUR})
    rotate_key(store, key_file, by="tester")
    assert [key.secrets for key in list_key_uses(store, store.keys)] == [1, 0]
    retire_unless_used(store, key_file)
    assert store.records("toy").get("painted", "one") == {"colour": COLOUR}
    assert store.records("toy").all("painted") == {"one": {"colour": COLOUR}}
    store.close()


def retire_unless_used(store: Store, key_file: Path) -> None:
    former = store.keys.ids[1]
    if not next(key for key in list_key_uses(store, store.keys) if key.id == former).used:
        retire_key(store, key_file, former)


WAYS = ["{}", "--reason {}", "Bearer {}", "https://x.example/?api-key={}&x=1", "key={}", "x/{}/y", "“{}”", "({})."]
WAYS += ["токен{}", "{}1", "x{}x", f"{'x' * 3_000}{{}}{'x' * 900}"]


@pytest.mark.parametrize("way", WAYS)
def test_a_known_secret_in_typed_words_is_refused_before_receipt_and_job(core_bot: CoreBot, way: str) -> None:
    core_bot.store.secrets("toy").write(
        "prod", {"client_secret": "Cl13nt/S+crt=", "client_id": "local.123456"}, after=0
    )
    before = core_bot.store.database.path.read_bytes()
    for secret in ("Cl13nt/S+crt=", "Cl13nt%2FS%2Bcrt%3D"):
        typed = core_bot.typed(OLGA, f"thing remove one {way.format(secret)}")
        with raises(SecretTyped, match="This looks like the client secret of portal prod"):
            receive(core_bot.ctx, typed)
    assert core_bot.store.database.path.read_bytes() == before
    receive(core_bot.ctx, core_bot.typed(OLGA, f"thing remove one {way.format('local.123456')}"))


def test_a_token_is_known_from_its_renewal_on_and_in_a_form_too(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing remove one")
    secrets = core_bot.store.secrets("toy")
    for generation, token in enumerate(("first-token", "other-token")):
        secrets.write("prod", {"access": token}, after=generation)
        with raises(SecretTyped, match="an access token of portal prod"):
            receive(core_bot.ctx, core_bot.typed(OLGA, f"thing list see {token}, please"))
        assert find_secret(
            core_bot.ctx.deployment.known_secrets, words_in(core_bot.form(ANTON, change, f"see {token}, please"))
        )
    receive(core_bot.ctx, core_bot.form(ANTON, change, "see first-token, please"))


def test_a_secret_of_any_plugin_is_known_by_the_name_of_its_field(core_bot: CoreBot) -> None:
    """Whatever a plugin keeps beside it is no secret: the address of a portal is typed all the time."""
    kept = {"api_key": "Qx7Lp9Rt5Vn2", "domain": "acme.example.com", "accessToken": "Kd8Hs4Fb6Gm1"}
    core_bot.store.secrets("toy").write("prod", kept, after=0)
    for field, words in (("api_key", "the api key of portal prod"), ("accessToken", "the accessToken of portal prod")):
        with raises(SecretTyped, match=f"This looks like {words}"):
            receive(core_bot.ctx, core_bot.typed(OLGA, f"thing remove one --reason {kept[field]}"))
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing remove one --reason acme.example.com"))


def test_a_short_secret_is_known_as_a_whole_word_and_not_inside_another(core_bot: CoreBot) -> None:
    core_bot.store.secrets("toy").write("prod", {"password": "removing"}, after=0)
    with raises(SecretTyped, match="a password of portal prod"):
        receive(core_bot.ctx, core_bot.typed(OLGA, "thing list, removing!"))
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing remove one --reason unremovingly"))


def test_a_key_of_the_key_file_is_known(core_bot: CoreBot) -> None:
    with raises(SecretTyped, match="a key of the key file"):
        receive(core_bot.ctx, core_bot.typed(OLGA, f"help k1:{core_bot.store.keys.texts()[0]}"))


def test_the_records_from_before_stay_verifiable(core_bot: CoreBot) -> None:
    """They were written with other words: a chain is over what is stored."""
    core_bot.type(OLGA, "thing list")
    with core_bot.store.unit_of_work() as tx:
        tx.audit.append(
            Entry(tag=Tag.COMMAND_REFUSED, actor=OLGA.id, subject=OLGA.id, facts={"line": COLOUR}),
            at=core_bot.clock.now,
        )
    core_bot.type(OLGA, f"thing remove one --reason {COLOUR}")
    assert core_bot.store.audit.broken_at() is None
    assert SECRET in str([record.facts for record in core_bot.records(Tag.COMMAND_REFUSED)])


@pytest.mark.parametrize("between", ["-", " ", "\n", "\u00a0", "\u2011", "_", "%20", "- "])
def test_a_known_secret_is_found_whatever_was_put_into_it(core_bot: CoreBot, between: str) -> None:
    token = "f334c770847367f20ab41e8f65b3c767a1b2c3d4"
    signing = "xoxs-4f9d-0c2e77ab51"
    core_bot.store.secrets("toy").write("prod", {"access": token, "refresh": signing}, after=0)
    for secret, at in ((token, 20), (token, 3), (signing, 12)):
        with raises(SecretTyped, match="portal prod"):
            receive(core_bot.ctx, core_bot.typed(OLGA, f"thing remove x --reason {secret[:at]}{between}{secret[at:]}"))


def test_a_long_word_is_looked_through_once_however_many_secrets_there_are(core_bot: CoreBot) -> None:
    for number in range(40):
        found = {"access": f"{number:02}" + "f334c770847367f2" * (number + 1)}
        core_bot.store.secrets("toy").write(f"p{number}", found, after=0)
    known = core_bot.ctx.deployment.known_secrets
    assert known.find(["nothing"]) is None
    calls = count_calls(lambda: known.find(["abc0defg1" * 400]))
    assert calls < 4 * 4 * 3_600
