"""How a plugin declares commands: one function each, from which parser, help, CLI and card are made."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from bot.plugin.declared_arguments import Arg, Parameter, make_title
from bot.plugin.errors import DeclarationError
from bot.plugin.frozen import dataclass
from bot.plugin.message import Message, Text
from bot.plugin.values import Nothing, PlaceTerm, Plan, Reply, Risk, Words

P = TypeVar("P")
Answer = Plan | Reply | Nothing
_WORD = re.compile(r"\A[a-z][a-z0-9-]*\Z")
_STAR_STAR = inspect.Parameter.VAR_KEYWORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[P]):
    """A declared command. `function` takes the open place and the arguments; it plans or reads, it never writes."""

    noun: str
    verb: str
    risk: Risk
    help: Text
    description: Text
    parameters: tuple[Parameter, ...]
    examples: tuple[str, ...]
    function: Callable[..., Any]
    everywhere: bool = False
    """About all places at once: it takes no --place, only reads, and its first argument is Services."""
    raises: Text = ""
    """When its plan may raise the risk to destroy, in front of who has to approve then: `if TEXT is given`."""
    placeless: bool = False
    """About b24bot itself, as the host's own commands are: it takes no --place. The host says so, no declaration."""
    place_term: PlaceTerm = PlaceTerm()
    """What people call the places of its plugin. The host says so, no declaration."""
    terminal: bool = False
    """Only in the terminal: it sets up what the bot itself keeps, and its first argument is Services.

    It runs inside one transaction with its record, so nothing is sent anywhere in it."""
    check: Callable[..., None] | None = None
    """Raises what is wrong with the arguments that are no secrets; see `Group.command`."""
    keep: Callable[..., Answer] | None = None
    """Stores what the function found out before the transaction; see `Group.command`."""
    plan: Callable[..., Answer] | None = None
    """Plans the same where it is typed in Slack; see `Group.command`."""
    returns: Any = Answer
    """The type that the function declares for its answer."""
    data: Any = None
    """The type of `Reply.data`, which `--json` prints; None for a command that gives none."""
    hidden_options: frozenset[str] = frozenset()
    """For one that is typed in Slack: the options of its secrets, which are typed in the terminal alone."""
    noun_words: Words = field(default_factory=dict, compare=False)
    words: Words = field(default_factory=dict, compare=False)
    """Other words for the noun and for the verb."""
    example_words: Mapping[str, Words] = field(default_factory=dict, compare=False)
    """By example, what stands in its place in other languages."""
    title: Text = ""
    """What its form is called: words of the catalogue, else its verb and its noun."""

    @property
    def path(self) -> str:
        return f"{self.noun} {self.verb}".strip()

    @property
    def usage(self) -> str:
        return " ".join([self.path, *self.usage_words])

    @property
    def usage_words(self) -> tuple[str, ...]:
        """What may stand behind the command's own words."""
        return tuple(parameter.usage for parameter in self.parameters)

    @property
    def in_slack(self) -> Command[P] | None:
        """The command as it is typed in Slack; None for one of the terminal alone."""
        if not self.terminal:
            return self
        if self.plan is None:
            return None
        taken = inspect.signature(self.plan).parameters
        parameters = tuple(each for each in self.parameters if each.name in taken)
        hidden = frozenset(each.option for each in self.parameters if each.arg.secret)
        bare = replace(self, terminal=False, check=None, keep=None, plan=None, data=None)
        return replace(bare, function=self.plan, parameters=parameters, hidden_options=hidden)

    @property
    def place_parameter(self) -> Parameter | None:
        """The argument that names the place, if there is one."""
        return next((each for each in self.parameters if each.arg.place), None)

    @property
    def names_new_place(self) -> bool:
        """Whether it may be about a place that is not known yet."""
        return self.place_parameter is not None and self.place_parameter.arg.new_place

    def answer(self, subject: P, arguments: Mapping[str, Any]) -> Answer:
        """Plan or read. `arguments` are parsed values by parameter name; those left out take their defaults."""
        found: Answer = self._call(subject, arguments)
        return found

    def prepare(self, services: Any, dialogue: Any, arguments: Mapping[str, Any]) -> Callable[[], Answer]:
        """Do what a command of the terminal does before its transaction; what it does inside is returned, to be called.

        Raises PluginError.
        """
        keep = self.keep
        if keep is None:
            return lambda: self.answer(services, arguments)
        found = self._call(dialogue, arguments)
        return lambda: keep(services, found)

    def _call(self, subject: Any, arguments: Mapping[str, Any]) -> Any:
        positional, flags = _given(self.parameters, arguments)
        return self.function(subject, *positional, **flags)

    def precheck(self, subject: P, arguments: Mapping[str, Any]) -> None:
        """Check the arguments that are no secrets, before the secrets are asked for. Raises PluginError."""
        if self.check is not None:
            positional, flags = _given([each for each in self.parameters if not each.arg.secret], arguments)
            self.check(subject, *positional, **flags)


def _given(parameters: Iterable[Parameter], arguments: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The values to call a function with, by position and by name."""
    positional: list[Any] = []
    flags: dict[str, Any] = {}
    for parameter in parameters:
        value = arguments.get(parameter.name, parameter.default)
        if parameter.flag:
            flags[parameter.name] = value
        elif parameter.many:
            positional.extend(value or ())
        else:
            positional.append(value)
    return positional, flags


F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class Group(Generic[P]):
    """Commands that share a noun. `P` is what the plugin's `open` returns and planners get first.

    `words` are other words for the noun. Those of a command without a verb may be of two words: `{"ru": ("кто я",)}`.
    """

    noun: str
    help: Text
    words: Words = field(default_factory=dict, kw_only=True)
    _commands: dict[str, Command[P]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Command[P]]:
        return iter(self._commands.values())

    def command(
        self,
        verb: str,
        *,
        risk: Risk,
        examples: Sequence[str] = (),
        example_words: Mapping[str, Words] | None = None,
        raises: Text = "",
        words: Words | None = None,
        terminal: bool = False,
        everywhere: bool = False,
        check: Callable[..., None] | None = None,
        keep: Callable[..., Answer] | None = None,
        plan: Callable[..., Answer] | None = None,
        data: Any = None,
    ) -> Callable[[F], F]:
        """Declare a command. `examples` are the words after the path; each must parse. `words` are others for the verb.

        `example_words` has whole examples in other languages: `{"the site is down": {"ru": ("сайт не работает",)}}`.
        `data` is the type of `Reply.data`: a frozen dataclass or a tuple of them, `tuple[Site, ...]`.

        A command of the terminal may have more functions. `check` is called as the command is, without the secrets,
        before anybody is asked for them, and raises what can be known to be wrong by then. With `keep` the function
        gets a Dialogue, runs outside of every transaction and returns its findings; `keep` gets Services and that, and
        stores and answers inside the transaction. `plan` lets people in Slack ask for the same, and others approve it.
        It gets what planners get and arguments of the same names, none of them secret, and returns a Plan or Nothing.
        """

        def declare(function: F) -> F:
            _assert_words(function, self.noun, verb or self.noun)
            self._assert_new(function, verb)
            _assert_plain(function, examples)
            (help_line, description), hints = _documentation(function), _hints(function)
            made: Command[P] = Command(
                noun=self.noun,
                verb=verb,
                risk=risk,
                help=help_line,
                description=description,
                parameters=tuple(_parameters(function, hints)),
                examples=tuple(examples),
                raises=raises,
                function=function,
                everywhere=everywhere,
                terminal=terminal,
                check=check,
                keep=keep,
                plan=plan,
                data=data,
                returns=Answer if keep else hints.get("return", Answer),
                noun_words=self.words,
                words=words or {},
                example_words=example_words or {},
                title=make_title(verb, self.noun),
            )
            _assert_functions(function, made)
            self._commands[verb] = made
            return function

        return declare

    def _assert_new(self, function: Callable[..., Any], verb: str) -> None:
        if verb in self._commands:
            path = f"{self.noun} {verb}".strip()
            raise DeclarationError(Message("host.declaration.twice", function=_where(function), command=path))


def _where(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _assert_plain(function: Callable[..., Any], examples: Sequence[str]) -> None:
    if inspect.iscoroutinefunction(function):
        raise DeclarationError(Message("host.declaration.is_async", function=_where(function)))
    if isinstance(examples, str):
        raise DeclarationError(Message("host.declaration.one_example", function=_where(function)))


def _assert_words(function: Callable[..., Any], *words: str) -> None:
    for word in words:
        if not _WORD.match(word):
            raise DeclarationError(Message("host.declaration.word", function=_where(function), word=word))


def _assert_functions(function: Callable[..., Any], made: Command[Any]) -> None:
    """What only some commands have fits them."""
    _assert_check(function, made.check, made.parameters, terminal=made.terminal)
    _assert_keep(function, made.keep, terminal=made.terminal)
    _assert_plan(function, made.plan, made.parameters, terminal=made.terminal)


def _assert_check(
    function: Callable[..., Any], check: Callable[..., None] | None, parameters: Sequence[Parameter], *, terminal: bool
) -> None:
    if check is None:
        return
    positional, flags = _given([each for each in parameters if not each.arg.secret], {})
    try:
        inspect.signature(check).bind(None, *positional, **flags)
    except TypeError as error:
        raise DeclarationError(
            Message("host.declaration.check_signature", function=_where(function), cause=str(error))
        ) from None
    if not terminal:
        raise DeclarationError(Message("host.declaration.check", function=_where(function)))


def _assert_keep(function: Callable[..., Any], keep: Callable[..., Answer] | None, *, terminal: bool) -> None:
    if keep is not None and not terminal:
        raise DeclarationError(Message("host.declaration.keep", function=_where(function)))


def _assert_plan(
    function: Callable[..., Any], plan: Callable[..., Answer] | None, parameters: Sequence[Parameter], *, terminal: bool
) -> None:
    if plan is None:
        return
    known = {each.name for each in parameters if not each.arg.secret}
    strange = [name for name in list(inspect.signature(plan).parameters)[1:] if name not in known]
    if strange or not terminal:
        raise DeclarationError(Message("host.declaration.plan", function=_where(function)))


def _documentation(function: Callable[..., Any]) -> tuple[str, str]:
    text = inspect.getdoc(function)
    if not text:
        raise DeclarationError(Message("host.declaration.docstring", function=_where(function)))
    first, _, rest = text.partition("\n")
    return first.strip(), rest.strip()


def _parameters(function: Callable[..., Any], hints: Mapping[str, Any]) -> Iterator[Parameter]:
    signature = list(inspect.signature(function).parameters.values())
    if not signature or signature[0].kind is inspect.Parameter.KEYWORD_ONLY:
        raise DeclarationError(Message("host.declaration.subject", function=_where(function)))
    for parameter in signature[1:]:
        hint = hints.get(parameter.name)
        args = [extra for extra in get_args(hint)[1:] if isinstance(extra, Arg)]
        if get_origin(hint) is not Annotated or not args or parameter.kind is _STAR_STAR:
            raise DeclarationError(
                Message("host.declaration.argument", function=_where(function), argument=parameter.name)
            )
        many = parameter.kind is inspect.Parameter.VAR_POSITIONAL
        bare = parameter.default is inspect.Parameter.empty
        flag = parameter.kind is inspect.Parameter.KEYWORD_ONLY
        yield Parameter(
            name=parameter.name,
            arg=args[0],
            flag=flag,
            switch=flag and get_args(hint)[0] is bool,
            many=many,
            required=bare and not many,
            default=None if bare else parameter.default,
            kind=get_args(hint)[0],
        )


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except NameError as error:
        raise DeclarationError(
            Message("host.declaration.annotations", function=_where(function), cause=str(error))
        ) from None
