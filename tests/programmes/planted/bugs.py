"""The planted bugs, a row each. Every patch is the smallest that makes its bug, where one would make it."""

from __future__ import annotations

from tests.programmes.planted.answers import ANSWERS
from tests.programmes.planted.archives import ARCHIVES
from tests.programmes.planted.backlogs import BACKLOGS
from tests.programmes.planted.chain_checks import CHAIN_CHECKS
from tests.programmes.planted.decisions import DECISIONS
from tests.programmes.planted.doors import DOORS
from tests.programmes.planted.endings import ENDINGS
from tests.programmes.planted.keeping import KEEPING
from tests.programmes.planted.plant import Bug
from tests.programmes.planted.portal_reads import PORTAL_READS
from tests.programmes.planted.saying import SAYING
from tests.programmes.planted.typed_secrets import TYPED_SECRETS
from tests.programmes.planted.waiting import WAITING

BUGS: tuple[Bug, ...] = (
    *DECISIONS,
    *ENDINGS,
    *WAITING,
    *BACKLOGS,
    *SAYING,
    *ANSWERS,
    *PORTAL_READS,
    *DOORS,
    *TYPED_SECRETS,
    *CHAIN_CHECKS,
    *ARCHIVES,
    *KEEPING,
)
