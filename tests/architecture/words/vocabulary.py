"""Words and identifiers that were given up, each with the one to use instead.

A retired word may not come back as a part of any name, nor in a sentence. A retired identifier may not come back as it
is. A retired function name may not come back as the name of a function, because it tells neither what the function
does nor whether it answers with a bool, a decision or an effect.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "anchoring": "witness writing",
    "bell": "signal",
    "blotted": "redacted",
    "bury": "remove, reap",
    "buried": "removed, dead",
    "courier": "dispatcher",
    "deed": "action, call, change",
    "desk": "query context, bot",
    "front door": "request verification",
    "glass": "break glass",
    "heed": "regard, apply",
    "heeded": "regarded, applied",
    "house": "built-in, bot",
    "keeper": "scheduler",
    "office": "bot",
    "outcast": "no member",
    "seat": "lock",
    "seated": "locked, registered",
    "storm": "burst",
    "stumble": "failure",
    "stumbled": "failed",
    "teller": "runner",
    "town": "playground",
    "upkeep": "maintenance",
    "vault": "credential store",
    "whisper": "private notice, ephemeral message",
    "whispered": "sent privately",
    "wish": "request, options",
    "workshop": "staging folder",
    "worry": "warning",
}
"""Words of names, docstrings, comments and English sentences."""

WORDS_IN_NAMES: Mapping[str, str] = {
    "letter": "outbox entry, raw request; character where it is one of the alphabet",
    "patience": "timeout",
    "tend": "maintain",
}
"""Words of names. A sentence may have them."""

TERMS = ("break glass", "dead letter", "office hour")
"""Terms of the field and of the policy table that contain such a word and stay."""

ALLOWED: Mapping[tuple[str, str], str] = {
    ("tests/testing/lamps.py", "house"): "the plugin of the tests is about the lamps of a house",
}
"""Where a word stays all the same, as the beginning of a path and the word."""

RETIRED: Mapping[str, str] = {
    "DEFAULT_PORTAL_SET": "DEFAULT_PLACE_SET",
    "NO_PORTAL": "NO_PLACE",
    "OWN_PORTAL_SET": "OWN_PLACE_SET",
    "PORTAL_TARGET": "PLACE_TARGET",
    "append_portal": "append_place",
    "check_portals": "check_places",
    "choose_portal": "choose_place",
    "complete_portals": "complete_places",
    "default_portals": "list_default_places",
    "find_portal": "find_place",
    "keep_first_portal": "keep_first_place",
    "list_portal_plugins": "list_place_plugins",
    "name_portal_in_refusals": "name_place_in_refusals",
    "portal_use": "use_place",
    "summary_with_portal": "summary_with_place",
    "portal_label": "place_label",
    "portal_option": "write_place_option",
    "read_portal_option": "read_place_option",
    "Admitted": "VerifiedRequest",
    "FLAWS": "DISQUALIFICATIONS",
    "LOOKS": "BADGES, DEMO_VIEWS",
    "Look": "StatusBadge",
    "Manner": "RetryPolicy",
    "People": "IdentityGroups",
    "Spares": "BackupTokenStore",
    "Standing": "MembershipStatus, RestoreComparison, ConnectorOwnership",
    "Told": "CommandResult, ArchiveReport",
    "Troubles": "TroubleLog, FaultControl",
    "TurnedAway": "RequestRejected",
    "UNASKED": "SLACK_NOT_ASKED",
    "as_it_counts": "with_current_validity",
    "do_at_once": "perform_at_once",
    "let_go": "release",
    "list_limit": "find_allow_list_limit",
    "locks_out": "leaves_no_admin",
    "look_of": "find_badge",
    "nobody_waits": "no_progress",
    "put_away_stranded": "save_unsaved_results",
    "say_once_under_card": "post_once_in_thread",
    "say_under_card": "post_in_thread",
    "show_again": "repost_cards",
    "strays": "find_mismatches",
    "traffic_of": "make_portal_state",
    "unfit": "check_eligibility",
    "unfit_to_settle": "check_settler_eligibility",
    "what_stands": "describe_unreviewed",
    "went_well": "record_recovery",
    "_put_away": "_finish_or_retry",
    "_put_down": "_release_job",
    "_shut": "_blocked_ending",
    "_way_on": "_next_steps",
}
"""Names of types, constants, functions, attributes, fixtures and variables, as they were spelled."""

RETIRED_FUNCTIONS: Mapping[str, str] = {
    "already": "describe_decided",
    "answered": "combine_answers",
    "approvers": "list_eligible_approvers",
    "bar": "check_reviewer",
    "bars": "blocks",
    "concerned": "accounts_to_verify",
    "crowded": "rate_limited",
    "flaw": "check_account, disqualification",
    "interrupted": "judge_interruption",
    "lacking": "list_missing_parts",
    "listed": "fit_lines, join_with_and",
    "locked_out": "auth_failed",
    "moment": "format_time",
    "on_record": "with_attested_approvals",
    "plainly": "sanitize_refusals",
    "put_off": "is_put_off",
    "resting": "circuit_open",
    "revive": "redeliver",
    "said": "read_confirmation",
    "silent": "note_silent_connectors",
    "sure": "require_ok",
    "taken_away": "without_lines",
    "told": "request_label, or describe_… with what is described",
    "translated": "translate_errors",
    "tried": "try_address",
    "trusts": "is_trusted_url",
    "unasked": "list_stale_accounts",
    "unbroken": "join_lines",
    "unheard": "no_progress, silence_stderr",
    "unproven": "find_unproven_limit",
    "unreviewed": "list_unreviewed",
    "unwritten": "find_write_failure",
}
"""Names of functions and methods of the product alone; a variable may be called so."""
