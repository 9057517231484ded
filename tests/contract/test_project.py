"""The rules of the house: what is where, how long, and what never enters the project."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("canvas_app", "nodes", "storage", "resources")
TOP_LEVEL = {
    *PACKAGES,
    *("tests", "packaging", ".ci", "dev.py", "pyproject.toml", "requirements.lock", ".gitignore"),
    *("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE"),
}
LONGEST_FILE, LONGEST_FUNCTION = 400, 40
MIGRATIONS = ROOT / "storage" / "migrations" / "versions"
VAGUE = re.compile(r"(Manager|Helper|Helpers|Utils|Util)$")
# time and chance are arguments here
TIMELESS = ("nodes", "canvas_app/runtime", "canvas_app/operations", "canvas_app/reports")
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
HEAVY = {"pandas", "scipy", "matplotlib", "statsmodels", "pyarrow"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tracked() -> list[Path]:
    """Every file that git knows."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def sources(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file below `folders`, parsed; migrations are history and stay as they are."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if MIGRATIONS not in file.parents:
                yield file, ast.parse(file.read_text(encoding="utf-8"))


def everything() -> Iterator[tuple[Path, ast.Module]]:
    yield from sources(*PACKAGES, "tests", "packaging")
    yield ROOT / "dev.py", ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"))


def at(file: Path, line: int = 0) -> str:
    return f"{file.relative_to(ROOT)}:{line}" if line else str(file.relative_to(ROOT))


def test_the_lock_has_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    requirements = re.findall(r"^[\w.-]+==", lock, re.MULTILINE)
    assert len(requirements) > 50
    assert len(re.findall(r"^\S.*\\\n    --hash=sha256:", lock, re.MULTILINE)) == len(requirements)


def test_the_lock_holds_every_dependency() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = [re.split(r"[<>=\[; ]", each)[0].lower() for each in wanted]
    assert [name for name in names if f"\n{name}==" not in f"\n{lock}"] == []


def test_packaging_never_shadows_the_library_of_that_name() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_nothing_stray_lies_at_the_top() -> None:
    assert {file.relative_to(ROOT).parts[0] for file in tracked()} <= TOP_LEVEL


def test_no_file_is_longer_than_a_sitting() -> None:
    long = {}
    for file, _tree in everything():
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            long[at(file)] = lines
    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {}
    for file, tree in everything():
        for node in ast.walk(tree):
            lines = (node.end_lineno or 0) - node.lineno + 1 if isinstance(node, Function) else 0
            if isinstance(node, Function) and lines > LONGEST_FUNCTION:
                long[f"{at(file, node.lineno)} {node.name}"] = lines
    assert long == {}


def test_no_class_has_a_vague_name() -> None:
    vague = [
        f"{at(file, node.lineno)} {node.name}"
        for file, tree in sources(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and VAGUE.search(node.name)
    ]
    assert vague == []


def test_time_and_chance_are_arguments() -> None:
    found = []
    for file, tree in sources(*TIMELESS):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).removeprefix("datetime.") in CLOCKS:
                found.append(f"{at(file, node.lineno)} {ast.unparse(node.func)}()")
            elif isinstance(node, ast.Import) and any(alias.name == "random" for alias in node.names):
                found.append(f"{at(file, node.lineno)} import random")
            elif isinstance(node, ast.ImportFrom) and node.module == "random":
                found.append(f"{at(file, node.lineno)} from random")
    assert found == []


def test_no_path_of_a_developer_is_in_the_project() -> None:
    private = re.compile(rb"(?<![\w.~-])/(" + b"|".join([b"work", b"root"]) + rb")/")
    assert [at(file) for file in tracked() if private.search(file.read_bytes())] == []


def test_every_exception_from_the_style_says_why_in_five_words() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = text.split("ignore = [", 1)[1].split("\n]", 1)[0].strip().splitlines()
    assert len(listed) > 5
    for line in listed:
        assert len(line.partition("#")[2].split()) in range(3, 7), line


@pytest.mark.parametrize("module", ["canvas_app.__main__", "canvas_app.cli", "canvas_app.ui"])
def test_starting_does_not_load_the_heavy_libraries(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not written yet")
    program = f"import sys, {module}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_qt_does_not_lose_references_to_none() -> None:
    """PySide6 6.12 on CPython 3.11 drops one in most calls, and the program dies within seconds."""
    from PySide6.QtCore import QObject

    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("thing")
        thing.parent()
        thing.setProperty("a", 1)
    assert sys.getrefcount(None) > before - 500
