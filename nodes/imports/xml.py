"""XML as a plain tree: no document type, no entities of its own, nothing fetched, within limits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from nodes.file import DEEPEST, LARGEST_FILE
from storage.base.problems import Problem
from storage.base.words import N_

MOST_TAGS = 200_000


class Refused(Exception):  # noqa: N818  (carries a problem, never leaves the package)
    """The file cannot be read; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass
class Tag:
    """One element: its name and namespace, attributes without namespace, what is inside."""

    name: str
    space: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list["Tag"] = field(default_factory=list)
    text: str = ""

    def get(self, key: str) -> str:
        """An attribute, or nothing."""
        return self.attributes.get(key, "")

    def below(self) -> Iterator["Tag"]:
        """Every element in this one, itself first, in the order of the file."""
        stack = [self]
        while stack:
            tag = stack.pop()
            yield tag
            stack += reversed(tag.inside)


def read_xml(text: str | bytes) -> Tag:
    """The outermost element, or `Refused`."""
    if len(text) > LARGEST_FILE:
        words = N_("The file is larger than {limit} MB. A strategy never is; open another file.")
        raise Refused(Problem.error("too_large", words, limit=LARGEST_FILE >> 20))
    parser = expat.ParserCreate("utf-8" if isinstance(text, str) else None, " ")
    tree = _Tree()
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.letters
    parser.StartDoctypeDeclHandler = tree.doctype
    try:
        parser.Parse(text.encode("utf-8", "replace") if isinstance(text, str) else text, True)
    except expat.ExpatError as error:
        words = N_("This is no XML: line {line}, column {column}: {why}. Export the diagram again.")
        why = expat.ErrorString(error.code)
        raise Refused(
            Problem.error("not_xml", words, line=error.lineno, column=error.offset + 1, why=why)
        ) from None
    except (LookupError, ValueError) as error:  # an encoding that is none
        words = N_("The file is written in an encoding that cannot be read. Save it as UTF-8.")
        raise Refused(Problem.error("bad_encoding", words)) from error
    return tree.top.inside[0]


class _Tree:
    """Grows the tree while the file is read."""

    def __init__(self) -> None:
        self.top = Tag("")
        self.open = [self.top]
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > DEEPEST:
            words = N_("The file is nested more than {limit} levels deep. Simplify its rules.")
            raise Refused(Problem.error("too_deep", words, limit=DEEPEST))
        if self.count > MOST_TAGS:
            words = N_("The file has more than {limit} elements. Split the diagram into several.")
            raise Refused(Problem.error("too_large", words, limit=f"{MOST_TAGS:,}"))
        space, _gap, short = name.rpartition(" ")
        tag = Tag(short, space, {key: value for key, value in attributes.items() if " " not in key})
        self.open[-1].inside.append(tag)
        self.open.append(tag)

    def end(self, _name: str) -> None:
        self.open.pop()

    def letters(self, letters: str) -> None:
        self.open[-1].text += letters

    def doctype(self, *_declared: object) -> None:
        words = N_(
            "The file brings a document type of its own (DOCTYPE), which is not safe to read. Remove it."
        )
        raise Refused(Problem.error("doctype", words))
