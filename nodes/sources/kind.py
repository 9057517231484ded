"""What a kind of data source is: its form, and the rows it gives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from nodes.fields import HasParams
from storage.base.problems import Problem
from storage.base.words import N_


@dataclass(frozen=True, slots=True)
class SourceTable:
    """Rows as a source gives them, by column; `key` is the column that names the contact."""

    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    key: str = ""


class SourceKind(HasParams):
    """A way to fetch data. The docstring is its help."""

    kind: ClassVar[str] = ""
    label: ClassVar[str] = ""
    needs_secret: ClassVar[bool] = False

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = params

    def check(self) -> Iterator[Problem]:
        """Everything wrong with the params."""
        known = {param.key for param in self.param_list()}
        for key in self.params:
            if key not in known:
                text = N_("A source of kind “{kind}” has no setting “{key}”. Remove it.")
                yield Problem.error("unknown_param", text, kind=self.kind, key=key).at(field=key)
        for param in self.param_list():
            yield from param.check(self.params)

    def settled(self) -> dict[str, Any]:
        """The params as they are kept."""
        return dict(self.params)

    def fetch(self, secret: str | None = None) -> SourceTable:
        """All rows; `UserError` says why not."""
        raise NotImplementedError
