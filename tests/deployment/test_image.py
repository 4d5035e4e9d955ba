"""The Dockerfile keeps the rules of a small, locked image without root, and a change that breaks one is noticed."""

from __future__ import annotations

from pathlib import Path

from bot.settings import HOST_SETTINGS
from tests.deployment.dockerfile import environment_of, list_broken, of, read_instructions
from tests.tables.rows import each_row

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTIONS = read_instructions(TEXT)


def test_every_rule_is_kept() -> None:
    assert list(list_broken(TEXT)) == []


@each_row(
    ("old", "new", "broken"),
    [
        ("python:3.13.9-slim-bookworm\n", "python:latest\n", "base_has_a_version"),
        ("COPY bot bot", "ADD https://example.com/bot.tar.gz bot", "adds_nothing_from_elsewhere"),
        ("--require-hashes ", "", "installs_only_what_is_locked"),
        ("--no-deps ", "", "installs_only_what_is_locked"),
        ("USER 10001:10001", "USER root", "runs_as_a_numbered_account"),
        ("USER 10001:10001", "USER 0", "runs_as_a_numbered_account"),
        ("USER 10001:10001\n", "", "runs_as_a_numbered_account"),
        ("127.0.0.1:3000/healthz", "127.0.0.1:8080/healthz", "has_a_health_check"),
        ('ENTRYPOINT ["b24bot"]', "ENTRYPOINT b24bot", "starts_without_a_shell"),
        ("COPY bot bot", "COPY . .", "copies_no_whole_folder"),
        ("EXPOSE 3000", "RUN apt-get install curl", "leaves_the_tools_behind"),
        ("/var/lib/b24bot-key/key", "/var/lib/b24bot/home/key", "keeps_the_key_apart"),
        ("/var/lib/b24bot-key/key", "/var/lib/b24bot/key", "keeps_the_key_apart"),
    ],
)
def test_a_broken_rule_is_named(old: str, new: str, broken: str) -> None:
    assert old in TEXT
    assert list(list_broken(TEXT.replace(old, new))) == [broken]


def test_what_is_copied_is_there_and_reaches_the_builder() -> None:
    """.dockerignore lets through what the Dockerfile copies, and nothing else."""
    copied = {word for one in of("COPY", INSTRUCTIONS) if "--from" not in one.rest for word in one.words[:-1]}
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)


def test_its_settings_are_settings_of_b24bot() -> None:
    known = {row.name for row in HOST_SETTINGS}
    assert {name for name in environment_of(INSTRUCTIONS) if name.startswith("B24BOT_")} <= known
