"""What secrets look like: a row for each form, with the part that has to be hidden as its group `secret`."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import cache

from bot.plugin.frozen import dataclass

_END = r"(?![A-Za-z0-9_-])"
MARK = r"‹(?:secret, )?[0-9]+ characters(?:, #[0-9a-f]{6})?›"
"""What stands for a value that is hidden already. Anything else between such brackets is typed text."""
_TEXT = r"[^\s&#\"'<>,;{}()|\\]"
"""What a value in an address, in JSON or in a header goes on with."""
_FAR = f"{_TEXT}{{0,200}}"
_NEAR = f"{_TEXT}{{0,100}}"
"""As much of a value as is looked at where something has to follow. Without a bound, a text full of names with no value
that fits would be read to its end from each of them."""
_VALUE = rf"(?:{MARK}|data:[^\s\"'<>&]+|{_TEXT})+"
"""A whole value, with the marks that stand in it. Nothing may have to follow it."""
_LIKELY = rf"(?={_TEXT}{{4}})(?={_NEAR}[0-9]|{_NEAR}[a-zа-яё][A-ZА-ЯЁ]|{_NEAR}[!@$%^*+=~]\w)"
"""Before a value in running text: at least four characters that no ordinary word has together."""
_QUERY = r"(?<=[?&;#])"
"""In front of a name in an address or a form."""

_SAID = r"[^\s&#\"'<>,;{}()|\\«»“”„‘’`‹›]"
"""What a value in running text goes on with."""
_EXCEPT = (
    r"(?!CR-[0-9]|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[.:/][0-9]{1,2}|(?:19|20)[0-9]{2}(?![0-9A-Za-z])|[a-z]+://"
    r"|[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}(?!\w)|@?[TUWCDG][0-9A-Z]{6,}(?:\b|:))"
)
"""Not a request, a date, a time, a year, an address, or an id of Slack's."""
_MIXED = rf"(?={_SAID}{{8}})(?=(?:{_SAID}{{0,100}}?[A-Za-z][0-9]){{2}})"
"""Letters and digits that change more than once, as in no name with a number behind it."""

PREFIXES = (
    r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}",  # Slack
    r"xapp-[A-Za-z0-9-]{8,}",
    r"gh[pousr]_[A-Za-z0-9]{20,}",  # GitHub
    r"github_pat_[A-Za-z0-9_]{20,}",
    r"gl(?:pat|ptt|dt|rt|soat|ft|cbt|imt|agent)-[A-Za-z0-9_.-]{16,}",  # GitLab
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",  # Amazon
    r"AIza[A-Za-z0-9_-]{30,}",  # Google
    r"ya29\.[A-Za-z0-9_-]{20,}",
    r"GOCSPX-[A-Za-z0-9_-]{20,}",
    r"[srp]k_(?:live|test)_[A-Za-z0-9]{10,}",  # Stripe
    r"whsec_[A-Za-z0-9+/=]{16,}",
    r"sk-[A-Za-z0-9_-]{20,}",  # OpenAI, Anthropic
    r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",  # SendGrid
    r"key-[0-9a-f]{32}",  # Mailgun
    r"(?:SK|AC)[0-9a-f]{32}",  # Twilio
    r"npm_[A-Za-z0-9]{30,}",
    r"pypi-[A-Za-z0-9_-]{30,}",
    r"dop_v1_[0-9a-f]{40,}",  # DigitalOcean
    r"hf_[A-Za-z0-9]{30,}",  # Hugging Face
    r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",  # Shopify
    r"EAA[A-Za-z0-9]{40,}",  # Meta
    r"[0-9]{8,10}:[A-Za-z0-9_-]{35}",  # Telegram
    r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*",  # JSON Web Token
)

STRONG_NAMES = (
    r"[\w.%-]{0,40}(?:secret|token|pass_?word|passwd|passphrase|(?:api|access|private|secret)[_-]?key"
    r"|passwort|kennwort|contraseña|senha|hasło|пароль|токен|секрет)"
    r"|x-amz-(?:signature|credential)"
)
"""A value right behind one of these is a secret wherever it stands."""
PROSE_NAMES = rf"{STRONG_NAMES}|pwd|pw|pass|api key|mot de passe|mdp"
"""With a blank before the value it may be running text: *Reset password: customer asked*."""
WEAK_NAMES = (
    r"key|sig|signature|auth|authorization|pwd|pass|credential|credentials|jwt|sid|session|\w{0,20}sess(?:ion)?[_-]?id"
    r"|[\w-]{0,40}[_-](?:sig|signature|sign|hash|hmac|auth|key|pass|pwd)|sign|hmac|apikey"
)
"""Only with an equals sign right behind, as in an address or a form."""
LOGIN_WORDS = (
    r"password|passwort|passphrase|passcode|passwd|pwd|kennwort|mot de passe|mdp|contraseña|senha|hasło|parola"
    r"|парол[ьяюі]|паролем|паролі"
)
"""Words for a password, behind which in running text a value stands that is no word."""
SHARED_WORDS = r"token|pass|api[ -]?key|key|secret|schlüssel|jeton|clé|токен|ключ|секрет"
"""Words that have other meanings as well: the value has to look as if made by chance."""
PIN_WORDS = r"pin|pin-code|otp|tan|cvv|cvc|пин|пін|пин-код|пін-код"
CODE_WORDS = r"code|código|codice|код"
_OTHER_CODES = "".join(
    rf"(?<!{word} )"
    for word in ("error", "exit", "status", "http", "return", "reason", "zip", "postal", "country", "product", "item")
)
_ALONE = r"(?<!\w)(?<!\w-)"
"""In front of a word that is no part of another; it may be an option."""
_BETWEEN = (
    r"(?:\s{0,9}[=:：＝]\s{0,9}|\s{1,9}[–—-]\s{1,9}|\s{1,9}(?:is|was|to|ist|war|lautet|auf|est|это|был|на|це|є|es|è|jest)\s{0,9}:?\s{1,9}|\s{1,9})"
    r"[\"'“”„«‘`(]{0,9}"
)
"""Between such a word and its value."""
_START = r"(?:(?<![\w-])|(?<=%5B))"
_CLOSED = r"(?:[\"'\[\]]|%5[BD])"
"""Between a name and its equals sign or colon, where it is quoted or in brackets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPatterns:
    """Patterns that find nothing in a text with none of the hints in it: looking for a hint costs far less.

    Hints are written in small letters. Without any the patterns are always looked for.
    """

    sources: tuple[str, ...]
    hints: tuple[str, ...] = ()

    @property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """Compiled when they are looked for first: that takes longer than most commands have to say."""
        return _compiled(self.sources)

    def may_stand_beside(self, hints: Set[str]) -> bool:
        """Whether it is worth looking in a text with these hints."""
        return not self.hints or not hints.isdisjoint(self.hints)


@cache
def _compiled(sources: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, sources))


_PASSWORD_HINTS = ("pass", "pwd", "pw", "kennwort", "mdp", "contraseña", "senha", "hasło", "parola", "парол")
_KEY_HINTS = tuple(f"{kind}{sign}key" for kind in ("api", "access", "private") for sign in ("", "_", "-", " "))
_NAME_HINTS = (*_PASSWORD_HINTS, *_KEY_HINTS, "secret", "token", "токен", "секрет", "x-amz-")

FORMS: tuple[SecretPatterns, ...] = (
    SecretPatterns(
        sources=(
            rf"(?<![A-Za-z0-9_-])(?P<secret>{'|'.join(PREFIXES)}){_END}",
            (
                r"(?s)(?P<secret>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?"
                r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z))"
            ),
        ),
    ),
    SecretPatterns(
        hints=("bearer ", "basic ", "token "),
        sources=(
            # As a header always; in running text only what is no word: *Basic information*.
            r"(?i)\bauthorization[\"']?\s*[:=]\s*[\"']?(?:bearer|basic|token) (?P<secret>[A-Za-z0-9._~+/-]{4,}=*)",
            r"\b(?i:bearer|basic) (?P<secret>(?=[\w.~+/-]*(?:[0-9=]|[a-z][A-Z]|[._~+]\w))[A-Za-z0-9._~+/-]{8,}=*)",
        ),
    ),
    SecretPatterns(
        hints=("@",),
        sources=(
            # A user, or a user and a password, in front of a host. With a slash in it a colon shows that it is no path.
            r"//(?P<secret>[^\s/?#<>\"']+)@",
            r"//(?P<secret>[^\s/?#@:<>\"']{1,100}:(?![0-9]{1,5}[/?#])[^\s@<>\"'/?#]{0,100}[/?#][^\s@<>\"']{0,100})@",
        ),
    ),
    SecretPatterns(
        hints=("=",),
        sources=(
            rf"(?i)(?<![\w-])(?:{WEAK_NAMES})=(?P<secret>{_VALUE})",
            rf"(?i){_QUERY}(?:code|pw|psw|tok|tkn|bearer)=(?P<secret>{_VALUE})",
            rf"{_QUERY}(?i:pin|otp)=(?P<secret>{_LIKELY}{_VALUE})",
            rf"{_QUERY}[kstKST]=(?P<secret>(?={_NEAR}[0-9])(?={_NEAR}[A-Za-z]){_TEXT}{{8,}})",
            # In a form without an address, and what no number of an error looks like.
            rf"(?<![\w-])code=(?P<secret>{_TEXT}{_FAR})(?=&)",
            rf"(?<![\w-])code=(?P<secret>(?={_NEAR}[0-9])(?={_NEAR}[A-Za-z]){_TEXT}{{8,}})",
        ),
    ),
    SecretPatterns(
        hints=_NAME_HINTS,
        sources=(
            rf"(?i){_START}(?:{STRONG_NAMES}){_CLOSED}*[=:][\"']?(?P<secret>{_VALUE})",
            # With blanks between: a name or a value that is quoted, a name that no sentence has in front of one word,
            # a value that is no word, and whatever a line ends with.
            rf"(?i){_START}(?:{STRONG_NAMES}){_CLOSED}+\s*[=:]\s*[\"']?(?P<secret>{_VALUE})",
            rf"(?i){_START}(?:{PROSE_NAMES})\s*[=:]\s*[\"'](?P<secret>{_TEXT}+)",
            rf"(?i){_START}(?=\w{{1,40}}[_.-])(?:{STRONG_NAMES})\s*[=:]\s*(?P<secret>{_TEXT}{_FAR})(?!{_TEXT}| +\w)",
            rf"{_START}(?i:{PROSE_NAMES})\s*[=:]\s*(?P<secret>{_LIKELY}{_VALUE})",
            rf"(?im){_START}(?:{PROSE_NAMES})\s*[=:]\s*(?P<secret>{_TEXT}{_FAR})(?=\s*$)",
        ),
    ),
    SecretPatterns(
        hints=(*_PASSWORD_HINTS, "密", "パスワード"),
        sources=(
            # In running text: *the password is hunter2*, *пароль — Qwerty12*.
            rf"{_ALONE}(?i:{LOGIN_WORDS}){_BETWEEN}(?P<secret>{_EXCEPT}{_LIKELY}{_SAID}+)",
            # With a few words between: *пароль от почты: Qwerty12*.
            (
                rf"{_ALONE}(?i:{LOGIN_WORDS})(?:\s{{1,9}}[^\W\d_]{{1,20}}){{1,4}}\s{{0,9}}[:：=]\s{{0,9}}"
                rf"(?P<secret>{_EXCEPT}{_LIKELY}{_SAID}+)"
            ),
            rf"(?:密码|密碼|パスワード)(?:是|は|为|為)?\s*[=:：＝]?\s*(?P<secret>[A-Za-z0-9]{_SAID}{{3,}})",
        ),
    ),
    SecretPatterns(
        hints=("token", "pass", "key", "secret", "schlüssel", "jeton", "clé", "токен", "ключ", "секрет"),
        sources=(rf"{_ALONE}(?i:{SHARED_WORDS}){_BETWEEN}(?P<secret>{_EXCEPT}{_MIXED}{_SAID}+)",),
    ),
    SecretPatterns(
        hints=("pin", "otp", "tan", "cv", "пин", "пін", "code", "código", "codice", "код"),
        sources=(
            rf"{_ALONE}(?i:{PIN_WORDS}){_BETWEEN}(?P<secret>[0-9]{{4,8}})(?![\w.:/-])",
            # Six digits and more, or two groups of three: what is sent to a telephone.
            (
                rf"(?i){_ALONE}{_OTHER_CODES}(?:{CODE_WORDS}){_BETWEEN}"
                r"(?P<secret>[0-9]{3}[ -]?[0-9]{3,5})(?![\w:/-])"
            ),
        ),
    ),
    SecretPatterns(
        hints=("@",),
        sources=(
            # Without the slashes of an address: *admin:hunter2@db.internal*. A label before an e-mail address is none.
            (
                r"(?<![\w/@:.+-])-{0,2}(?!(?i:mailto|e-?mail|mail|sips?|tel|xmpp|from|to|cc|bcc|contact|kontakt|von|an|от"
                r"|кому|почта|пошта):)[A-Za-z][\w.+-]{0,63}:(?P<secret>(?!//)[^\s@/\"'<>,;]{3,100})@[A-Za-z0-9][\w-]*(?:\.[\w-]+)*"
            ),
        ),
    ),
    SecretPatterns(
        hints=("/",),
        sources=(
            # Tokens inside the path of an address: incoming webhooks, of which the address is the secret.
            r"(?<![\w-])rest/[0-9]+/(?P<secret>[A-Za-z0-9]{8,})(?=/|\s|$|[\"'?#&,;)»”`])",
            r"hooks\.slack\.com/[a-z]+/(?P<secret>[A-Za-z0-9/_-]{8,})",
            r"api\.telegram\.org/(?:file/)?bot(?P<secret>[^\s/\"'<>]+)",
            r"discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]+/(?P<secret>[A-Za-z0-9_-]+)",
            r"(?:webhook\.office|outlook\.office(?:365)?)\.com/webhook(?:b2)?/(?P<secret>[^\s\"'<>]+)",
            r"hooks\.zapier\.com/hooks/catch/[0-9]+/(?P<secret>[A-Za-z0-9]+)",
        ),
    ),
)
_HINTS = tuple({hint for forms in FORMS for hint in forms.hints})


def hints_in(text: str) -> Set[str]:
    """The hints that stand in a text, in the letters that a pattern sees that ignores case: two more are an i to it."""
    folded = text.casefold().replace("i\u0307", "i").replace("\u0131", "i")
    return {hint for hint in _HINTS if hint in folded}


ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s\"'<>‹›]+", re.IGNORECASE)
ADDRESS_PART = re.compile(r"(?<=[/=])[A-Za-z0-9._~+%-]{16,}=*(?=[/?&#;]|$)")
"""A segment of a path or the value of a query, which is hidden when it looks as if made by chance."""
SECRET_PART = re.compile(r"/(?:webhooks?|hooks?|token|key|secret|auth)s?/(?P<part>[A-Za-z0-9_-]{8,})(?![\w.])")
"""A segment behind one that announces a secret, which is hidden unless it reads like a name."""
BASE64 = re.compile(
    r"(?<![\w./:@=+%-])(?=[A-Za-z+/]*[0-9])(?:[A-Za-z0-9+/]{22,}={1,2}|(?=[A-Za-z0-9/]*[+])[A-Za-z0-9+/]{32,})"
    r"(?![\w/@=+%-]|[.:]\w)"
)
"""A word that stands alone and is written as base64 is: with its filling, or with a plus in it."""
BARE = re.compile(r"(?<![\w./@+%-])(?<!(?<![^\W\d_]):)[A-Za-z0-9_-]{24,}(?![\w/@+%-]|[.:]\w)")
"""A word that stands alone or behind a name and a colon, hidden only when it looks as if made by chance."""
SLASHED = re.compile(r"(?<![\w./:@+%-])(?=[A-Za-z0-9+]*/)[A-Za-z0-9+/]{40}(?![\w/@=+%-]|[.:]\w)")
"""A word of forty characters with slashes, as secret keys of Amazon have; a path is one whose parts read as names."""
PLAIN_WORD = re.compile(r"[A-Za-z_]{1,16}")
"""One word in which no pattern finds anything: most names in JSON, and many values."""
OWN_MARK = re.compile(MARK)
KEPT = re.compile(
    r"(?i)(?<![^\W_])(?:(?:member|message|chat|user|external|request|event|file|connector|customer|order)[ _-]?id"
    r"|digest|sha-?(?:1|256)|md5|commit|checksum|etag|head)[\"']?(?:\s*[=:]\s*|\s+)[\"']?(?P<kept>[0-9a-f]{32,64})(?!\w)"
)
"""Hexadecimal digits whose name says that they are no secret."""
ID_NAME = re.compile(r"(?i)(?:member|message|chat|user|external|request|event|file)[ _-]id|digest|head|commit")
"""The label of such a value where it stands beside it, in a fact or a table."""
NEVER = re.compile(
    rf"data:[a-z]+/[^\s\"'<>&]+|{MARK}|[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}"
    r"|(?<=/marketplace/view/)(?:local|app)\.[0-9a-f]{10,20}\.[0-9]{6,12}(?=/)"
    r"|(?<=/archives/)[A-Z0-9]{3,21}/p[0-9]{16}(?!\w)"
)
"""A picture in an address, what is hidden already, ids of the form UUID, the id of an application in the address of its
pages, and the place of a message in the address of Slack. A name in front of one, or the format of a
provider, says more."""
