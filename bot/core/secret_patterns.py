"""What secrets look like: a row for each form, with the part that has to be hidden as its group `secret`."""

from __future__ import annotations

import re

_END = r"(?![A-Za-z0-9_-])"
_TEXT = r"[^\s&#\"'<>‹›,;{}()|\\]"
"""What a value in an address, in JSON or in a header goes on with."""

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
    r"(?:[\w.%-]{0,40}[_.-])?(?:secret|token|password|passwd|passphrase|api[_-]?key|apikey|access[_-]?key|private[_-]?key)"
    r"|client_secret|signing_secret|access_token|refresh_token|application_token|x-amz-(?:signature|credential)"
)
"""A value behind one of these is a secret wherever it stands."""
WEAK_NAMES = (
    r"key|sig|signature|auth|authorization|code|pwd|pass|credential|credentials|jwt|sid|session|sessid|session[_-]?id"
    r"|[\w-]{0,40}[_-](?:sig|signature|sign|hash|hmac|auth|key)|sign|hmac|apikey"
)
"""Only with an equals sign right behind, as in an address or a form."""

FORMS: tuple[re.Pattern[str], ...] = (
    re.compile(rf"(?<![A-Za-z0-9_-])(?P<secret>{'|'.join(PREFIXES)}){_END}"),
    re.compile(
        r"(?P<secret>-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z))", re.DOTALL
    ),
    re.compile(r"(?i)\b(?:bearer|basic) (?P<secret>[A-Za-z0-9._~+/-]{8,}=*)"),
    # A user, or a user and a password, in front of a host.
    re.compile(r"://(?P<secret>[^\s/?#@<>\"'‹›]+)@"),
    re.compile(rf"(?i)(?<![\w-])(?:{WEAK_NAMES})=(?P<secret>{_TEXT}+)"),
    re.compile(
        rf"(?i)(?:(?<![\w-])|(?<=%5B))(?:{STRONG_NAMES})(?:[\"'\]]|%5D)*\s*[=:]\s*[\"']?(?P<secret>{_TEXT}+)",
    ),
    # Tokens inside the path of an address: incoming webhooks, of which the address is the secret.
    re.compile(r"/rest/[0-9]+/(?P<secret>[A-Za-z0-9]{8,})(?=/|\s|$|[\"'?#&,;)])"),
    re.compile(r"hooks\.slack\.com/[a-z]+/(?P<secret>[A-Za-z0-9/_-]{8,})"),
    re.compile(r"api\.telegram\.org/(?:file/)?bot(?P<secret>[^\s/\"'<>]+)"),
    re.compile(r"discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]+/(?P<secret>[A-Za-z0-9_-]+)"),
    re.compile(r"(?:webhook\.office|outlook\.office(?:365)?)\.com/webhook(?:b2)?/(?P<secret>[^\s\"'<>]+)"),
    re.compile(r"hooks\.zapier\.com/hooks/catch/[0-9]+/(?P<secret>[A-Za-z0-9]+)"),
    re.compile(r"/(?:webhooks?|hooks?|token|key|secret|auth)s?/(?P<secret>(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{16,})"),
)

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>‹›]+", re.IGNORECASE)
ADDRESS_PART = re.compile(r"(?<=[/=])[A-Za-z0-9._~+%-]{16,}=*(?=[/?&#;]|$)")
"""A segment of a path or the value of a query, which is hidden when it looks as if made by chance."""
BARE = re.compile(r"(?<![\w./:@=+%-])[A-Za-z0-9_-]{24,}(?![\w./:@+%-])")
"""A word that stands alone, hidden only when it looks as if made by chance."""
NEVER = re.compile(r"data:[a-z]+/[^\s\"'<>]+|‹[^‹›]*›|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""A picture in an address, what is hidden already, and ids of the form UUID."""
