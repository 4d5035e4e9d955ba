"""The checkers: each looks at one module and says, a line each, what breaks a rule of the table."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from tests.architecture import table
from tests.architecture.access_checks import builtin_names, public_rooms
from tests.architecture.source import Module, walk, within

Check = Callable[[Module], Iterator[str]]
OURS = ("bot", "plugins")
UNCLOCKED = ("time", "random", "secrets", "uuid")
_BESIDE = r"(?<![A-Za-z0-9])(?:{})(?![A-Za-z0-9])"
SLACK = re.compile(f"{_BESIDE.format('|'.join(table.SLACK_SHAPES))}|{'|'.join(table.SLACK_SYNTAX)}")
SLACK_IN_BOT = re.compile(_BESIDE.format("|".join(table.SLACK_KEYS)))
MOMENTS = ("now", "utcnow", "today")


def rooms(module: Module) -> Iterator[str]:
    """Imports between rooms go inward, as the table says."""
    own = within(module.name, table.ROOMS)
    for name in module.imports():
        if name.split(".")[0] not in OURS:
            continue
        room = within(name, table.ROOMS)
        if not room or (room != own and room not in table.ROOMS.get(own, ())):
            yield f"{module.name} imports {name}"


def order(module: Module) -> Iterator[str]:
    """Within an area a room imports itself and the rooms before it, as the table says."""
    for area, inner in table.AREAS.items():
        own = _place(module.name, area, inner)
        for name in module.imports() if own is not None else ():
            found = _place(name, area, inner)
            if own is not None and found is not None and found > own:
                yield f"{module.name} imports {name}"


def _place(name: str, area: str, inner: Sequence[str]) -> int | None:
    """Where the room of a module stands in the order of an area; None for a module outside the area."""
    if within(name, table.AREAS) != area:
        return None
    room = within(name, [f"{area}.{each}" if each else area for each in inner])
    return inner.index(room.removeprefix(area).removeprefix("."))


def packages(module: Module) -> Iterator[str]:
    """Packages from outside, and sqlite3, are imported only where the table says."""
    for name in module.imports():
        top = name.split(".")[0]
        listed = table.PACKAGES.get(top)
        if listed is None and (top in sys.stdlib_module_names or top in OURS):
            continue
        if not within(module.name, listed or ()):
            yield f"{module.name} imports {name}"


def purity(module: Module) -> Iterator[str]:
    """Rooms without input and output import nothing that could do any."""
    allowed = table.PURE.get(within(module.name, table.PURE))
    for name in module.imports() if allowed is not None else ():
        if name.split(".")[0] not in OURS and not within(name, allowed or ()):
            yield f"{module.name} imports {name}"


def dynamic_imports(module: Module) -> Iterator[str]:
    """Nothing is imported past the table by a name made at run time."""
    for call in _calls(module):
        if _called(call) in ("import_module", "__import__") and module.name not in table.IMPORTERS:
            yield f"{module.name}:{call.lineno} imports by name"


def clocks(module: Module) -> Iterator[str]:
    """Only the clocks ask the machine for time, ids or randomness."""
    if module.name in table.CLOCKS:
        return
    for name in module.imports():
        if name.split(".")[0] in UNCLOCKED or name == "os.urandom":
            yield f"{module.name} imports {name}"
    for call in _calls(module):
        target = ast.unparse(call.func).split(".")
        if target[-1] in MOMENTS and target[-2:-1] in (["datetime"], ["date"]):
            yield f"{module.name}:{call.lineno} calls {'.'.join(target)}"


def budgets(module: Module) -> Iterator[str]:
    """Modules and functions stay short."""
    lines = len(module.text.splitlines())
    if lines > table.LONGEST_MODULE:
        yield f"{module.name} has {lines} lines"
    for node in module.nodes():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > table.LONGEST_FUNCTION:
                yield f"{module.name}:{node.lineno} {node.name} has {length} lines"


def prints(module: Module) -> Iterator[str]:
    """Nothing is printed outside the terminal and the playground."""
    for call in _calls(module):
        if isinstance(call.func, ast.Name) and call.func.id == "print" and not within(module.name, table.PRINTERS):
            yield f"{module.name}:{call.lineno} prints"


def slack_shapes(module: Module) -> Iterator[str]:
    """Slack's ids, payload keys, account flags, codes and mention syntax stand in its own rooms alone."""
    yield from slack_words(module, table.SLACK_KNOWN)


def slack_words(module: Module, known: Collection[tuple[str, str]]) -> Iterator[str]:
    """The same, but for the listed words of the listed modules."""
    if within(module.name, table.CHAT_ROOMS):
        return
    patterns = (SLACK, SLACK_IN_BOT) if within(module.name, ["bot"]) else (SLACK,)
    for line, words in _words(module):
        for found in (one for pattern in patterns for one in pattern.findall(words)):
            if (module.name, found) not in known:
                yield f"{module.name}:{line} knows {found}, which is Slack's"
    for text in _texts(module) if within(module.name, ["bot"]) else ():
        if text.value in table.SLACK_TEXTS:
            yield f"{module.name}:{text.lineno} knows {text.value!r}, which is Slack's"


def _words(module: Module) -> Iterator[tuple[int, str]]:
    """All names and texts of a module but its docstrings, with their lines."""
    docstrings = {id(node.value) for node in module.nodes() if isinstance(node, ast.Expr)}
    for node in module.nodes():
        match node:
            case ast.Constant(value=str() as words) if id(node) not in docstrings:
                yield node.lineno, words
            case ast.Name(id=words) | ast.Attribute(attr=words) | ast.arg(arg=words) | ast.keyword(arg=str() as words):
                yield node.lineno, words
            case ast.FunctionDef(name=words) | ast.AsyncFunctionDef(name=words) | ast.ClassDef(name=words):
                yield node.lineno, words
            case ast.alias(name=name, asname=renamed):
                yield node.lineno, f"{name.rpartition('.')[2]} {renamed or ''}"


def broad_excepts(module: Module) -> Iterator[str]:
    """Only listed edges catch everything and go on."""
    for node in module.nodes():
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and module.name not in table.BROAD:
            last = node.body[-1]
            if not (isinstance(last, ast.Raise) and last.exc is None):
                yield f"{module.name}:{node.lineno} catches everything"


def values(module: Module) -> Iterator[str]:
    """Dataclasses are frozen, slotted and keyword-only, unless they are listed as living things, and cost little."""
    for node in module.nodes():
        if _takes_dataclass(node) and module.name != table.CHEAP:
            yield f"{module.name} takes dataclass from dataclasses, not from {table.CHEAP}"
        if not isinstance(node, ast.ClassDef):
            continue
        for decorator in node.decorator_list:
            if ast.unparse(decorator).split("(")[0].split(".")[-1] == "dataclass":
                lacking = _lacking(decorator)
                if lacking and f"{module.name}.{node.name}" not in table.LIVING:
                    yield f"{module.name}.{node.name} is not {', '.join(lacking)}"


def owners(module: Module) -> Iterator[str]:
    """An owner of what a process knows shows no collection that others could change: it has methods for that."""
    for node in module.nodes() if within(module.name, table.OWNERS) else ():
        if isinstance(node, ast.Assign | ast.AnnAssign) and _makes_collection(node.value):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Attribute) and not target.attr.startswith("_"):
                    yield f"{module.name}:{node.lineno} shows the collection {target.attr}"
        for field in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                shown = not field.target.id.startswith("_") and "ClassVar" not in ast.unparse(field.annotation)
                if shown and (_is_collection(field.annotation) or _makes_collection(field.value)):
                    yield f"{module.name}:{field.lineno} shows the collection {field.target.id}"


def _makes_collection(value: ast.expr | None) -> bool:
    made = isinstance(value, ast.Call) and ast.unparse(value.func).split(".")[-1] in table.COLLECTIONS
    fields = value.keywords if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("field") else []
    made = made or any(one.arg == "default_factory" and _is_collection(one.value) for one in fields)
    return made or isinstance(value, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp | ast.SetComp)


def _is_collection(annotation: ast.expr) -> bool:
    """Whether a type, or what makes one, is of a collection that can be changed."""
    return ast.unparse(annotation).split("[")[0].split(".")[-1] in table.COLLECTIONS


def _takes_dataclass(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module="dataclasses", names=names):
            return any(one.name == "dataclass" for one in names)
        case ast.Attribute(value=ast.Name(id="dataclasses"), attr="dataclass"):
            return True
        case ast.Import(names=names):
            return any(one.name == "dataclasses" and one.asname for one in names)
    return False


def docstrings(module: Module) -> Iterator[str]:
    """Every module that is not empty says what it is, and so does every public class outside the simulators."""
    if module.tree.body and not ast.get_docstring(module.tree):
        yield f"{module.name} has no docstring"
    for node in () if within(module.name, table.UNDESCRIBED) else module.tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield f"{module.name}.{node.name} has no docstring"


def placeholders(module: Module) -> Iterator[str]:
    """SQL whose values are a collection has the marks of that very collection, and none that were typed for it."""
    functions = list(_functions(module))
    inside = {id(node) for function in functions for node in walk(function)}
    everywhere = _counted(call for call in _calls(module) if id(call) not in inside)
    for function in functions if module.name not in table.HANDED_ON else ():
        calls = [node for node in walk(function) if isinstance(node, ast.Call)]
        counted = everywhere | _counted(calls) | _with_statement(function)
        for call in calls:
            for given in _collections(call) if _called(call) in table.QUERIES else ():
                if given not in counted:
                    yield f"{module.name}:{call.lineno} gives {given} to marks that are not counted by it"


def _counted(calls: Iterable[ast.Call]) -> set[str]:
    """The collections that marks are made for."""
    return {found for call in calls if _called(call) in table.MARKERS for found in _loose(call.args)}


def _collections(call: ast.Call) -> list[str]:
    """The collections of any length among the values of a query; `where` takes one as it is.

    One that holds the statement, too, is no collection of values.
    """
    starred = [argument for argument in call.args[1:] if isinstance(argument, ast.Starred)]
    return _loose([*starred, *(call.args[2:3] if _called(call) == "where" else [])])


def _loose(values: Sequence[ast.expr]) -> list[str]:
    """What is left of values when literal tuples and lists are opened: the parts whose length nobody sees."""
    left = [value.value if isinstance(value, ast.Starred) else value for value in values]
    found = []
    while left:
        value = left.pop()
        if isinstance(value, ast.Tuple | ast.List):
            left += [part.value for part in value.elts if isinstance(part, ast.Starred)]
        else:
            over = value.generators[0].iter if isinstance(value, ast.GeneratorExp | ast.ListComp) else value
            found.append(ast.unparse(over))
    return found


def _with_statement(function: ast.FunctionDef) -> set[str]:
    """Values that come with their statement: a function's own that it hands on, or both out of one call."""
    pairs = [node.targets[0] for node in walk(function) if isinstance(node, ast.Assign)]
    names = [ast.unparse(name) for pair in pairs if isinstance(pair, ast.Tuple) for name in pair.elts]
    return {*names, *([function.args.vararg.arg] if function.args.vararg else [])}


def statements(module: Module) -> Iterator[str]:
    """SQL stands where the table says; in repositories it is gathered on top, in words that other engines know."""
    gathered = within(module.name, [table.GATHERED])
    inside = {id(node) for function in _functions(module) for node in walk(function)} if gathered else set()
    for text in _texts(module):
        if not (_SQL.search(str(text.value)) or _SMALL_SQL.match(str(text.value))):
            continue
        if not within(module.name, table.SQL):
            yield f"{module.name}:{text.lineno} holds SQL"
        if id(text) in inside:
            yield f"{module.name}:{text.lineno} has SQL in a function"
    for text in _texts(module) if gathered else ():
        for pattern, remedy in table.UNPORTABLE.items():
            if re.search(pattern, str(text.value)):
                yield f"{module.name}:{text.lineno} {text.value!r}: {remedy}"


def connections(module: Module) -> Iterator[str]:
    """Nobody but the engine, and what the table lists, works with sqlite3 itself."""
    for name in module.imports():
        if (
            name.startswith("bot.store.engine.")
            and name.endswith(".sqlite3")
            and not within(module.name, table.CONNECTS)
        ):
            yield f"{module.name} imports {name}"


_STATEMENTS = (
    *(r"\bSELECT\s[^;]*\bFROM\s", r"^\s*SELECT\b", r"\bUNION\s+(?:ALL\s+)?SELECT\b", r"\bDELETE\s+FROM\s"),
    *(r"\b(?:INSERT|REPLACE)\s+(?:OR\s+\w+\s+)?INTO\s", r"\bUPDATE\s+[\w.\"]+\s+SET\s"),
    r"\bWITH\s+(?:RECURSIVE\s+)?\w+\s*(?:\([^)]*\)\s*)?AS\s*\(",
    r"\b(?:CREATE|DROP|ALTER)\s+(?:TEMP\w*\s+|UNIQUE\s+)?(?:TABLE|INDEX|TRIGGER|VIEW)\s",
    *(r"^\s*(?:PRAGMA|SAVEPOINT|RELEASE|ATTACH|DETACH)\s", r"^\s*(?:COMMIT|ROLLBACK|VACUUM|REINDEX)\b"),
    r"^\s*BEGIN\s+(?:IMMEDIATE|EXCLUSIVE|DEFERRED)\b",
)
_SQL = re.compile("|".join(_STATEMENTS), re.MULTILINE)
"""What a statement has, wherever in a text it stands. Words of a sentence are not written so."""
_SMALL_SQL = re.compile(
    r"\A(?:\s|--.*\n)*(?:select\s[^;]*\bfrom\s|delete\s+from\s|(?:insert|replace)\s+(?:or\s+\w+\s+)?into\s"
    r"|update\s+[\w.\"]+\s+set\s|with\s+\w+\s+as\s*\(|(?:create|drop|alter)\s+(?:table|index|trigger|view)\s"
    r"|(?:pragma|savepoint|attach)\s)"
)
"""The same in small letters, with which no sentence begins."""


def _functions(module: Module) -> Iterator[ast.FunctionDef]:
    return (node for node in module.nodes() if isinstance(node, ast.FunctionDef))


def _texts(module: Module) -> Iterator[ast.Constant]:
    """All texts but those that stand alone, as docstrings do. What is filled into a text counts as a word of it."""
    alone = {id(node.value) for node in module.nodes() if isinstance(node, ast.Expr)}
    for node in module.nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node
        elif isinstance(node, ast.JoinedStr):
            parts = (str(one.value) if isinstance(one, ast.Constant) else "filled" for one in node.values)
            yield ast.copy_location(ast.Constant(value="".join(parts)), node)


def shell_lines(module: Module) -> Iterator[str]:
    """What stands in a line for a shell is quoted for one, and nothing else is: a line for the bot has its own rule."""
    for call in _calls(module):
        if ast.unparse(call.func) in ("shlex.quote", "shlex.join") and module.name not in table.SHELL:
            yield f"{module.name}:{call.lineno} quotes for a shell"
    for text in (node for node in module.nodes() if isinstance(node, ast.JoinedStr)):
        in_shell = False
        for part in text.values:
            if isinstance(part, ast.Constant):
                in_shell = bool(_SHELL_LINE.search(str(part.value))) or (in_shell and not _ENDS.search(str(part.value)))
            elif in_shell and isinstance(part, ast.FormattedValue) and not _is_for_shell(ast.unparse(part.value)):
                yield f"{module.name}:{part.lineno} shows {ast.unparse(part.value)} in a line for a shell unquoted"


_SHELL_LINE = re.compile(rf"(?:b24bot (?:{'|'.join(table.SHELL_COMMANDS)})|\bchmod)\b[^.`(),;]*$")
_ENDS = re.compile(r"[.`(),;]")


def _is_for_shell(expression: str) -> bool:
    return expression.startswith(("shlex.quote(", "shell_line(")) or expression in table.PLAIN_IN_SHELL


CHECKS: tuple[Check, ...] = (
    rooms,
    order,
    packages,
    purity,
    dynamic_imports,
    clocks,
    budgets,
    prints,
    slack_shapes,
    broad_excepts,
    values,
    owners,
    docstrings,
    placeholders,
    statements,
    connections,
    shell_lines,
    public_rooms,
    builtin_names,
)


def _calls(module: Module) -> Iterator[ast.Call]:
    return (node for node in module.nodes() if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).split(".")[-1]


def _catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or ast.unparse(kind) in ("Exception", "BaseException") for kind in kinds)


def _lacking(decorator: ast.expr) -> list[str]:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    given = {keyword.arg for keyword in keywords if ast.unparse(keyword.value) == "True"}
    return [wanted for wanted in ("frozen", "slots", "kw_only") if wanted not in given]
