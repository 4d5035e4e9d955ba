"""The arguments of a command as values: what an annotation declares, and what is read from a function's signature."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Any

from bot.plugin.choices import Choices
from bot.plugin.frozen import dataclass
from bot.plugin.message import Text
from bot.plugin.values import Words


def make_title(*words: str) -> str:
    """Make a title of a word of code: `Last name` of `last_name`."""
    return " ".join(words).replace("_", " ").replace("-", " ").strip().capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arg:
    """Describes one argument: `parse` turns the typed word into a value or raises BadArgument.

    `label` is what usage lines show, for example `ID`. `secret` values are asked for in the terminal only and are
    never stored, shown or recorded. `personal` values are words or facts of a customer: the card shows them, the record
    keeps their length and a fingerprint. With `person` a mention arrives by its id, `@U0002`; elsewhere by the name.
    `complete` lists values that fit, for shell completion; it gets what planners get and may read the remote side.
    """

    help: Text
    label: str
    parse: Callable[[str], Any] = str
    secret: bool = False
    personal: bool = False
    person: bool = False
    complete: Callable[[Any], Iterable[str]] | None = None
    choices: Choices | None = None
    """What forms offer for it."""
    place: bool = False
    """The value is the name of the place that the line is about, as --place gives it elsewhere."""
    new_place: bool = False
    """With `place`: the name may be of a place that the plugin does not know yet. The planner gets Services."""
    free: bool = False
    """For the last argument, of many words: they are a text and arrive as one, as typed, with its marks and blanks."""
    late: bool = False
    """For a secret: not asked for beforehand. The command itself does, with `Dialogue.ask_secret`."""
    names: Callable[[Any], Iterable[tuple[str, str]]] | None = None
    """Lists values with the names of their things, so that people may type a name that only one thing has.

    It gets what planners get, and is asked for a word that `parse` refuses, from people who may use the command."""
    words: Words = field(default_factory=dict)
    """Other names of the option, without the hyphens in front: `{"ru": ("причина",)}` for `--причина`."""
    values: Mapping[str, Words] = field(default_factory=dict)
    """Words of other languages for its values: `{"on": {"ru": ("вкл",)}}`. `parse` gets the value they stand for."""

    def __hash__(self) -> int:
        # typing takes Annotated[…] of equal values for one, so the words count for equality; a mapping has no hash.
        return hash((self.help, self.label, self.parse))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One argument of a command, read from the function's signature."""

    name: str
    arg: Arg
    flag: bool
    """Keyword-only in the function: typed as `--name value`."""
    switch: bool
    """A flag without a value."""
    many: bool
    """Takes all the remaining words, which may be none."""
    required: bool
    default: Any = None
    kind: Any = str
    """The type that the function declares for a value, which `arg.parse` returns."""
    shown_label: Text = field(default="", compare=False)
    """The label in the reader's language. The host says so, no declaration."""
    shown_title: Text = field(default="", compare=False)
    """The title in the reader's language. The host says so, no declaration."""

    @property
    def label(self) -> Text:
        return self.shown_label or self.arg.label

    @property
    def title(self) -> Text:
        """What a form calls it: words of the catalogue, else its name in the function."""
        return self.shown_title or make_title(self.name.rstrip("_"))

    @property
    def option(self) -> str:
        return "--" + self.name.rstrip("_").replace("_", "-")

    @property
    def named(self) -> str:
        """How it is typed, without the marks of a usage line: `ID`, `--handler URL`."""
        return f"{self.option} {self.arg.label}".strip() if self.flag else self.arg.label

    @property
    def usage(self) -> str:
        word = self.option if self.switch else f"{self.option} {self.arg.label}" if self.flag else self.arg.label
        word = word + "…" if self.many else word
        return word if self.required else f"[{word}]"
