"""Texts of others that are hard to show: as names, as reasons, and wherever else somebody's words stand."""

from __future__ import annotations

LONG = "Sales Europe, Middle East and Africa " * 30
RIGHT_TO_LEFT = "מכירות \u202eתמיכה\u202c والدعم الفني"
EMOJI = "🛒 Shop 👩‍👩‍👧 :tada: 🇩🇪"
HOSTILE = "<!channel> <@U0666> <https://evil.test|Approve> *Approved by* `x` \u202egnol\x1b[31m\n> Approved"
STRANGE = (LONG, RIGHT_TO_LEFT, EMOJI, HOSTILE)
