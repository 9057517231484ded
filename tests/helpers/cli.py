"""The command line called within the test: exit code, what it printed, and the JSON document."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from canvas_app.cli.main import run


@dataclass(frozen=True)
class Answer:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


def cli(*arguments: object, workspace: Path | None = None) -> Answer:
    """Call the program; the desktop never opens."""
    words = [*(["--workspace", str(workspace)] if workspace else []), *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(words, desktop=lambda _workspace, _target: 42)
    return Answer(code, out.getvalue(), err.getvalue())


def done(*arguments: object, workspace: Path | None = None) -> Any:
    """The JSON document of a command that must succeed."""
    answer = cli(*arguments, "--json", workspace=workspace)
    assert answer.code == 0, answer.err
    return answer.json
