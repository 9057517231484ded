"""Collect the texts of the code, merge them into the catalogues, compile these.

Called by `dev.py i18n`; with --check nothing is written and what is missing is an error.
"""

import ast
import io
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CODE = ("canvas_app", "nodes", "storage", "resources")
LOCALE = ROOT / "resources" / "locale"
LANGUAGES = ("zh_CN", "vi")
Text = str | tuple[str, str]


def literals(argument: ast.expr) -> Iterator[str]:
    """The texts an argument can be; a conditional has two. An f-string cannot be translated."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value:
        yield argument.value
    elif isinstance(argument, ast.IfExp):
        yield from literals(argument.body)
        yield from literals(argument.orelse)
    elif isinstance(argument, ast.JoinedStr):
        raise SyntaxError("an f-string cannot be translated: use {names} and pass the values")


def shown_docstring(found: ast.ClassDef) -> Iterator[str]:
    """The first line of the docstring of a node type: the window shows it as the node's help."""
    names = {
        name.id
        for line in found.body
        if isinstance(line, ast.Assign)
        for target in line.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }
    if "type_id" in names and (text := ast.get_docstring(found)):
        yield text.splitlines()[0]


def marked(file: Path) -> Iterator[Text]:
    """Every text of `file` inside N_(…), _(…) or plural(…, …, n), and the help of node types."""
    for call_ in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(call_, ast.ClassDef):
            yield from shown_docstring(call_)
        if not isinstance(call_, ast.Call) or not call_.args:
            continue
        name = getattr(call_.func, "id", None) or getattr(call_.func, "attr", None)
        try:
            if name in {"N_", "_"}:
                yield from literals(call_.args[0])
            elif name == "plural" and len(call_.args) > 1:
                yield from zip(literals(call_.args[0]), literals(call_.args[1]), strict=True)
        except SyntaxError as error:
            sys.exit(f"{file.relative_to(ROOT)}:{call_.lineno}: {error.msg}")


def collect() -> dict[str, Text]:
    """All texts of the code by their singular; a counted text wins over the same text alone."""
    found: dict[str, Text] = {}
    for file in sorted(file for package in CODE for file in (ROOT / package).rglob("*.py")):
        for text in marked(file):
            if isinstance(text, tuple):
                found[text[0]] = text
            else:
                found.setdefault(text, text)
    return found


def merged(texts: dict[str, Text], language: str | None) -> Catalog:
    """A catalogue of exactly `texts`, with the translations that its file already holds."""

    then = datetime(2026, 1, 1, tzinfo=UTC)
    fresh = Catalog(
        language,
        header_comment="# Texts of Strategy Canvas.",
        fuzzy=False,
        creation_date=then,
        revision_date=then,
    )
    file = po_file(language)
    known = read_po(io.BytesIO(file.read_bytes()), language) if language and file.exists() else Catalog()
    for singular, text in texts.items():
        old = known.get(singular)
        same_kind = old and isinstance(old.id, str) == isinstance(text, str)
        fresh.add(text, old.string if old and same_kind and translated(old) else None)
    return fresh


def translated(message: Message) -> bool:
    """Whether a person has written every form of it."""
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(forms) and all(forms) and "fuzzy" not in message.flags


def po_file(language: str | None) -> Path:
    """Where the catalogue of `language` lives; the one without a language is the pattern of all."""
    return LOCALE / language / "LC_MESSAGES" / "canvas.po" if language else LOCALE / "canvas.pot"


def po_text(catalog: Catalog) -> bytes:
    """The catalogue as text in a fixed order without dates, names and places: small differences."""

    out = io.BytesIO()
    write_po(out, catalog, width=0, no_location=True, sort_output=True)
    kept = (b"Plural-Forms", b"MIME-Version", b"Content-T", b"Language:")
    lines: list[bytes] = []
    for line in out.getvalue().splitlines(keepends=True):
        header = line.startswith(b'"') and line.endswith(b'\\n"\n') and b": " in line and len(lines) < 12
        if not line.startswith(b"#,") and not (header and not line[1:].startswith(kept)):
            lines.append(line)
    return b"".join(lines)


def mo_bytes(catalog: Catalog) -> bytes:
    """The catalogue as gettext reads it; equal texts give equal bytes."""

    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def names_in(text: str) -> set[str]:
    """The {names} that a text expects values for."""
    return {
        name.split(".")[0].split("[")[0]
        for _, name, _, _ in string.Formatter().parse(text)
        if name is not None
    }


def flaws(catalog: Catalog, language: str) -> Iterator[str]:
    """What a translator has still to do."""
    for message in catalog:
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[-1]
        forms = [message.string] if isinstance(message.string, str) else message.string or ()
        if not translated(message):
            yield f"{language}: not translated: {source!r}"
        elif any(names_in(text) != names_in(source) for text in forms):
            yield f"{language}: other {{names}} than the original: {source!r}"


def main(arguments: list[str]) -> int:
    """Write the catalogues, or with --check say what would change; untranslated texts fail only the check."""
    texts, problems = collect(), []
    for language in (None, *LANGUAGES):
        catalog, file = merged(texts, language), po_file(language)
        wanted = {file: po_text(catalog)} | ({file.with_suffix(".mo"): mo_bytes(catalog)} if language else {})
        for path, content in wanted.items():
            if "--check" not in arguments:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            elif not path.exists() or path.read_bytes() != content:
                problems.append(f"{path.relative_to(ROOT)} is not up to date: python3 dev.py i18n")
        problems += flaws(catalog, language) if language else []
    print("\n".join([*problems, f"{len(texts)} texts, {len(problems)} problems"]))
    return 1 if problems and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
