"""What secrets look like: a row for each form, with the part that has to be hidden as its group `secret`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_END = r"(?![A-Za-z0-9_-])"
MARK = r"‹(?:secret, )?[0-9]+ characters(?:, #[0-9a-f]{6})?›"
"""What stands for a value that is hidden already. Anything else between such brackets is typed text."""
_TEXT = r"[^\s&#\"'<>,;{}()|\\]"
"""What a value in an address, in JSON or in a header goes on with."""
_VALUE = rf"(?:{MARK}|data:[^\s\"'<>&]+|{_TEXT})+"
"""A whole value, with the marks that stand in it. Nothing may have to follow it."""
_LIKELY = rf"(?={_TEXT}{{4}})(?={_TEXT}*[0-9]|{_TEXT}*[a-zа-яё][A-ZА-ЯЁ]|{_TEXT}*[!@$%^*+=~]\w)"
"""Before a value in running text: at least four characters that no ordinary word has together."""
_QUERY = r"(?<=[?&;#])"
"""In front of a name in an address or a form."""

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
    r"[\w.%-]{0,40}(?:secret|token|pass_?word|passwd|passphrase|(?:api|access|private|secret)[_-]?key|пароль|токен)"
    r"|x-amz-(?:signature|credential)"
)
"""A value right behind one of these is a secret wherever it stands."""
PROSE_NAMES = rf"{STRONG_NAMES}|pwd|pass|api key"
"""With a blank before the value it may be running text: *Reset password: customer asked*."""
WEAK_NAMES = (
    r"key|sig|signature|auth|authorization|pwd|pass|credential|credentials|jwt|sid|session|\w{0,20}sess(?:ion)?[_-]?id"
    r"|[\w-]{0,40}[_-](?:sig|signature|sign|hash|hmac|auth|key|pass|pwd)|sign|hmac|apikey"
)
"""Only with an equals sign right behind, as in an address or a form."""
_START = r"(?:(?<![\w-])|(?<=%5B))"
_CLOSED = r"(?:[\"'\[\]]|%5[BD])"
"""Between a name and its equals sign or colon, where it is quoted or in brackets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Patterns that find nothing in a text with none of the hints in it: looking for a hint costs far less.

    Hints are compared with the text as `fold` gives it. Without any the patterns are always looked for.
    """

    patterns: tuple[re.Pattern[str], ...]
    hints: tuple[str, ...] = ()

    def may_stand_in(self, folded: str) -> bool:
        """Whether it is worth looking."""
        return not self.hints or any(hint in folded for hint in self.hints)


def fold(text: str) -> str:
    """The text in small letters, as patterns that ignore case see it: two more letters are an i to them."""
    return text.casefold().replace("i\u0307", "i").replace("\u0131", "i")


_NAME_HINTS = ("secret", "token", "pass", "key", "pwd", "пароль", "токен", "x-amz-")

FORMS: tuple[Forms, ...] = (
    Forms(
        patterns=(
            re.compile(rf"(?<![A-Za-z0-9_-])(?P<secret>{'|'.join(PREFIXES)}){_END}"),
            re.compile(
                r"(?P<secret>-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z))",
                re.DOTALL,
            ),
        ),
    ),
    Forms(
        hints=("bearer ", "basic ", "token "),
        patterns=(
            # As a header always; in running text only what is no word: *Basic information*.
            re.compile(
                r"(?i)\bauthorization[\"']?\s*[:=]\s*[\"']?(?:bearer|basic|token) (?P<secret>[A-Za-z0-9._~+/-]{4,}=*)"
            ),
            re.compile(
                r"\b(?i:bearer|basic) (?P<secret>(?=[\w.~+/-]*(?:[0-9=]|[a-z][A-Z]|[._~+]\w))[A-Za-z0-9._~+/-]{8,}=*)"
            ),
        ),
    ),
    Forms(
        hints=("@",),
        patterns=(
            # A user, or a user and a password, in front of a host. With a slash in it a colon shows that it is no path.
            re.compile(r"//(?P<secret>[^\s/?#<>\"']+)@"),
            re.compile(
                r"//(?P<secret>[^\s/?#@:<>\"']+:(?![0-9]{1,5}[/?#])[^\s@<>\"'/?#]*[/?#][^\s@<>\"']*)@",
            ),
        ),
    ),
    Forms(
        hints=("=",),
        patterns=(
            re.compile(rf"(?i)(?<![\w-])(?:{WEAK_NAMES})=(?P<secret>{_VALUE})"),
            re.compile(rf"(?i){_QUERY}(?:code|pw|psw|tok|tkn|bearer)=(?P<secret>{_VALUE})"),
            re.compile(rf"{_QUERY}(?i:pin|otp)=(?P<secret>{_LIKELY}{_VALUE})"),
            re.compile(rf"{_QUERY}[kstKST]=(?P<secret>(?={_TEXT}*[0-9])(?={_TEXT}*[A-Za-z]){_TEXT}{{8,}})"),
            # In a form without an address, and what no number of an error looks like.
            re.compile(rf"(?<![\w-])code=(?P<secret>{_TEXT}+)(?=&)"),
            re.compile(rf"(?<![\w-])code=(?P<secret>(?={_TEXT}*[0-9])(?={_TEXT}*[A-Za-z]){_TEXT}{{8,}})"),
        ),
    ),
    Forms(
        hints=_NAME_HINTS,
        patterns=(
            re.compile(rf"(?i){_START}(?:{STRONG_NAMES}){_CLOSED}*[=:][\"']?(?P<secret>{_VALUE})"),
            # With blanks between: a name or a value that is quoted, a name that no sentence has, a value that is no
            # word, and whatever a line ends with.
            re.compile(rf"(?i){_START}(?:{STRONG_NAMES}){_CLOSED}+\s*[=:]\s*[\"']?(?P<secret>{_VALUE})"),
            re.compile(rf"(?i){_START}(?:{PROSE_NAMES})\s*[=:]\s*[\"'](?P<secret>{_TEXT}+)"),
            re.compile(rf"(?i){_START}(?=\w+[_.-])(?:{STRONG_NAMES})\s*[=:]\s*(?P<secret>{_TEXT}+)"),
            re.compile(rf"{_START}(?i:{PROSE_NAMES})\s*[=:]\s*(?P<secret>{_LIKELY}{_VALUE})"),
            re.compile(rf"(?im){_START}(?:{PROSE_NAMES})\s*[=:]\s*(?P<secret>{_TEXT}+)(?=\s*$)"),
        ),
    ),
    Forms(
        hints=("/",),
        patterns=(
            # Tokens inside the path of an address: incoming webhooks, of which the address is the secret.
            re.compile(r"/rest/[0-9]+/(?P<secret>[A-Za-z0-9]{8,})(?=/|\s|$|[\"'?#&,;)])"),
            re.compile(r"hooks\.slack\.com/[a-z]+/(?P<secret>[A-Za-z0-9/_-]{8,})"),
            re.compile(r"api\.telegram\.org/(?:file/)?bot(?P<secret>[^\s/\"'<>]+)"),
            re.compile(r"discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]+/(?P<secret>[A-Za-z0-9_-]+)"),
            re.compile(r"(?:webhook\.office|outlook\.office(?:365)?)\.com/webhook(?:b2)?/(?P<secret>[^\s\"'<>]+)"),
            re.compile(r"hooks\.zapier\.com/hooks/catch/[0-9]+/(?P<secret>[A-Za-z0-9]+)"),
            re.compile(
                r"/(?:webhooks?|hooks?|token|key|secret|auth)s?/(?P<secret>(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{16,})"
            ),
        ),
    ),
)

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>‹›]+", re.IGNORECASE)
ADDRESS_PART = re.compile(r"(?<=[/=])[A-Za-z0-9._~+%-]{16,}=*(?=[/?&#;]|$)")
"""A segment of a path or the value of a query, which is hidden when it looks as if made by chance."""
BARE = re.compile(r"(?<![\w./:@=+%-])[A-Za-z0-9_-]{24,}(?![\w./:@+%-])")
"""A word that stands alone, hidden only when it looks as if made by chance."""
OWN_MARK = re.compile(MARK)
NEVER = re.compile(rf"data:[a-z]+/[^\s\"'<>&]+|{MARK}|[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}")
"""A picture in an address, what is hidden already, and ids of the form UUID: no chance made them. A name in front of
one, or the format of a provider, says more."""
