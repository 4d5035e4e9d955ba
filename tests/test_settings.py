"""Settings: where they come from, how they are read, and what is said about a wrong one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given as with_examples
from hypothesis import strategies as st

from bot.checks.configuration import refuse_early_reading
from bot.core.authority.policy import Terms
from bot.core.bot_errors import ConfigurationError
from bot.core.principals import Principal
from bot.plugin import Setting, public_url
from bot.settings import HOST_SETTINGS, LOG_LEVELS, Settings, load_settings
from bot.settings_file import read_settings_file, write_settings_file
from plugins.bitrix24.plugin import plugin
from tests.language.english import en, raises
from tests.tables.rows import each_row

TREES = (
    Setting(name="TREES_COLOUR", help="Of leaves.", default="green"),
    Setting(name="TREES_KEY", help="", secret=True),
)


def given(**values: str) -> Settings:
    """Settings with these in the environment."""
    return load_settings(values)


@pytest.fixture
def dotenv(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / ".env"
        path.write_text(text)
        return path

    return write


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(dotenv: Callable[[str], Path]) -> None:
    path = dotenv("B24BOT_COMMAND=/file\nB24BOT_QUORUM=2\n")
    settings = load_settings({"B24BOT_COMMAND": "/env"}, dotenv=path)
    assert settings["B24BOT_COMMAND"] == "/env"
    assert settings["B24BOT_QUORUM"] == "2"
    assert settings["B24BOT_REQUEST_TTL"] == "1h"


def test_empty_is_as_good_as_not_set(dotenv: Callable[[str], Path]) -> None:
    settings = load_settings({"B24BOT_COMMAND": ""}, dotenv=dotenv("B24BOT_COMMAND=\nB24BOT_QUORUM\n"))
    assert settings["B24BOT_COMMAND"] == "/b24"
    assert settings["B24BOT_QUORUM"] == "1"


def test_a_value_in_the_file_stands_for_itself(dotenv: Callable[[str], Path]) -> None:
    path = dotenv("""SLACK_BOT_TOKEN='a${HOME}b'\nSLACK_SIGNING_SECRET="q # r" # said\nexport B24BOT_COMMAND=/x\n""")
    settings = load_settings({}, dotenv=path)
    assert settings["SLACK_BOT_TOKEN"] == "a${HOME}b"
    assert settings["SLACK_SIGNING_SECRET"] == "q # r"
    assert settings["B24BOT_COMMAND"] == "/x"


def test_an_empty_line_below_takes_back_no_value_above_it(dotenv: Callable[[str], Path]) -> None:
    """Somebody adds lines at the top of a copy of `.env.example`, and leaves the rest as it is."""
    settings = load_settings({}, dotenv=dotenv("SLACK_BOT_TOKEN=xoxb-1\n# more\nSLACK_BOT_TOKEN=\n"))
    assert settings["SLACK_BOT_TOKEN"] == "xoxb-1"
    assert settings.wrong_values == ()


def test_a_name_with_two_values_is_named_and_a_line_that_is_none_too(dotenv: Callable[[str], Path]) -> None:
    twice = load_settings({}, dotenv=dotenv("B24BOT_QUORUM=2\nOTHER=1\nOTHER=2\nB24BOT_QUORUM=3\n"))
    assert [en(error.sentence).partition(" has several values in ")[0] for error in twice.wrong_values] == [
        "B24BOT_QUORUM"
    ]
    with raises(ConfigurationError, match=r"^Lines 2 and 4 of .* cannot be read"):
        load_settings({}, dotenv=dotenv("B24BOT_QUORUM=2\nfoo bar\n# fine\nSLACK_BOT_TOKEN='xoxb-1\n"))


def test_a_byte_order_mark_before_the_first_line_hides_no_setting(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("B24BOT_QUORUM=2\r\n", encoding="utf-8-sig")
    assert load_settings({}, dotenv=path)["B24BOT_QUORUM"] == "2"


def test_a_file_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    assert load_settings({}, dotenv=tmp_path / "none")["B24BOT_COMMAND"] == "/b24"


def test_without_arguments_it_is_the_environment_of_the_process() -> None:
    assert load_settings()["B24BOT_LOG_LEVEL"]


def test_the_rows_of_plugins_are_read_like_the_hosts_own() -> None:
    settings = load_settings({"TREES_KEY": "abc"}, more=TREES)
    assert settings["TREES_COLOUR"] == "green"
    assert settings.secrets == ("abc",)
    with raises(ConfigurationError, match="TREES_KEY is not set"):
        load_settings({}, more=TREES).require("TREES_KEY")


def test_what_no_row_names_is_not_read() -> None:
    with pytest.raises(KeyError):
        given(B24BOT_NONSENSE="1")["B24BOT_NONSENSE"]


def test_secrets_are_listed_and_are_not_in_the_repr() -> None:
    settings = given(SLACK_BOT_TOKEN="xoxb-canary", SLACK_SIGNING_SECRET="canary", B24BOT_COMMAND="/x")
    assert set(settings.secrets) == {"xoxb-canary", "canary"}
    assert "canary" not in f"{settings} {settings!r}"


def test_a_setting_that_is_needed_is_named_with_what_it_is() -> None:
    with pytest.raises(ConfigurationError) as caught:
        given().require("SLACK_APP_TOKEN")
    assert en(caught.value.sentence).startswith("SLACK_APP_TOKEN is not set. The app-level token")
    assert given(SLACK_APP_TOKEN="xapp").require("SLACK_APP_TOKEN") == "xapp"


@pytest.mark.parametrize(("word", "on"), [("on", True), (" ON ", True), ("1", True), ("yes", True), ("true", True)])
def test_a_switch_is_on_for_every_usual_word(word: str, on: bool) -> None:
    assert given(B24BOT_ALLOW_LOOPBACK=word).on("B24BOT_ALLOW_LOOPBACK") is on


@pytest.mark.parametrize("word", ["off", "0", "no", "false", "", "FALSE"])
def test_a_switch_is_off_for_the_words_that_say_so(word: str) -> None:
    assert not given(B24BOT_ALLOW_LOOPBACK=word).on("B24BOT_ALLOW_LOOPBACK")


@each_row(
    ("name", "value", "words"),
    [
        ("B24BOT_ALLOW_LOOPBACK", "maybe", "is neither on nor off"),
        ("B24BOT_BREAK_GLASS", "onn", "is neither on nor off"),
        ("B24BOT_AUDIT_CHANNEL", "#audit", "is not the id of a channel"),
        ("B24BOT_APPROVAL_CHANNEL", "U0001", "is not the id of a channel"),
        ("B24BOT_HEALTH_PORT", "70000", "is not a whole number from 0 to 65535"),
        ("B24BOT_QUORUM", "0", "is not a whole number from 1 to 20"),
        ("B24BOT_REQUEST_TTL", "soon", "is not a duration"),
        ("B24BOT_COMMAND", "b24", "is not a slash command"),
        ("SLACK_API_URL", "slack", "is not a web address"),
        ("B24BOT_PUBLIC_URL", "b24bot.example.com", "is not a public address"),
        ("B24BOT_PUBLIC_URL", "http://b24bot.example.com", "is not a public address"),
        ("B24BOT_PUBLIC_URL", "https://b24bot.example.com/x", "is not a public address"),
        ("B24BOT_PUBLIC_URL", "https://b24bot.example.com?x=1", "is not a public address"),
        ("B24BOT_PUBLIC_URL", "https://a@b24bot.example.com", "is not a public address"),
        ("B24BOT_PUBLIC_URL", "http://127.0.0.1.example.com", "is not a public address"),
        ("B24BOT_LANGUAGE", "de", "is not a language of b24bot"),
        ("B24BOT_CHANNEL_LANGUAGE", "Russian", "is not a language of b24bot"),
        ("B24BOT_LOG_LEVEL", "LOUD", "is not a log level"),
    ],
)
def test_a_wrong_value_is_named_by_its_own_setting(name: str, value: str, words: str) -> None:
    (error,) = given(**{name: value}).wrong_values
    assert en(error.sentence).startswith(f"{name}={value} {words}")


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("", ""),
        (" https://b24bot.example.com/ ", "https://b24bot.example.com"),
        ("https://b24bot.example.com:8443", "https://b24bot.example.com:8443"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
    ],
)
def test_a_public_address_is_https_or_on_this_host(value: str, url: str) -> None:
    settings = given(B24BOT_PUBLIC_URL=value)
    assert (settings.public_url, settings.wrong_values) == (url, ())
    assert public_url(settings.for_plugins, "sign") == (f"{url}/sign" if url else "")


def test_all_wrong_values_are_found_and_the_defaults_are_good() -> None:
    assert given().wrong_values == ()
    assert len(given(B24BOT_QUORUM="0", B24BOT_REQUEST_TTL="soon", B24BOT_ADMINS="anton").wrong_values) == 3


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("B24BOT_AUDIT_CHANEL", "B24BOT_AUDIT_CHANNEL"),
        ("b24bot_audit_channel", None),
        ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
        ("BITRIX24_SOMETHING_ELSE", ""),
        ("SLACK_WEBHOOK", None),
        ("B24BOT_SECRET_CLIENT_SECRET", None),
        ("B24BOT_QUORUM", None),
    ],
)
def test_a_misspelt_name_is_found_with_the_one_that_was_meant(name: str, meant: str | None) -> None:
    """None: it is nobody's business; empty: it looks like a setting, and like none of ours."""
    assert given(**{name: "1"}).unknown == ({} if meant is None else {name: meant or None})


@pytest.mark.parametrize("text", ["0s", "60", "-1h", "soon"])
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with raises(ConfigurationError, match="is not a duration") as caught:
        _ = given(B24BOT_REQUEST_TTL=text).terms
    assert en(caught.value.hint) == "Write 90s, 15m, 1h or 2d."


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"B24BOT_REQUEST_TTL": "59s"}, "B24BOT_REQUEST_TTL=59s is less than 1m."),
        ({"B24BOT_AUDIT_LAG": "250ms"}, "B24BOT_AUDIT_LAG=250ms is less than 1m."),
        ({"B24BOT_AUDIT_LAG": "31m"}, "B24BOT_AUDIT_LAG=31m is more than 30m."),
        ({"B24BOT_READBACK_AFTER": "1ms", "B24BOT_ALLOW_LOOPBACK": "on"}, "B24BOT_READBACK_AFTER=1ms is less than 1s."),
    ],
)
def test_a_duration_out_of_its_bounds_is_refused_with_the_bound(settings: dict[str, str], sentence: str) -> None:
    (error,) = given(**settings).wrong_values
    assert en(error.sentence) == sentence
    bound = sentence.removesuffix(".").rpartition(" ")[2]
    assert en(error.hint) == f"Set it to {bound} or {'less' if 'more than' in sentence else 'more'}."


def test_only_a_portal_on_this_machine_may_be_read_back_sooner_than_its_plugin_says() -> None:
    for settings in (
        given(B24BOT_READBACK_AFTER="1s", B24BOT_ALLOW_LOOPBACK="on"),
        given(B24BOT_READBACK_AFTER="75s"),
        given(),
    ):
        refuse_early_reading(settings, [plugin])
    with pytest.raises(ConfigurationError) as caught:
        refuse_early_reading(given(B24BOT_READBACK_AFTER="74s"), [plugin])
    assert en(caught.value.sentence) == "B24BOT_READBACK_AFTER=74s is less than 75s."
    assert en(caught.value.hint) == "The plugin bitrix24 needs at least 75s: set B24BOT_READBACK_AFTER to that or more."
    assert given(B24BOT_READBACK_AFTER="2m").settle_after_ms == 120_000


@pytest.mark.parametrize("text", ["1", " 2 ", "20"])
def test_a_number_within_its_bounds_is_read(text: str) -> None:
    assert given(B24BOT_QUORUM=text).number("B24BOT_QUORUM", 1, 20) == int(text)


@pytest.mark.parametrize("text", ["0", "21", "-1", "1.0", "one", "٣", "1e1", "9" * 5_000])
def test_a_number_out_of_its_bounds_is_refused(text: str) -> None:
    with raises(ConfigurationError, match="is not a whole number from 1 to 20"):
        given(B24BOT_QUORUM=text).number("B24BOT_QUORUM", 1, 20)


def test_the_terms_are_the_quorum_and_the_waiting_time() -> None:
    assert given().terms == Terms(quorum=1, expires_in=3_600_000)
    assert given(B24BOT_QUORUM="3", B24BOT_REQUEST_TTL="15m").terms == Terms(quorum=3, expires_in=900_000)


def test_admins_are_a_list_of_people() -> None:
    assert given().admins == ()
    anna, boris = Principal(team="T0001", user="U0001"), Principal(team="T0001", user="U0002")
    assert given(B24BOT_ADMINS=" T0001:U0001 ,, T0001:U0002,").admins == (anna, boris)


def test_an_admin_who_is_nobody_is_refused_with_the_way_to_find_out() -> None:
    with pytest.raises(ConfigurationError) as caught:
        assert given(B24BOT_ADMINS="T0001:U0001,@anna").admins
    assert en(caught.value.sentence) == "B24BOT_ADMINS: “@anna” is not a Slack person."
    assert "Copy member ID" in en(caught.value.hint)


def test_two_accounts_of_one_person_are_pairs() -> None:
    assert given().same_person == ()
    anna, other = Principal(team="T0001", user="U0001"), Principal(team="T0001", user="U0002")
    told = given(B24BOT_SAME_PERSON=" T0001:U0001 = T0001:U0002 ,, local:anna=T0001:U0001,")
    assert told.same_person == ((anna, other), (Principal.shell("anna"), anna))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("T0001:U0001", "B24BOT_SAME_PERSON: “” is not a Slack person."),
        ("T0001:U0001=anna", "B24BOT_SAME_PERSON: “anna” is not a Slack person."),
        ("=T0001:U0001", "B24BOT_SAME_PERSON: “” is not a Slack person."),
        ("local:=T0001:U0001", "B24BOT_SAME_PERSON: “local:” is not a Slack person."),
        ("T0001:U0001=T0001:U0002=T0001:U0003", "“T0001:U0002=T0001:U0003” is not a Slack person."),
        ("T0001:U0001=T0001:U0001", "B24BOT_SAME_PERSON: “T0001:U0001=T0001:U0001” does not pair two accounts."),
        ("T0001:U0001=T0001:U0002,oops", "B24BOT_SAME_PERSON: “oops” is not a Slack person."),
    ],
)
def test_a_pair_that_is_none_is_refused_with_how_to_write_one(text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        assert given(B24BOT_SAME_PERSON=text).same_person
    assert sentence in en(caught.value.sentence)
    assert en(caught.value.hint).startswith("Write TEAM:USER=TEAM:USER")


@pytest.mark.parametrize("level", [*LOG_LEVELS, "info", " Debug "])
def test_a_log_level_is_read_however_it_is_capitalised(level: str) -> None:
    assert given(B24BOT_LOG_LEVEL=level).log_level == level.strip().upper()


def test_an_unknown_log_level_is_refused_with_the_list() -> None:
    with pytest.raises(ConfigurationError) as caught:
        assert given(B24BOT_LOG_LEVEL="LOUD").log_level
    assert en(caught.value.hint) == "Choose one of: DEBUG, INFO, WARNING, ERROR."


def test_the_database_and_the_keys_never_share_a_folder_by_default() -> None:
    settings = given()
    assert settings.home.name == "b24bot"
    assert settings.key_file.name == "key"
    assert settings.home not in settings.key_file.parents


def test_a_tilde_is_the_users_own_folder() -> None:
    settings = given(B24BOT_HOME="~/bot", B24BOT_KEY_FILE="~/keys/key")
    assert settings.home == Path.home() / "bot"
    assert settings.key_file == Path.home() / "keys" / "key"


@each_row("row", HOST_SETTINGS)
def test_every_row_has_a_help_sentence_and_no_secret_has_a_default(row: Setting) -> None:
    assert en(row.help).endswith(".")
    assert not (row.secret and row.default)


def test_no_setting_has_two_rows() -> None:
    names = [row.name for row in HOST_SETTINGS]
    assert len(set(names)) == len(names)


@each_row("row", HOST_SETTINGS)
def test_whatever_has_the_name_of_a_secret_is_one(row: Setting) -> None:
    assert row.secret == any(word in row.name for word in ("TOKEN", "SECRET", "DATABASE_URL", "KEYS"))


def test_the_defaults_can_be_read() -> None:
    settings = given()
    assert settings.settle_after_ms == 0
    assert settings.log_level == "INFO"
    assert not settings.on("B24BOT_ALLOW_LOOPBACK")


@pytest.mark.parametrize("name", ["b24", "/B24", "/", "", "/b24 x", "/" + "x" * 32])
def test_a_command_that_slack_cannot_have_is_refused_with_the_way_to_write_it(name: str) -> None:
    settings = Settings(values={"B24BOT_COMMAND": name})
    with raises(ConfigurationError, match="not a slash command"):
        assert settings.command


@pytest.mark.parametrize(
    "url", ["notaurl", "ftp://slack.com/api/", "https://", "https://slack.com/api/?x=1", "http://[::1", ""]
)
def test_an_api_address_that_is_none_is_refused(url: str) -> None:
    settings = Settings(values={"SLACK_API_URL": url})
    with raises(ConfigurationError, match="not a web address"):
        assert settings.slack_api


def test_the_defaults_are_a_command_and_an_address() -> None:
    assert load_settings({}).command == "/b24"
    assert load_settings({}).slack_api == "https://slack.com/api/"


def test_the_audit_channel_may_lag_half_an_hour_at_most() -> None:
    assert given().audit_lag_ms == given(B24BOT_AUDIT_LAG="30m").audit_lag_ms == 1_800_000
    assert given(B24BOT_AUDIT_LAG="90s").audit_lag_ms == 90_000
    for text in ("31m", "1801s", "1h"):
        with raises(ConfigurationError, match=f"B24BOT_AUDIT_LAG={text} is more than 30m"):
            _ = given(B24BOT_AUDIT_LAG=text).audit_lag_ms


def test_the_witness_file_is_a_path_or_nothing() -> None:
    assert given().witness_file is None
    assert given(B24BOT_WITNESS_FILE="~/w").witness_file == Path.home() / "w"


@pytest.mark.parametrize(
    ("values", "locale", "person", "channel"),
    [
        ({}, "", "en", "en"),
        ({}, "ru-RU", "ru", "en"),
        ({}, "de-DE", "en", "en"),
        ({"B24BOT_CHANNEL_LANGUAGE": "ru"}, "en-GB", "en", "ru"),
        ({"B24BOT_CHANNEL_LANGUAGE": "ru"}, "", "ru", "ru"),
        ({"B24BOT_LANGUAGE": "ru"}, "en-GB", "ru", "ru"),
        ({"B24BOT_LANGUAGE": "en", "B24BOT_CHANNEL_LANGUAGE": "ru"}, "ru-RU", "en", "en"),
        ({"B24BOT_LANGUAGE": " en-XA "}, "ru-RU", "en-XA", "en-XA"),
    ],
)
def test_a_person_reads_their_own_language_and_a_channel_its_own_unless_one_is_fixed(
    values: dict[str, str], locale: str, person: str, channel: str
) -> None:
    languages = given(**values).languages
    assert (languages.choose(locale), languages.shared) == (person, channel)


_LINES = st.lists(
    st.one_of(
        st.sampled_from(["", "# a comment", "export SLACK_BOT_TOKEN=old", "SLACK_BOT_TOKEN=", "A='two words' # why"]),
        st.builds("{}={}".format, st.sampled_from(["SLACK_BOT_TOKEN", "B24BOT_QUORUM", "A"]), st.sampled_from("123")),
    )
)
_VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1)


@with_examples(lines=_LINES, value=_VALUES, end=st.booleans())
def test_a_written_value_is_read_back_and_every_other_line_stays(lines: list[str], value: str, end: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ".env"
        path.write_text("\n".join(lines) + "\n" * end, encoding="utf-8")
        before, _ = read_settings_file(path)
        write_settings_file(path, {"SLACK_BOT_TOKEN": value})
        after, twice = read_settings_file(path)
        assert after == {**before, "SLACK_BOT_TOKEN": value}
        assert "SLACK_BOT_TOKEN" not in twice
        others = [line for line in lines if line and "SLACK_BOT_TOKEN" not in line]
        assert [line for line in path.read_text("utf-8").splitlines() if line in others] == others
        assert path.stat().st_mode & 0o777 == 0o600
        assert list(Path(folder).iterdir()) == [path]
