"""One call of the program: what was asked, and how the answer is printed."""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canvas_app.cli.places import default_workspace
from storage.base.errors import UsageError
from storage.base.words import N_, _

if TYPE_CHECKING:
    from canvas_app.operations.changes import Progress
    from storage.workspace import Workspace

DONE, PROBLEMS = 0, 1
SECRET = "STRATEGY_CANVAS_SECRET"  # noqa: S105  (the name of a variable)
Handler = Callable[["Call"], int]


@dataclass(frozen=True, slots=True)
class Call:
    """A parsed command line."""

    options: argparse.Namespace

    def __getattr__(self, name: str) -> Any:
        return getattr(self.options, name)

    @property
    def target(self) -> str:
        """The workspace that is meant: a path or a URL."""
        return str(self.options.workspace or default_workspace())

    @contextmanager
    def workspace(self) -> "Iterator[Workspace]":
        """The workspace, opened for the length of a block."""
        from storage.workspace import open_workspace

        workspace = open_workspace(self.target)
        try:
            yield workspace
        finally:
            workspace.close()

    @contextmanager
    def workspace_if_any(self) -> "Iterator[Workspace | None]":
        """The workspace; None where none was named and the default one is not there."""
        if not self.options.workspace and not default_workspace().is_file():
            yield None
            return
        with self.workspace() as workspace:
            yield workspace

    def answer(self, document: object, text: str | Callable[[], str]) -> None:
        """Print the document (`--json`) or the same in words."""
        if self.options.json:
            print(json.dumps(document, ensure_ascii=False, allow_nan=False))
        else:
            words = text if isinstance(text, str) else text()
            if words:
                print(words)

    def tell(self, text: str) -> None:
        """A remark on standard error."""
        print(text, file=sys.stderr)


def given_json(text: str | None, what: str) -> Any:
    """A value typed as JSON."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(N_("{what} is no JSON: {why}."), what=what, why=error) from error


def given_pairs(items: list[str] | None, what: str) -> Mapping[str, str]:
    """Values typed as `name=value`."""
    pairs = {}
    for item in items or ():
        name, sign, value = item.partition("=")
        if not sign or not name:
            raise UsageError(
                N_("“{item}” does not fit {what}. Write it as name=value."), item=item, what=what
            )
        pairs[name.strip()] = value.strip()
    return pairs


def given_instant(text: str, zone: str) -> int:
    """An instant typed in ISO 8601; without an offset by the clock of `zone`."""
    from storage.base.clock import parse_instant
    from storage.base.errors import UserError

    try:
        return parse_instant(text, zone)
    except UserError as error:
        raise UsageError(error.words.text, **dict(error.words.values)) from error


def given_file(text: str) -> Path:
    """A file that is there."""
    path = Path(text)
    if not path.is_file():
        raise UsageError(N_("There is no file {file}. Check the path."), file=text)
    return path


def given_secret(*, ask: bool) -> str | None:
    """A password from standard input, from a prompt or from the environment; never from an argument."""
    if not ask:
        return os.environ.get(SECRET) or None
    if sys.stdin.isatty():
        return getpass.getpass(_("Password: ")) or None
    return sys.stdin.readline().rstrip("\r\n") or None


def progress(call: Call) -> "Progress":
    """How far long work is, on a terminal that shows it."""
    from canvas_app.operations.changes import silent

    if call.options.json or not sys.stderr.isatty():
        return silent

    def show(done: int, total: int | None) -> None:
        text = f"{100 * done // total} %" if total else f"{done:,}"
        print(f"\r{text} ", end="", file=sys.stderr, flush=True)

    return show
