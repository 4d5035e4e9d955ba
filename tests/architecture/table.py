"""The architecture as data: who may import whom, and what only certain rooms may do. Each exception has a reason.

A room is a module or a package with all that is in it; the longest name that fits decides.
"""

from __future__ import annotations

from collections.abc import Mapping

INWARD = ("bot.usecases", "bot.host", "bot.store", "bot.language", "bot.core", "bot.plugin", "bot.clock")
"""The use cases and all rooms that they stand on."""
_BITRIX24 = "plugins.bitrix24"

ROOMS: Mapping[str, tuple[str, ...]] = {
    "bot": (),
    "bot.plugin": (),
    "bot.clock": (),
    "bot.core": ("bot.plugin",),
    "bot.logs": ("bot.core", "bot.language", "bot.plugin"),
    "bot.host_settings": ("bot.language", "bot.plugin"),
    "bot.deferred_object": (),
    "bot.setting_digests": ("bot.settings", "bot.host_settings", "bot.plugin"),
    "bot.policy_file": ("bot.core", "bot.plugin"),
    "bot.settings_file": ("bot.core", "bot.plugin"),
    "bot.settings": (
        *("bot.host_settings", "bot.policy_file", "bot.settings_file"),
        *("bot.core", "bot.language", "bot.plugin"),
    ),
    "bot.language": ("bot.core", "bot.plugin"),
    "bot.store": ("bot.core", "bot.plugin", "bot.clock"),
    "bot.host": ("bot.core", "bot.language", "bot.store", "bot.plugin", "bot.clock"),
    "bot.usecases": ("bot.core", "bot.language", "bot.store", "bot.host", "bot.plugin", "bot.clock"),
    "bot.slack": INWARD,
    "bot.web": INWARD,
    "bot.testing": ("bot.playground", "bot.playground.workspace", "bot.settings", "bot.logs", *INWARD),
    "bot.checks": ("bot.slack", "bot.settings", *INWARD),
    "bot.app": (
        "bot",
        "bot.checks",
        "bot.slack",
        "bot.web",
        "bot.settings",
        "bot.logs",
        "bot.deferred_object",
        "bot.setting_digests",
        *INWARD,
    ),
    "bot.playground": ("bot.playground.workspace", "bot.app", "bot.web", "bot.settings", *INWARD),
    "bot.playground.workspace": ("bot.plugin",),
    "bot.cli": (
        *(
            "bot",
            "bot.app",
            "bot.checks",
            "bot.playground",
            "bot.playground.workspace",
            "bot.web",
            "bot.settings",
            "bot.policy_file",
            "bot.settings_file",
            "bot.logs",
        ),
        *INWARD,
    ),
    "bot.__main__": ("bot.cli",),
    _BITRIX24: ("bot.plugin", f"{_BITRIX24}.simulation"),
    f"{_BITRIX24}.simulation": ("bot.plugin", f"{_BITRIX24}.simulator"),
    f"{_BITRIX24}.simulator": ("bot.plugin",),
}
"""Which rooms of this project a room may import, besides itself."""

AREAS: Mapping[str, tuple[str, ...]] = {
    "bot.core": ("", "authority", "authority.rules", "redaction", "parsing", "messages", "change", "audit"),
    "bot.store": (
        "disk",
        "engine",
        "sealing",
        "repositories.replication",
        "repositories",
        "schema",
        "files",
        "postgres",
        "",
    ),
    "bot.usecases": (
        *("process", "chat", "", "leases", "special_commands", "command_context", "notices"),
        *("integrity", "authority", "outcomes", "overview", "admin", "intake", "forms", "home"),
        *("requests", "execution", "delivery", "runtime"),
    ),
    "bot.slack": ("", "render", "incoming", "outgoing", "socket"),
    "bot.cli": ("processes", "", "audit", "set_up", "commands"),
    "bot.playground.workspace": ("base", "blockkit", "state", "webapi", "client", "control", ""),
    _BITRIX24: (
        *("redaction", "settings", "hosts", "http", "rest", "traffic", "auth", "connecting"),
        *(
            "health",
            "client",
            "connectors",
            "portal",
            "dialogues",
            "events.findings",
            "events",
            "acceptance",
            "impact",
            "diagnosis",
            "commands.common",
            "commands.portal",
            "commands.connecting",
            "commands",
            "web",
        ),
        *("simulator", "simulation", ""),
    ),
    f"{_BITRIX24}.simulator": ("php", "state", "calls", "effects", "methods", "server", ""),
}
"""The rooms of each area from the innermost to the outermost: a room imports itself and those before it.

The empty name stands for the modules that lie in the area itself.
"""

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "slack_bolt": ("bot.slack",),
    "slack_sdk": ("bot.slack",),
    "websocket": ("bot.slack",),
    "flask": ("bot.web.page",),
    "werkzeug": ("bot.web",),
    "waitress": ("bot.web",),
    "prometheus_client": ("bot.web.metrics",),
    "click": ("bot.cli",),
    "rich": ("bot.cli",),
    "dotenv": ("bot.settings_file",),
    "sqlite_utils": ("bot.store.engine", "bot.store.schema"),
    "sqlite3": ("bot.store.engine",),
    "pysqlite3": ("bot.store.engine",),
    "psycopg": ("bot.store.postgres",),
    "cryptography": ("bot.store", f"{_BITRIX24}.simulator"),
    "requests": (f"{_BITRIX24}.http.transport", f"{_BITRIX24}.http.failure_reasons"),
    "urllib3": (
        "bot.slack.outgoing.http_client",
        f"{_BITRIX24}.http.transport",
        f"{_BITRIX24}.http.guarded_connections",
        f"{_BITRIX24}.http.failure_reasons",
    ),
    "websockets": ("bot.playground.workspace",),
    "_typeshed": tuple(ROOMS),
}
"""Which rooms may import a package from outside. One that is not listed may not be imported at all."""

PURE: Mapping[str, frozenset[str]] = {
    "bot.core": frozenset(
        {
            *("__future__", "collections", "dataclasses", "datetime", "difflib", "enum", "hashlib", "hmac"),
            *(
                "contextlib",
                "contextvars",
                "functools",
                "bisect",
                "itertools",
                "operator",
                "json",
                "math",
                "re",
                "shlex",
                "typing",
                "tomllib",
                "unicodedata",
                "urllib.parse",
                "fnmatch",
            ),
        }
    ),
}
"""Rooms without input and output, and all they may import of the standard library."""

CLOCKS: Mapping[str, str] = {
    "bot.clock": "it is the clock",
    "bot.plugin.loopback": "waits for threads of this process, whatever the bot's clock says",
    "bot.store.sealing.keyring": "makes the key file, once; there is nothing to steer",
    "bot.playground.workspace.base.workspace_clock": "the simulated workspace's own clock and ids",
    "bot.playground.workspace.state.workspace_tokens": "tokens of a simulated workspace",
    "bot.playground.workspace.client.app_delivery": "signs in real time, and measures how long answers take",
    "bot.playground.workspace.control.observations": "waits for other threads, however the simulated clock is moved",
    "bot.playground.workspace.client.sockets": "waits for real connections",
    f"{_BITRIX24}.connecting.authorization_link": "the state of an authorise link has to be unguessable",
    f"{_BITRIX24}.simulator.state.simulated_clock": "the simulated portal's own clock",
    f"{_BITRIX24}.simulator.tls": "a certificate has to be valid in real time",
    f"{_BITRIX24}.simulator.state.portal_tokens": "tokens of a simulated portal",
    f"{_BITRIX24}.simulator.state.world": "ids and secrets of a simulated application",
    f"{_BITRIX24}.simulator.methods.offline_events": "names of batches of offline events",
}
"""Modules that may ask the machine for time, ids or randomness."""

BROAD: Mapping[str, str] = {
    "bot.usecases.runtime.worker": "the edge of each thread: it must outlive what it meets",
    "bot.web.bounded_answer": "the edge of a thread: whoever waits for the answer raises it",
    "bot.usecases.execution.recovery": "the edge to a plugin: the other change requests must be read back too",
    "bot.usecases.delivery.message_delivery": "the edge of a delivery: the notice waits",
    "bot.cli.root": "the edge of the terminal",
    "bot.cli.completion": "the edge of a completion: nothing to offer is all that may come of a fault",
    "bot.host.discovery": "importing a stranger's package runs its code",
    "bot.host.guarded_calls": "the edge to a plugin, which may raise anything",
    "bot.plugin.loopback": "a simulator's fault must not look like a fault of what it simulates",
}
"""Modules that may catch everything and go on. Catching everything to tidy up and raise it again is free."""

IMPORTERS: Mapping[str, str] = {
    "bot.host.discovery": "plugins come by name",
    "bot.cli.root": "imports the one command that was typed, by a name that is written there",
}
"""Modules that may import by a name made at run time."""

SHELL: Mapping[str, str] = {
    "bot.cli.output": "shows the line that was meant as one for a shell",
    "bot.playground.second_terminal": "names the folder of a playground and the program by their paths",
    "bot.store.store": "names a backup by its path",
    "bot.store.disk.file_permissions": "names a file by its path",
}
"""Modules that show lines for a shell with something in them that a shell could read otherwise."""

SHELL_COMMANDS = ("access", "audit", "backup", "init", "key", "outbox", "portal", "request", "restore", "run", "serve")
"""What such a line begins with behind `b24bot`."""

PLAIN_IN_SHELL: Mapping[str, str] = {
    "change.id": "CR and a number",
    "decision.role": "a word of the bot's own",
    "wanted": "a word of the bot's own",
    "mode": "a number",
    "query.person.id": "ids that have Slack's form",
    "one.id": "ids of keys have only letters and digits",
    "portal.name": "small Latin letters, digits, - and _ (plugins/bitrix24/auth/credentials.py)",
}
"""What may stand in a line for a shell as it is."""

CHAT_ROOMS = ("bot.slack", "bot.playground")
"""Rooms that know Slack's ids, payload keys, account flags, error codes and mention syntax."""

SLACK_SHAPES = (
    *(r"response_url", r"trigger_id", r"thread_ts", r"message_ts", r"team_id", r"enterprise_id", r"enterprise_user"),
    *(r"is_(?:ultra_)?restricted", r"is_stranger", r"is_external", r"is_archived", r"private_metadata"),
    *(r"callback_id", r"action_id", r"block_id", r"mrkdwn", r"chat_post\w*", r"chat_update", r"users_info"),
    *(r"views_open", r"[a-z]+_not_found", r"not_in_channel", r"messages_tab_disabled"),
    *(r"event_ts", r"ratelimited", r"invalid_auth", r"(?:chat|views|users|conversations|files)\.[a-z]+[A-Z]\w*"),
)
"""Names that stand in Slack's payloads and answers, also as a part of a longer name."""
SLACK_KEYS = (r"channel_id", r"user_id", r"is_bot", r"ephemeral", r"team_ids?", r"xox[a-z]")
"""The same for the bot alone: what a plugin talks to has such names of its own."""
SLACK_TEXTS = ("blocks", "attachments", "elements")
"""Whole texts of the bot that are keys of payloads."""
SLACK_SYNTAX = (r"<[@#]", r"<!(?:here|channel|everyone|subteam)", r"\[[A-Z]{2,3}\]\[A-Z0-9\]")
"""How Slack writes mentions, and how a pattern for one of its ids begins."""

SLACK_KNOWN: Mapping[tuple[str, str], str] = {
    ("bot.core.mentions", "<@"): "mentions in typed lines are stored in this form, whatever form a chat gives them",
    ("bot.core.principals", "[TE][A-Z0-9]"): "reads the ids that people type for other people",
    ("bot.core.principals", "[UW][A-Z0-9]"): "reads the ids that people type for other people",
    ("bot.settings", "[CDG][A-Z0-9]"): "a setting that names a channel is checked before there is a chat",
    ("bot.usecases.admin.audit_search", "[UW][A-Z0-9]"): "reads the ids that people type for other people",
    ("bot.usecases.chat.delivery_errors", "ratelimited"): "outboxes have this code of an error of every chat",
    ("bot.web.page", "action_id"): "the playground's page presses buttons of the simulated workspace by their ids",
    ("bot.web.page", "block_id"): "the playground's page presses buttons of the simulated workspace by their ids",
}
"""What modules outside know of Slack's shapes all the same: the module, and the one shape."""

PRINTERS = ("bot.cli", "bot.playground")
"""Rooms that may print."""

LIVING: Mapping[str, str] = {
    "bot.app.Bot": "the parts of a running bot",
    "bot.plugin.commands.Group": "collects commands while a plugin is imported; its noun reads best unnamed",
    "bot.usecases.delivery.cards.Cards": "remembers where a card stands until that is written down",
    "bot.usecases.chat.channel_pace._Lane": "the next free moment of a channel moves on",
    f"{_BITRIX24}.client.rest_client._CallProgress": "counts while one call is being made",
    "bot.playground.workspace.client.sockets._Waiting": "is filled when the answer comes",
}
"""Dataclasses that are not frozen, slotted and keyword-only values."""

COLLECTIONS = (
    *("dict", "list", "set", "defaultdict", "deque", "OrderedDict", "Counter", "bytearray"),
    *("MutableMapping", "MutableSequence", "MutableSet"),
)
"""Types of collections that whoever sees them can change."""

OWNERS = ("bot.usecases.process",)
"""Rooms of the owners of what a process knows."""

CHEAP = "bot.plugin.frozen"
"""Where dataclasses come from: the standard library's cost each start a tenth of a second."""

UNDESCRIBED = ("bot.playground.workspace", f"{_BITRIX24}.simulator")
"""Rooms whose public classes may go without a docstring: their names are the names of what they imitate."""

MOST_PARTS = 11
"""Parts of the context that use cases take."""
MOST_MODULES = 15
"""Modules of one folder, its `__init__` and `conftest` not counted."""
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60

SQL: Mapping[str, str] = {
    "bot.store.engine": "what an engine is told beside the statements of others",
    "bot.store.postgres": "the same of the other engine, and its schema in its own words",
    "bot.store.repositories": "all statements about rows",
    "bot.store.schema": "the tables, and what earlier releases stored in them",
    "bot.store.files.archive_file": "chooses the records of a file and takes them out: steps of writing that file",
    "bot.store.files.backup_reader": "reads any copy, also one with the schema of an earlier release",
    "bot.store.files.consistency": "compares a file with itself and with its keys before a store is made of it",
    "bot.store.files.whole_copy": "counts the rows of two databases, of which one was copied into the other",
    "bot.store.files.restore": "compares two files, and empties the queues of a copy",
}
"""Rooms and modules that hold statements of SQL."""

GATHERED = "bot.store.repositories"
"""The room whose statements have names: they stand on top of their modules, and none in a function."""

CONNECTS: Mapping[str, str] = {
    "bot.store.engine": "it is the engine",
    "bot.store.files.backup_reader": "opens copies that no engine may open: they stay as they are to the last byte",
}
"""Rooms and modules that take the sqlite3 of the engine."""

GOES_OUT = ("messenger", "look_up", "unit_of_work")
"""What whoever has a transaction does not use: what goes over the network, and what begins or joins another."""
MAKES_FUNCTIONS = ("prepare_in_terminal",)
"""What returns a function of a plugin: nobody knows what that does."""
CALCULATES = ("find_refusal", "fitting_lines")
"""What of the messenger goes nowhere."""

BEGINS = ("unit_of_work", "under_lease", "transaction")
"""The calls that begin a transaction or join the one that is open."""

MAKES_TRANSACTIONS: Mapping[str, str] = {
    "bot.host.plugin_services": "hands plugins the unit of work of the engine",
}
"""Rooms and modules that hand a transaction on instead of beginning it in a `with`."""

NETWORK = (
    rf"(?:\b|_)messenger\.(?!(?:{'|'.join(CALCULATES)})$)\w+$",
    r"(?:\b|_)plugin\.(?:open|perform|verify|maintain|start)$",
    r"(?:\b|_)transport\.send$",
    r"\bcommand\.answer$",
    r"\bunit_of_work$",
)
"""How what goes over the network, or begins or joins another transaction, is written where it is used."""

WITHIN: Mapping[str, str] = {
    "bot.usecases.requests.break_glass._ask_for_review": "plans a command of the bot itself, which reads the store",
    "bot.usecases.execution.executor._perform_stored": "such a call changes the store alone, together with its answer",
    "bot.cli.run_line._set_up": "the plugin has asked before; what it made to be called here stores that",
    "bot.testing.harness.Harness.ask": "the same in a harness, which has no other thread",
    "bot.usecases.intake.page_commands.PageAccounts.submit": "the receipt, a unit of work by itself, joins its record",
    "bot.store.repositories.plugin_records.Records.remember": "rows that are whole units by themselves are one here",
    "bot.store.postgres.file_load.load_rows": "the schema, which has a unit of work of its own, joins its rows",
}
"""Functions with a transaction that use what may go over the network or join another one, and do so on purpose."""

WRITERS: Mapping[str, str] = {
    "bot.store.store": "makes the transaction",
    "bot.store.schema.plain_texts": "is a step of the schema, before there is a store",
}
"""Modules that make the repositories that change rows."""

UNPORTABLE: Mapping[str, str] = {
    r"\buser\b": "call the column `person`: `user` is a function elsewhere",
    r"\browid\b": "name it {row_id}, as the dialect spells it",
    r"\bWHERE 1\b": "say TRUE",
    r"\bIN \(\)": "ask nothing where there are no values",
    r"\bINSERT OR\b": "say ON CONFLICT",
    r"last_insert_rowid": "say RETURNING",
    r"\b(?:json_extract|strftime|GLOB|max\([^()]*,)": "let the dialect spell it",
    r"\+(?:actor|place_identity|plugin|tag)\b": "a plus goes before numbers; say `actor || ''`",
}
"""What few engines understand, or understand in another way, and what to say in its place."""

QUERIES = ("execute", "rows", "row", "returning", "insert", "where", "_read")
"""Methods that take SQL and its values."""
MARKERS = ("placeholders", "assignments", "newest_of")
"""Functions that make the marks of a collection."""
HANDED_ON = ("bot.store.engine.database", "bot.store.postgres.engine", "bot.store.postgres.schema")
"""Modules whose callers bring SQL and values together."""

SAYS_WHY_AS_TEXT: Mapping[str, str] = {
    "bot.checks.check.join_sentences": "puts together what it is given, of nothing as well",
    "bot.cli.json_output.NoticeRow.cause": "a text in JSON, as docs/json.md has it",
    "bot.language.request_views.ChangeRow.reason": "a text in JSON, as docs/json.md has it",
    "bot.language.request_views.ReviewRow.reason": "a text in JSON, as docs/json.md has it",
    "bot.usecases.admin.policy_answers.RuleResult.why": "a text in JSON, as docs/json.md has it",
    "bot.usecases.intake.stop_requests.rejection_reason": "gives back what a person typed, who may have typed nothing",
}
"""Functions and fields that give a reason or an empty text, each with why it does."""
