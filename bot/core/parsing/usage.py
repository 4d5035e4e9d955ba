"""How a command is typed, as texts for people: its words, options and labels are those of the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce

from bot.core.parsing.command_table import Commands
from bot.core.parsing.synonyms import (
    ENGLISH,
    list_option_words,
    other_paths,
    spell_option,
    spell_path,
    spell_word,
    spell_words,
    translated_paths,
)
from bot.core.parsing.tokenizer import join_words, split_words, tokenize
from bot.core.parsing.typed_line import AnyCommand, offered_options, read_options
from bot.plugin import Argument, CommandLine, Message, Parameter, PlaceTerm, Text, TypedWords
from bot.plugin.quoting import quote

NAME, TEXT, ROLE = Message("help.word.name"), Message("help.word.text"), Message("help.word.role")
_SHARED = {"NAME": NAME, "TEXT": TEXT}
"""The labels of the options that every command has."""
HELP = "help"


def tell_by_language(command: AnyCommand, tell: Callable[[str], Argument]) -> TypedWords:
    """What `tell` says in English, and in each language that has a word for the command's noun."""
    return TypedWords(typed_words={language: tell(language) for language in {ENGLISH: (), **command.noun_words}})


def spell_line(commands: Commands, line: str) -> TypedWords:
    """Spell a line of one of these commands; each command that is named in it, as behind `help`, too."""
    found = commands.find(split_words(line))
    if found is None:
        return TypedWords(typed_words={ENGLISH: line})
    return tell_by_language(found[0], lambda language: rewrite_line(commands, line, language))


def rewrite_line(commands: Commands, line: str, language: str) -> str:
    """A line in the words that a language has for its command, options and values; all else stays as it stands.

    A line that is half typed, and one with labels in it, is rewritten as far as it is understood.
    """
    read = tokenize(line)
    words = [word.text for word in read.words]
    found = commands.find(words) if language != ENGLISH and words else None
    if found is None or language not in found[0].noun_words:
        return line
    command, at = found
    if command.path == HELP:
        return join_words([*spell_path(command, language).split(), *_spell_topic(commands, words[at:], language)])
    spelt = spell_words(command, words[at:], language)
    end = read.words[at - 1].end
    pieces = [spell_path(command, language)]
    for word, own in zip(read.words[at:], spelt, strict=True):
        pieces += [read.text[end : word.start], _respell(read.text[word.start : word.end], word.text, own)]
        end = word.end
    return "".join([*pieces, read.text[end:]])


def _respell(typed: str, read: str, own: str) -> str:
    """A word as it stands in a line, with the option in front of its quotation, or all of it, in other words."""
    if own == read:
        return typed
    if typed == read:
        return quote(own)
    option, name = read.partition("=")[0], own.partition("=")[0]
    return f"{name}{typed.removeprefix(option)}" if typed.startswith(option) else typed


def _spell_topic(commands: Commands, words: Sequence[str], language: str) -> list[str]:
    """The words behind `help`: a noun, a command, or others as they are."""
    path = commands.name_path(*[*words, "", ""][:2])
    command = commands.by_path.get(path)
    if command is not None:
        return [*spell_path(command, language).split(), *words[len(command.path.split()) :]]
    of_noun = next((one for one in commands if one.noun == path[0]), None)
    if of_noun is None:
        return list(words)
    return [spell_word(of_noun.noun, of_noun.noun_words, language), *words[1:]]


def spell_own_path(command: AnyCommand) -> TypedWords:
    """Spell the words of a command."""
    return tell_by_language(command, lambda language: spell_path(command, language))


def spell_own_option(command: AnyCommand, option: str) -> TypedWords:
    """Spell an option that a line of a command is read with."""
    words = list_option_words(command).get(option, {})
    return tell_by_language(command, lambda language: spell_option(option, words, language))


def spell_place_option(term: PlaceTerm) -> TypedWords:
    """Spell the option that names a place of a plugin, in each language that has a word for it."""
    languages = {ENGLISH: (), **term.words}
    return TypedWords(typed_words={each: spell_option(term.option, term.words, each) for each in languages})


def spell_noun(command: AnyCommand) -> TypedWords:
    """Spell the noun of a command."""
    return tell_by_language(command, lambda language: spell_word(command.noun, command.noun_words, language))


def spell_verb(command: AnyCommand) -> TypedWords:
    """Spell the verb of a command."""
    return tell_by_language(command, lambda language: spell_word(command.verb, command.words, language))


def spell_otherwise(command: AnyCommand) -> TypedWords:
    """List the other ways to name a command: for each reader those that are not the first of their language."""
    paths = (command.path, *other_paths(command))
    return tell_by_language(command, lambda own: tuple(path for path in paths if path != spell_path(command, own)))


def spell_translated(command: AnyCommand) -> TypedWords:
    """Name a command in the other languages: for readers of English in each that has words, for others in English."""
    translated = tuple(translated_paths(command))
    return tell_by_language(command, lambda language: translated if language == ENGLISH else command.path)


def spell_usage(command: AnyCommand) -> TypedWords:
    """Describe how a whole command is typed."""
    return tell_by_language(command, lambda language: describe_usage(command, language))


def spell_examples(command: AnyCommand) -> tuple[TypedWords, ...]:
    """Spell each example of a command as a line."""
    return tuple(tell_by_language(command, partial(_spell_example, command, example)) for example in command.examples)


def list_examples(command: AnyCommand) -> tuple[str, ...]:
    """List the examples of a command as lines, in every language that it has words in."""
    spelt = (str(line) for example in spell_examples(command) for line in example.typed_words.values())
    return tuple(dict.fromkeys(spelt))


def _spell_example(command: AnyCommand, example: str, language: str) -> str:
    if language == ENGLISH:
        return f"{command.path} {example}".strip()
    words = split_words(spell_word(example, command.example_words.get(example, {}), language))
    return _join_line(command, words, language)


def _join_line(command: AnyCommand, words: Sequence[str], language: str) -> str:
    return f"{spell_path(command, language)} {join_words(spell_words(command, words, language))}".strip()


def describe_usage_line(command: AnyCommand) -> CommandLine:
    """Describe how a whole command is typed, in the words of the reader's language."""
    return CommandLine(command_line=spell_usage(command))


def describe_usage(command: AnyCommand, language: str = ENGLISH) -> Text:
    """Describe how a whole command is typed: what `Command.usage` is in English."""
    words = (describe_argument(each, language) for each in command.parameters)
    return describe_line(spell_path(command, language), *words)


def describe_argument(parameter: Parameter, language: str = ENGLISH) -> Text:
    """Describe one argument in a usage line: what `Parameter.usage` is in English."""
    named = describe_name(parameter, language)
    whole = Message("help.usage.many", word=named) if parameter.many else named
    return whole if parameter.required else _optional(whole)


def describe_name(parameter: Parameter, language: str = ENGLISH) -> Text:
    """Describe how an argument is typed, without the marks of a usage line: `ID`, `--handler URL`."""
    if not parameter.flag:
        return parameter.label
    return describe_option(spell_option(parameter.option, parameter.arg.words, language), parameter.label)


def spell_name(command: AnyCommand, parameter: Parameter) -> TypedWords:
    """Spell how an argument of a command is typed, without the marks of a usage line."""
    return tell_by_language(command, lambda language: describe_name(parameter, language))


def describe_line(*words: Text | TypedWords) -> Text:
    """Describe a line to type, some of whose words are labels: `place use NAME`."""
    return _in_a_row(words)


def describe_option(option: str, label: Text) -> Text:
    """Describe an option with the label of its value, if it takes one."""
    label = _SHARED.get(label, label) if isinstance(label, str) else label
    return Message("help.usage.option", option=option, label=label) if label else option


def describe_other_names(command: AnyCommand, parameter: Parameter) -> Text:
    """Describe an argument with the other names of an option behind the one of the reader's language."""

    def tell(language: str) -> Argument:
        usage, names = describe_argument(parameter, language), _list_other_names(parameter, language)
        return Message("help.usage.also", usage=usage, names=names) if names else usage

    return Message("help.words", words=tell_by_language(command, tell))


def _list_other_names(parameter: Parameter, language: str) -> tuple[str, ...]:
    languages = (ENGLISH, *parameter.arg.words) if parameter.flag else ()
    names = dict.fromkeys(spell_option(parameter.option, parameter.arg.words, each) for each in languages)
    return tuple(name for name in names if name != spell_option(parameter.option, parameter.arg.words, language))


def list_offered_options(command: AnyCommand) -> Message | None:
    """List the options of every command that help names for this one; None where there are none.

    Behind those in another language their English names stand, which every reader can type.
    """
    offered = offered_options(command)
    words = list_option_words(command)

    def tell(language: str) -> Argument:
        spelt = {name: spell_option(name, words[name], language) for name in offered}
        options = tuple(describe_option(spelt[name], label) for name, label in offered.items())
        english = tuple(name for name in offered if spelt[name] != name)
        return Message("help.usage.options_also", options=options, english=english) if english else options

    return Message("help.usage.options", options=tell_by_language(command, tell)) if offered else None


def describe_example(command: AnyCommand, option: str) -> TypedWords:
    """Describe a line with a value for one of its options: `thing paint … --colour COLOUR`."""
    own = {each.option: each.label for each in command.parameters if each.flag}
    label: Text = own.get(option) or read_options(command).get(option, "")
    words = list_option_words(command).get(option, {})

    def tell(language: str) -> Argument:
        named = describe_option(spell_option(option, words, language), label)
        return Message("help.usage.example", command=spell_path(command, language), option=named)

    return tell_by_language(command, tell)


def _in_a_row(words: Iterable[Text | TypedWords]) -> Text:
    first, *others = words
    start = Message("help.words", words=first) if isinstance(first, TypedWords) else first
    return reduce(lambda line, word: Message("help.usage.next", line=line, word=word), others, start)


def _optional(word: Text) -> Message:
    return Message("help.usage.optional", word=word)
