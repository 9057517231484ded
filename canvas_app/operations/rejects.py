"""What an import could not take: every line, field and value with its reason."""

from dataclasses import dataclass, field

from storage.base.words import Words

MOST = 100_000  # more are counted, not listed


@dataclass(frozen=True, slots=True)
class Reject:
    """One value, or with the key one whole row, that was not taken."""

    line: int
    field: str
    value: str
    reason: Words

    def as_json(self) -> dict[str, object]:
        """The form in which the command line prints it."""
        return {"line": self.line, "field": self.field, "value": self.value, "reason": str(self.reason)}


@dataclass
class Rejects:
    """Collects them, in the order of the lines."""

    rows: int = 0
    values: int = 0
    listed: list[Reject] = field(default_factory=list)

    def row(self, line: int, name: str, value: str, reason: Words) -> None:
        """A row that is not taken at all."""
        self.rows += 1
        self._list(Reject(line, name, value[:200], reason))

    def value(self, line: int, name: str, value: str, reason: Words) -> None:
        """A value that is left out; the rest of its row is taken."""
        self.values += 1
        self._list(Reject(line, name, value[:200], reason))

    def _list(self, reject: Reject) -> None:
        if len(self.listed) < MOST:
            self.listed.append(reject)

    def in_order(self) -> tuple[Reject, ...]:
        """All of them by line."""
        return tuple(sorted(self.listed, key=lambda each: each.line))
