"""The mutations, a row each. Every patch is the smallest that makes its fault, where one would make it."""

from __future__ import annotations

from tests.long.mutations.answers import ANSWERS
from tests.long.mutations.archives import ARCHIVES
from tests.long.mutations.backlogs import BACKLOGS
from tests.long.mutations.chain_checks import CHAIN_CHECKS
from tests.long.mutations.decisions import DECISIONS
from tests.long.mutations.doors import DOORS
from tests.long.mutations.engines.postgres import POSTGRES
from tests.long.mutations.keeping import KEEPING
from tests.long.mutations.mutation import Mutation
from tests.long.mutations.plugins import PLUGINS, PORTAL_PAGES, PORTALS
from tests.long.mutations.portal_reads import PORTAL_READS, WATCHING
from tests.long.mutations.rules.ruling import RULING
from tests.long.mutations.saying import ENDINGS, SAYING
from tests.long.mutations.typed_secrets import TYPED_SECRETS, WORDS
from tests.long.mutations.waiting import WAITING

MUTATIONS: tuple[Mutation, ...] = (
    *DECISIONS,
    *RULING,
    *ENDINGS,
    *WAITING,
    *BACKLOGS,
    *SAYING,
    *ANSWERS,
    *PORTAL_READS,
    *WATCHING,
    *PORTAL_PAGES,
    *PORTALS,
    *DOORS,
    *PLUGINS,
    *WORDS,
    *TYPED_SECRETS,
    *CHAIN_CHECKS,
    *ARCHIVES,
    *KEEPING,
    *POSTGRES,
)
