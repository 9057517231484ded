"""The tree of commands: every one takes `--workspace`, `--json` and `--language` before or after its name."""

import argparse
from typing import Any, NoReturn

from canvas_app.cli.call import Handler
from storage.base.words import LANGUAGES, _


class Parser(argparse.ArgumentParser):
    """Refuses what it does not know, never guesses abbreviations."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Say what does not fit and how the command is written; exit code 2."""
        self.exit(2, f"{self.format_usage()}{message}\n")


class Commands:
    """A set of commands to which groups add theirs."""

    def __init__(self, parser: Parser, name: str, *, required: bool) -> None:
        self._choices = parser.add_subparsers(
            dest=name, metavar=_("COMMAND"), required=required, parser_class=Parser
        )

    def add(self, name: str, text: str, handler: Handler) -> Parser:
        """A command; `text` says what it does."""
        parser = self._parser(name, text)
        parser.set_defaults(handler=handler)
        return parser

    def group(self, name: str, text: str) -> "Commands":
        """A command that has commands of its own."""
        return Commands(self._parser(name, text), f"{name}_command", required=True)

    def _parser(self, name: str, text: str) -> Parser:
        parser: Parser = self._choices.add_parser(name, help=text, description=text)
        add_common(parser, default=argparse.SUPPRESS)
        return parser


def add_common(parser: argparse.ArgumentParser, default: Any = None) -> None:
    """The options that every command takes."""
    group = parser.add_argument_group(_("everywhere"))
    group.add_argument(
        "--workspace",
        metavar=_("PATH"),
        default=default,
        help=_("the workspace: a file, or the address of a database"),
    )
    group.add_argument(
        "--json", action="store_true", default=default or False, help=_("print one JSON document")
    )
    group.add_argument(
        "--language", choices=list(LANGUAGES), default=default, help=_("the language of messages")
    )
