"""A unit of work is a value that is passed: who changes rows takes one, and who waits for others cannot get one."""

from __future__ import annotations

from dataclasses import replace

from tests.architecture import call_graph, table, transaction_checks
from tests.architecture.checks import Check
from tests.architecture.source import Module, modules, within
from tests.tables.rows import each_row

TAKES = "def f(tx: Transaction, ctx: Context) -> None:\n    {}\n"
BEGINS = "def f(ctx: Context):\n    with ctx.store.unit_of_work() as tx:\n        {}\n"
ASKS = "from bot.usecases.authority.memberships import refresh_memberships\n"
CHARTED = ASKS + "def g(ctx):\n    refresh_memberships(ctx, [])\nTABLE = {1: g}\n"

# checker, name of the module, its text, what is said of it; nothing when it is good.
TEXTS: list[tuple[Check, str, str, str]] = [
    (
        transaction_checks.transaction_parameters,
        "bot.usecases.x",
        "def f(ctx: Context, tx: Transaction): ...",
        "f takes",
    ),
    (transaction_checks.transaction_parameters, "bot.usecases.x", "def f(store: Transaction): ...", "f takes"),
    (transaction_checks.transaction_parameters, "bot.usecases.x", "def f(*, tx: Transaction): ...", ""),
    (transaction_checks.transaction_parameters, "bot.usecases.x", "def f(tx: Transaction, ctx: Context): ...", ""),
    (
        transaction_checks.transaction_parameters,
        "bot.usecases.x",
        "class A:\n    def f(self, tx: Transaction): ...",
        "",
    ),
    (transaction_checks.transactions, "bot.usecases.x", TAKES.format("ctx.chat.messenger.post()"), "uses messenger"),
    (transaction_checks.transaction_parameters, "bot.usecases.x", "def f(ctx, tx: Transaction | None): ...", "f takes"),
    (
        transaction_checks.transaction_parameters,
        "bot.usecases.x",
        "from bot.store.store import Transaction as Tx\nMaybe = Tx | None\ndef f(ctx, tx: 'Maybe'): ...",
        "f takes",
    ),
    (transaction_checks.transaction_parameters, "bot.usecases.x", "def f(store: Store | Transaction): ...", ""),
    (transaction_checks.transaction_parameters, "bot.usecases.x", "def f(act: Callable[[Transaction], int]): ...", ""),
    (transaction_checks.transactions, "bot.usecases.x", BEGINS.format("ctx.chat.messenger.post_card(1)"), "x:3 f has"),
    (
        transaction_checks.transactions,
        "bot.usecases.x",
        "def f(ctx, lease):\n    with under_lease(ctx, lease) if lease else nullcontext():\n        look_up(1)",
        "uses look_up",
    ),
    (
        transaction_checks.transactions,
        "plugins.x",
        "def f(s):\n    with s.transaction():\n        look_up(1)",
        "look_up",
    ),
    (
        transaction_checks.transactions,
        "bot.usecases.x",
        "def f(ctx, tx: Transaction | None):\n    ctx.chat.messenger.post_card(1)",
        "uses messenger",
    ),
    (
        transaction_checks.transactions,
        "bot.usecases.x",
        "def f(ctx):\n    def g(tx: Transaction):\n        ctx.chat.messenger.post()\n    run(g)",
        "g has a transaction and uses messenger",
    ),
    (
        transaction_checks.transactions,
        "bot.cli.x",
        "def f(ctx):\n    end = prepare_in_terminal(1)\n    with ctx.store.unit_of_work():\n        end()",
        "uses end",
    ),
    (transaction_checks.transactions, "bot.usecases.x", BEGINS.format("tx.facts.put('a', 'b')"), ""),
    (transaction_checks.transactions, "bot.usecases.x", BEGINS.format("pass\n    ctx.chat.messenger.post_card(1)"), ""),
    (transaction_checks.transactions, "bot.usecases.x", BEGINS.format("ctx.chat.messenger.fitting_lines(1)"), ""),
    (
        transaction_checks.kept_transactions,
        "bot.usecases.x",
        "class A:\n    def __init__(self, tx: Transaction):\n        self._tx = tx",
        "__init__ keeps a transaction as _tx",
    ),
    (transaction_checks.kept_transactions, "bot.usecases.x", "class A:\n    tx: Transaction | None", "A keeps"),
    (transaction_checks.kept_transactions, "bot.usecases.x", "def f(self):\n    self.open = tx", "keeps a transaction"),
    (transaction_checks.kept_transactions, "bot.usecases.x", "class A:\n    act: Callable[[Transaction], int]", ""),
    (transaction_checks.kept_transactions, "bot.usecases.x", "def f(self, tx: Transaction):\n    self.a = tx.id", ""),
    (
        transaction_checks.begun_transactions,
        "bot.usecases.x",
        "def f(ctx, stack):\n    tx = stack.enter_context(ctx.store.unit_of_work())",
        "begins a transaction outside a with",
    ),
    (transaction_checks.begun_transactions, "bot.usecases.x", BEGINS.format("pass"), ""),
    (
        transaction_checks.begun_transactions,
        "bot.host.plugin_services",
        "def f(self):\n    return self.unit_of_work()",
        "",
    ),
    (
        transaction_checks.transaction_paths,
        "bot.usecases.x",
        "def h(ctx):\n    say = ctx.chat.messenger\n    say.post_card(1)\n" + TAKES.format("h(ctx)"),
        "x.h → ctx.chat.messenger.post_card",
    ),
    (
        transaction_checks.transaction_paths,
        "bot.usecases.x",
        "class A:\n  def f(self, tx: Transaction):\n    self.g()\n  def g(self):\n    self._messenger.post()",
        "x.A.g → self._messenger.post",
    ),
    (
        transaction_checks.transaction_paths,
        "bot.usecases.x",
        ASKS + BEGINS.format("refresh_memberships(ctx, [])"),
        "f has",
    ),
    (
        transaction_checks.transaction_paths,
        "bot.usecases.x",
        ASKS + BEGINS.format("pass\n    refresh_memberships(ctx, [])"),
        "",
    ),
    (
        transaction_checks.transactions,
        "bot.usecases.x",
        TAKES.format("look_up(1)"),
        "has a transaction and uses look_up",
    ),
    (transaction_checks.transactions, "bot.usecases.x", TAKES.format("tx.facts.put('a', 'b')"), ""),
    (transaction_checks.transactions, "bot.usecases.x", "def f(ctx: Context):\n    ctx.chat.messenger.post()", ""),
    (
        transaction_checks.transaction_paths,
        "bot.usecases.x",
        ASKS + TAKES.format("refresh_memberships(ctx, [])"),
        "refresh_memberships → ctx.chat.messenger.account",
    ),
    (
        transaction_checks.transaction_paths,
        "bot.usecases.x",
        CHARTED + TAKES.format("TABLE[1](ctx)"),
        "bot.usecases.x.g → bot.usecases.authority.memberships.refresh_memberships → ctx.chat.messenger.account",
    ),
    (
        transaction_checks.transaction_paths,
        "bot.usecases.x",
        "class A:\n    def f(self, tx: Transaction):\n        self.g()\n    def g(self):\n        plugin.verify()",
        "x.A.g → plugin.verify",
    ),
    (
        transaction_checks.transaction_paths,
        "bot.usecases.x",
        "from bot.usecases.notices.notifications import announce\n" + TAKES.format("announce(tx, ctx, 'text')"),
        "",
    ),
    (
        transaction_checks.transaction_paths,
        "bot.usecases.x",
        ASKS + "def f(ctx):\n    refresh_memberships(ctx, [])",
        "",
    ),
    (
        transaction_checks.unit_docstrings,
        "bot.usecases.x",
        'def f():\n    """Move on, in a\n    unit of work."""',
        "x:1 says",
    ),
    (transaction_checks.unit_docstrings, "bot.usecases.x", '"""X. Not inside a unit of work."""', "says"),
    (
        transaction_checks.unit_docstrings,
        "bot.usecases.x",
        'def f():\n    """Move on.\n\n    Raises outside one."""',
        "",
    ),
    (transaction_checks.unit_docstrings, "bot.store.engine.x", 'def f():\n    """Only inside a unit of work."""', ""),
    (
        transaction_checks.writers,
        "bot.usecases.x",
        "from bot.store.repositories.jobs import Jobs",
        "imports bot.store.repositories.jobs.Jobs",
    ),
    (transaction_checks.writers, "bot.usecases.x", "from bot.store.repositories.jobs import Job, JobReader", ""),
    (transaction_checks.writers, "bot.store.store", "from bot.store.repositories.jobs import Jobs", ""),
]


@each_row("check", transaction_checks.CHECKS)
def test_the_rules_hold(check: Check) -> None:
    assert [line for module in modules() for line in check(module)] == []


@each_row(("check", "name", "text", "said"), TEXTS)
def test_a_bad_text_is_found_and_its_good_twin_is_not(check: Check, name: str, text: str, said: str) -> None:
    complaints = list(check(Module(name=name, text=text)))
    assert bool(complaints) == bool(said)
    assert said in " ".join(complaints)


@each_row("check", transaction_checks.CHECKS)
def test_no_checker_goes_without_a_text_it_finds_and_one_it_does_not(check: Check) -> None:
    assert {bool(said) for tried, _, _, said in TEXTS if tried is check} == {True, False}


def test_the_store_hands_out_readers_and_the_transaction_what_writes() -> None:
    """Each repository with a reader: were it handed out whole, it could be changed without a transaction."""
    (store,) = (module for module in modules() if module.name == "bot.store.store")
    before, _, after = store.text.partition("class Transaction:")
    for name in transaction_checks.writing_repositories():
        made = f"= {name.rpartition('.')[2]}("
        assert made in after, name
        assert made not in before, name


@each_row("name", table.WITHIN)
def test_every_exception_is_still_needed(name: str) -> None:
    module = next(module for module in modules() if name in call_graph.functions([module]))
    others = table.WITHIN.keys() - {name}
    found = [*transaction_checks.paths_out(module, ends=others), *transaction_checks.uses_out(module, ends=others)]
    assert found, f"{name} needs no exception any more"


@each_row("room", table.MAKES_TRANSACTIONS)
def test_every_room_that_hands_transactions_on_still_does(room: str) -> None:
    inside = [replace(module, name="stranger") for module in modules() if within(module.name, [room])]
    assert [line for module in inside for line in transaction_checks.begun_transactions(module)]


def test_every_exception_has_a_reason() -> None:
    assert all(
        len(reason) > 10
        for listed in (table.WITHIN, table.WRITERS, table.MAKES_TRANSACTIONS)
        for reason in listed.values()
    )
