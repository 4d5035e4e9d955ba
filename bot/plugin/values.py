"""The values a plugin and the host exchange: plans, calls, replies. Nothing here does anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeAlias

from bot.plugin.frozen import dataclass
from bot.plugin.message import Message, Text

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


class DataObject(Protocol):
    """A frozen dataclass, which programs get as an object with one key for each field."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Data: TypeAlias = "bool | int | float | str | Message | DataObject | Sequence[Data] | Mapping[str, Data] | None"
"""An answer for programs: JSON in which dataclasses, times (`Time`) and texts for people may stand.

Programs get a time as ISO 8601 text in UTC, and a text for people as `{"key", "arguments", "text"}`, in English.
"""

Words: TypeAlias = Mapping[str, Sequence[str]]
"""By language, as `ru`, what people may type instead of an English word. The first one stands in help."""

Observation: TypeAlias = Mapping[str, Text]
"""What is true of a target now, as label → state, for example `{"registration": Message("uptime.registered")}`.

Only what exists has a key. A label is a code, which `Plan.labels` puts into words; two states are the same when their
keys and arguments are.
"""


class Risk(StrEnum):
    """What a command can cost. The author declares it; live state may raise it, never lower it."""

    READ = "read"
    PERSONAL = "personal"
    """Takes effect at once, and concerns nobody but the person who types it. The host alone has such a command."""
    HALT = "halt"
    """Takes effect at once and can only make the bot do less. The host alone has such a command."""
    CHANGE = "change"
    DESTROY = "destroy"
    GOVERN = "govern"

    @property
    def rank(self) -> int:
        return list(Risk).index(self)

    def raised_to(self, other: Risk | None) -> Risk:
        return max(self, other or self, key=lambda risk: risk.rank)


NEW_PLACE = "new:"
"""What the identity of a place begins with that the plugin does not know yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a command acts: one place of a plugin.

    `identity` survives renames; `name` is what we call it; `label` is what a card shows.
    `former_names` are names that it had and that still lead to it. `mark` is a sign that stands in front of the name
    wherever people read it. What destroys something on a `protected` place has to name the place in its line.
    """

    name: str
    label: str
    identity: str
    former_names: tuple[str, ...] = field(default=(), compare=False)
    mark: str = field(default="", compare=False)
    protected: bool = field(default=False, compare=False)

    @property
    def is_new(self) -> bool:
        """Whether the plugin does not know it yet: a line with an argument `Arg(new_place=True)` names it."""
        return self.identity.startswith(NEW_PLACE)

    @property
    def shown_name(self) -> str:
        """The name as people read it, behind its mark."""
        return f"{self.mark} {self.name}" if self.mark else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedPlace:
    """A place that somebody began to add and did not finish. No command works on it yet.

    `says` tells since when it waits and for what, `do` what to type. Lines that name it are refused with both.
    """

    name: str
    says: Text
    do: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTerm:
    """What people call a place of a plugin: the word for one, and the option that names one in a line.

    Under the word stands also the command that chooses a place: `place use NAME`.
    """

    word: str = "place"
    option: str = "--place"
    title: Text = ""
    """The word as it begins a sentence or stands in front of a colon: “Service”, in the language of the reader. Without
    it the word stands there as it is typed."""
    none: Text = field(default="", compare=False)
    """The sentence for a plugin without any place: “No service is set up yet.” Without it the word stands in it."""
    adding: str = field(default="add", compare=False)
    """The command under the word that makes the first place known: `place add NAME`."""
    words: Words = field(default_factory=dict, compare=False)
    """Other words for it, which name the option, too: `{"ru": ("сервис",)}` for `сервис use` and `--сервис`."""

    @property
    def label(self) -> Text:
        """What stands in front of a place in an answer or a sentence."""
        if self.title or self.word != "place":
            return self.title or self.word.capitalize()
        return Message("place.title")

    @property
    def plural(self) -> str:
        return f"{self.word}s"

    @property
    def no_place(self) -> Text:
        """What is answered while the plugin has no place."""
        return self.none or Message("place.none", word=self.word)

    @property
    def adding_path(self) -> str:
        """The command that makes the first place known, as it is typed."""
        return f"{self.word} {self.adding}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One remote call a plan would make. `note` says in one sentence what it does."""

    method: str
    params: Mapping[str, Json]
    note: Text


class CallVerdict(StrEnum):
    """What the answer to one call proves."""

    DONE = "done"
    FAILED = "failed"
    NOT_SENT = "not_sent"
    """It provably did not run."""
    UNKNOWN = "unknown"
    """It may or may not have run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    """What came of one call: the verdict, the remote error code if any, and a sentence for people.

    `facts` holds small plain values for the audit record (HTTP status, milliseconds, attempts); never a secret.
    """

    verdict: CallVerdict
    sentence: Text
    advice: Text = ""
    """What to do while nobody knows what came of it. Once reading has shown that, the advice is not shown."""
    code: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    private: Reply | None = None
    """What only the requester of the change gets to read. It is no part of the outcome that is stored."""
    sent_ms_ago: int | None = None
    """How long before this outcome was known the request was last sent; None counts as just now.

    Where the outcome is unknown, the remote side may still work on it: that time counts from the sending.
    """


class UndoKind(StrEnum):
    """How much of the state before can be put back."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"
    NOT_NEEDED = "not-needed"
    """Nothing is lost: what the plan does changes nothing that is to be put back, or a command reverses it at will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialUndo:
    """How what has changed is put back where only a part of a plan was done: a command over the labels that changed.

    `words` gives for a label what the command takes for it; a label that needs no word has an empty one. None says
    that the command cannot be used once this label has changed, and a label without a row stays as it is. Without any
    label that the command is about, nothing is offered.
    """

    line: str = ""
    sentence: Text = ""
    """What the command does and does not bring back."""
    words: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Whether and how a plan can be undone, known before anybody approves it."""

    kind: UndoKind
    sentence: Text
    calls: tuple[Call, ...] = ()
    line: str = ""
    """The command that would undo it, for example `site restore shop`; a button offers it afterwards.

    A value in it that may be any text is written by `quote`."""
    partial: PartialUndo | None = None
    """What is offered instead where only a part was done; None where `line` then plans from what is true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """A record of the plugin to write once a plan is done and verified, in the same transaction; None deletes it.

    `over` is the record that the value was made from. What differs between the two is what is written: the record may
    have been changed by something else before the outcome was known.
    """

    kind: str
    key: str
    value: Mapping[str, Json] | None
    over: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """How many of something a plan would hurt, counted when the plan was made.

    `label` is a code for what is counted (`line:3`). `sentence` says the number, which is its argument `count`, with
    the source and the certainty of the number; without `count` nobody knows the number. `details` are sentences about
    the same thing, for example who looks after it.

    People approve the band of the number, not the number: a plan is out of date once the number has left the band by
    more than a fifth. It is also out of date once anything else here differs, but for a `Time` in the sentence.
    """

    label: str
    sentence: Message
    details: tuple[Text, ...] = ()

    @property
    def count(self) -> int | None:
        """The number; None where nobody knows it."""
        count = self.sentence.arguments.get("count")
        return count if isinstance(count, int) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A page about what a plan changes. `label` is what its button is called.

    `address` begins with `https://` and contains no secret: everybody in the channel can read it.
    """

    label: Text
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingTexts:
    """What people read about the ended change request of a plan, in place of the sentences of b24bot.

    An empty text leaves the sentence of b24bot: “The change was made.”
    """

    made: Text = ""
    """What is true now that the plan was done: “The connection is approved. It is not made yet.”"""
    not_made: Text = ""
    """What is true while the plan was not done: it failed, expired, or was rejected or withdrawn."""
    next_made: Text = ""
    """What to do after the plan was done."""
    next_not_made: Text = ""
    """What to do where the request ended before it ran and its card has no button to ask again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The effects of an invocation as data. Nothing has happened yet.

    `target` names what is changed (`site:shop`), several things between blanks: at most one open change
    request exists for each. `part` names what of each thing is changed, where it is not all of it: a change request
    whose outcome nothing can show, and people have not told yet, keeps others away from that part alone.
    `before` is the observation the plan was made from; `wanted` gives, for each label that will differ, the word
    it should have afterwards, or None when it should be absent. An ending is judged by these, not by answers; where
    nothing shows an effect, `wanted` is empty, and the ending rests on the answers alone.
    `risk` may raise what the command declared.
    """

    summary: Text
    target: str
    calls: tuple[Call, ...]
    before: Observation
    wanted: Mapping[str, Text | None]
    undo: Undo
    part: str = ""
    radius: tuple[Text, ...] = ()
    warnings: tuple[Text, ...] = ()
    risk: Risk | None = None
    remember: tuple[Remember, ...] = ()
    notes: tuple[Text, ...] = ()
    """What will happen that is no call: what is written into the plugin's own records, and what that makes possible."""
    consequences: Mapping[str, Text] = field(default_factory=dict)
    """For a label that will differ: what that means for people, told where only a part was done and it differs now."""
    obstacles: Mapping[str, Text] = field(default_factory=dict)
    """For a label that will differ: why it may stay as it was although the remote side says yes, and what helps then.

    Told where that has happened; asking for the same again is then not offered."""
    labels: Mapping[str, Text] = field(default_factory=dict)
    """How a label of `before` and `wanted` reads; one without a row is shown as it is."""
    impact: tuple[Impact, ...] = ()
    """What the plan would hurt, in numbers; each label once."""
    link: PageLink | None = None
    """A page where people can look before they decide."""
    ending: EndingTexts | None = None
    """What people read about the ended change request, where “The change was made.” would mislead them."""

    @property
    def provable(self) -> bool:
        """Whether reading it back could show that it was done. What is as it was before shows no call's effect."""
        differs = any(self.before.get(label) != word for label, word in self.wanted.items())
        return bool(self.wanted) and (differs or not self.calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """There is nothing to do, and why. Calm: not an error."""

    sentence: Text
    data: Data = None
    """The same for programs, as the data of a Reply."""
    meant: str = ""
    """What the first argument was probably meant to be; a button below the answer offers the line with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under column heads."""

    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    title: Text = ""
    attach: bool = False
    """A long one may go to a file instead of into the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer of a command that only reads.

    `data` is the same answer for programs, which the terminal prints with `--json`: what its command declares with
    `data=`. Without it programs get the words of `facts` and `table`.

    `problems` are for a command that checks something: a sentence for each thing that is not as it must be. They stand
    in `facts` or `notes` as well. The terminal ends with exit code 5 when there is one, and `doctor` repeats those of
    the command that checks a place.
    """

    title: Text
    facts: tuple[tuple[Text, Text], ...] = ()
    table: Table | None = None
    notes: tuple[Text, ...] = ()
    data: Data = None
    problems: tuple[Text, ...] = ()
