"""What makes a sentence of the English catalogues hard to read, by rules that a machine can hold to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

WORDS_MOST = 25
"""How many words a sentence has at most; an argument and a line to type count as one."""
BANNED: Mapping[str, str] = {
    r"to be said": "waiting",
    r"giv(?:e|es|en|ing) up|gave up": "failed, or not retried",
    r"the (?:latter|former)(?=[^\w ]|$| (?:is|are|was|were|has|does)\b)": "the thing itself",
    r"as good as": "almost",
    r"(?:take|takes|taking|took|taken) back": "withdraw, or clear",
    r"(?:look|looks|looking|looked) through": "verify, or read",
    r"what (?:was|is to|came of|became of)": "the thing itself",
    r"who(?:m|se|so)?ever": "a person who, or a person with",
    r"verbs?": "subcommand",
    r"nouns?": "group of commands",
    r"house|seat|courier|keeper|upkeep|dead letters?": "core, instance lock, sender, scheduler, maintenance, failed",
    r"break(?:s|ing)? the glass|broken glass": "break-glass",
    r"settl(?:e|es|ed|ing)": "resolve",
    r"digest": "plan hash",
    r"spare (?:pair|tokens)": "backup tokens",
    r"proves? nothing": "is inconclusive",
    r"in vain": "without a result",
    r"lest|there(?:of|in|by)|where(?:of|in|by)|hereby|whence|hence|albeit": "plain words",
    r"stands?(?! for\b)|stood": "the plain verb",
    r"utili[sz]e[sd]?|commence[sd]?|prior to|in order to|due to the fact": "a plain word",
    r"please note|simply|obviously|of course": "leave it out",
}
"""Words and phrases that no sentence has, each with what is said instead."""
PASSIVES_MOST = 0.19
"""The share of sentences in the passive voice, at most: where nobody needs to know who acted, it is the shorter one."""
_NEGATION = re.compile(r"\b(?:not|no|none|never|nothing|nobody|neither|cannot|without|unless)\b", re.I)
_PARTICIPLE = (
    r"(?:\w+ed|known|done|seen|given|taken|shown|written|sent|made|set|put|kept|held|found|lost|told|said|read|cut|"
    r"frozen|unfrozen|broken|chosen|begun|run|bound|brought|drawn|hidden|meant|paid|spent|thrown|undone|withdrawn|"
    r"shut|split|withheld|understood|overwritten)"
)
_PASSIVE = re.compile(
    rf"\b(?:is|are|was|were|be|been|being)\b(?:\s+(?:not|never|also|already|only|still|now|\w+ly))*\s+{_PARTICIPLE}\b",
    re.I,
)
_ACTOR = re.compile(_PASSIVE.pattern + r"(?:\s+\w+){0,3}?\s+by\s+(?!itself\b|hand\b|\w+ing\b|other means\b)", re.I)
_BANNED = [(re.compile(rf"\b(?:{phrase})\b", re.I), instead) for phrase, instead in BANNED.items()]
_CODE = re.compile(r"`[^`]*`|\{\w+\}|--[a-z-]+")
_QUOTED = re.compile(r"“[^”]*”")
_END = re.compile(r"(?<=[.!?…])[”\")]?\s+(?=[A-Z{“`\W]|b24bot\b)|\n+")
_CLAUSE = re.compile(r"[,;:(—] ?(?:and |but |so |or |because |that )?")


def sentences_of(text: str) -> list[str]:
    """A message as its sentences; an argument, a line to type and a quote stand in them as the one word X."""
    plain = _QUOTED.sub("X", _CODE.sub("X", text))
    return [each.strip() for each in _END.split(plain) if each.strip()]


def find_faults(text: str) -> Iterator[str]:
    """What is hard to read in a message, one by one."""
    for sentence in sentences_of(text):
        count = len(re.findall(r"[\w’'-]+", sentence))
        if count > WORDS_MOST:
            yield f"{count} words in “{sentence}”"
        for pattern, instead in _BANNED:
            if found := pattern.search(sentence):
                yield f"“{found.group()}” in “{sentence}”; say: {instead}"
        for clause in _CLAUSE.split(sentence):
            if len(_NEGATION.findall(clause)) > 1:
                yield f"two negations in “{clause}”"
            if len(_PASSIVE.findall(clause)) > 1:
                yield f"two passive voices in “{clause}”"
        if _ACTOR.search(sentence):
            yield f"a passive voice whose actor is named in “{sentence}”"


def is_passive(sentence: str) -> bool:
    """Whether a sentence is in the passive voice, as far as its words tell."""
    return bool(_PASSIVE.search(sentence))
