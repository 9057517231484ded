"""A problem: what the marketer must mend, or should know, with its place."""

from dataclasses import dataclass, replace
from enum import StrEnum

from storage.base.words import Words


class Level(StrEnum):
    """How bad a problem is: only errors keep a strategy from being published."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend or to know: `code` for machines, `words` for people, `node` and `field` for its place."""

    level: Level
    code: str
    words: Words
    node: str | None = None
    field: str | None = None

    @classmethod
    def error(cls, code: str, text: str, /, **values: object) -> "Problem":
        """Something that must be mended before publishing."""
        return cls(Level.ERROR, code, Words.of(text, **values))

    @classmethod
    def warning(cls, code: str, text: str, /, **values: object) -> "Problem":
        """Something worth knowing, with what will happen by default."""
        return cls(Level.WARNING, code, Words.of(text, **values))

    @classmethod
    def info(cls, code: str, text: str, /, **values: object) -> "Problem":
        """A remark."""
        return cls(Level.INFO, code, Words.of(text, **values))

    def at(self, node: str | None = None, field: str | None = None) -> "Problem":
        """The same problem with its place."""
        return replace(self, node=node if node is not None else self.node, field=field or self.field)

    @property
    def message(self) -> str:
        """The sentence, in the current language."""
        return str(self.words)

    def as_json(self) -> dict[str, str | None]:
        """The form in which the command line prints it."""
        return {
            "level": str(self.level),
            "code": self.code,
            "node": self.node,
            "field": self.field,
            "message": self.message,
        }
