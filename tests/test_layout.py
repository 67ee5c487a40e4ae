"""The house: sizes, names, what a file may say, and that the README, the checks and the commands agree."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from tests.sources import MIGRATIONS, ROOT, parsed, tracked

MOST_FILE_LINES, MOST_FUNCTION_LINES = 400, 40
EMPTY_NAMES = {"utils", "helpers", "manager", "service", "common", "base", "misc"}
MAY_CATCH_ALL = {"workflows/safety.py"}  # a message, however malformed, must not wedge a workflow
IMPURE_CALLS = {
    "float", "open", "datetime.now", "datetime.utcnow", "date.today", "time.time", "uuid4", "uuid.uuid4",
    "random.random",
}  # fmt: skip
# The hosts of package registries, and folders of one machine; written so that this file does not name them.
NOT_FOR_A_COMMIT = re.compile(
    r"py(?:pi)\.org|python(?:hosted)\.org|npm(?:js)\.(?:org|com)|(?<![\w.\]/])/(?:work|root)/"
)
ANY_ORDER = {"sorted", "min", "max", "any", "all", "sum", "len", "set", "frozenset"}
TAKES_IN_ORDER = {"tuple", "list", "next", "iter", "join", "fromkeys", "enumerate", "zip"}
Place = tuple[str, int]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def in_order_of_a_set(function: ast.AST) -> Iterator[ast.expr]:
    """Yield every set that a function goes through in its order, where that order matters."""
    sets = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and is_set(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    free = {id(part) for node in ast.walk(function) if is_free_of_order(node) for part in ast.iter_child_nodes(node)}
    for node in ast.walk(function):
        gone_through: list[ast.expr] = []
        if isinstance(node, ast.For):
            gone_through = [node.iter]
        elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp) and id(node) not in free:
            gone_through = [part.iter for part in node.generators]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in TAKES_IN_ORDER:
            gone_through = node.args[:1]
        yield from (one for one in gone_through if is_set(one) or (isinstance(one, ast.Name) and one.id in sets))


def is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Sub | ast.BitAnd | ast.BitOr) and (is_set(node.left) or is_set(node.right))
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"set", "frozenset"}
    return called or isinstance(node, ast.Set | ast.SetComp)


def is_free_of_order(node: ast.AST) -> bool:
    """Tell whether what stands in a node may come in any order."""
    if isinstance(node, ast.Starred):
        return True
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ANY_ORDER


def test_root_names_collide_with_nothing() -> None:
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {path.stem for path in ROOT.glob("*.py")}
    assert {"domain", "cli"} <= ours
    assert ours & sys.stdlib_module_names == set()
    assert ours & packages_distributions().keys() == set()


def test_names_say_something() -> None:
    names = [part for name in tracked("*.py") for part in name.removesuffix(".py").split("/")]
    assert EMPTY_NAMES.intersection(names) == set()


def test_files_are_short() -> None:
    sizes = {name: len((ROOT / name).read_text().splitlines()) for name in tracked("*.py")}
    ours = {name: lines for name, lines in sizes.items() if not name.startswith(("tests/", MIGRATIONS))}
    assert {name: lines for name, lines in ours.items() if lines > MOST_FILE_LINES} == {}


def test_functions_are_short() -> None:
    long: dict[Place, int] = {}
    for name, tree in parsed().items():
        for function in functions(tree):
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > MOST_FUNCTION_LINES and not name.startswith(MIGRATIONS):
                long[name, function.lineno] = lines
    assert long == {}


def test_nothing_catches_everything() -> None:
    everything = {None, "Exception", "BaseException"}
    found: list[Place] = [
        (name, node.lineno)
        for name, tree in parsed().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and (node.type and ast.unparse(node.type)) in everything
    ]
    assert [place for place in found if place[0] not in MAY_CATCH_ALL] == []


def test_the_core_has_no_clock_no_chance_and_no_float() -> None:
    found = [
        (name, node.lineno, ast.unparse(node.func))
        for name, tree in parsed().items()
        for node in ast.walk(tree)
        if name.startswith("domain/") and isinstance(node, ast.Call) and ast.unparse(node.func) in IMPURE_CALLS
    ]
    assert found == []


def test_nothing_replayed_depends_on_the_order_of_a_set() -> None:
    """The order of a set is another one in every process: what a workflow says or does must not follow it."""
    found = [
        (name, node.lineno, ast.unparse(node))
        for name, tree in parsed().items()
        if name.startswith(("domain/", "workflows/"))
        for function in functions(tree)
        for node in in_order_of_a_set(function)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("for one in {1, 2} - other: print(one)", 1), ("found = set(names)\n  return [one for one in found]", 1),
        ("return ', '.join({one.id for one in names})", 1), ("return tuple(frozenset(names))", 1),
        ("return sorted(one.id for one in {*names})", 0), ("found = set(names)\n  return max(found)", 0),
        ("return {one.id for one in set(names)}", 0), ("return any(one for one in {1, 2})", 0),
    ],
)  # fmt: skip
def test_such_an_order_would_be_found(said: str, times: int) -> None:
    (function,) = functions(ast.parse(f"def f(names, other):\n  {said}"))
    assert len(list(in_order_of_a_set(function))) == times


def test_no_rounding_is_without_a_name() -> None:
    found = [
        (name, node.lineno)
        for name, tree in parsed().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "quantize"
        if not name.startswith("tests/") and "rounding" not in {one.arg for one in node.keywords}
    ]
    assert found == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    found = [
        (name, match.group())
        for name in tracked()
        for match in NOT_FOR_A_COMMIT.finditer((ROOT / name).read_text(errors="replace"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["https://py" + "pi.org/simple", "files.python" + "hosted.org", "cd /" + "work/main", '"/' + 'root/.cache"']
)
def test_such_a_name_would_be_found(text: str) -> None:
    assert NOT_FOR_A_COMMIT.search(text)


def test_the_licence_is_there_in_full() -> None:
    licence = (ROOT / "LICENSE").read_text()
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_the_checks_run_the_tests_as_the_readme_says() -> None:
    from commands.check import TEST_COMMAND, steps

    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    commands = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    assert commands.count(TEST_COMMAND) == 1
    assert [step.command for step in steps()].count(tuple(TEST_COMMAND.split())) == 1


def test_ci_runs_the_checks_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[-1].startswith("exec ./ltc check")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-uv.lock"])
def test_locks_pin_everything_by_hash(lock: str) -> None:
    entries = (ROOT / lock).read_text().replace("\\\n", "").splitlines()
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_development_lock_holds_the_other() -> None:
    run, dev = (
        (ROOT / lock).read_text().replace("\\\n", "") for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert set(run.splitlines()) <= set(dev.splitlines())
