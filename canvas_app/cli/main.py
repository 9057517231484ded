"""Reads the command line, does what it says, and turns every failure into a sentence and an exit code."""

import os
import sys
from collections.abc import Callable, Sequence

from canvas_app import __version__
from canvas_app.cli import (
    accounts,
    contacts,
    events,
    reports,
    running,
    sources,
    stats,
    strategies,
    templates,
    workspaces,
)
from canvas_app.cli.call import DONE, PROBLEMS, Call
from canvas_app.cli.commands import Commands, Parser, add_common
from canvas_app.cli.places import log_file
from storage.base.errors import UserError
from storage.base.words import _, set_language

GROUPS = (workspaces, contacts, events, strategies, running, reports, stats, templates, accounts, sources)
Desktop = Callable[[str | None, str | None], int]


def run(arguments: Sequence[str], *, desktop: Desktop) -> int:
    """Do one command; the exit code is 0 done, 1 problems in the input, 2 usage, 3 workspace not usable."""
    set_language(_language(arguments))
    _print_utf8()
    try:
        options = build_parser().parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    call = Call(options)
    try:
        if options.command in (None, "open"):
            return desktop(options.workspace, getattr(options, "what", None))
        code = int(options.handler(call))
        sys.stdout.flush()
        return code
    except UserError as error:
        return _refused(call, error)
    except KeyboardInterrupt:
        call.tell(_("Stopped."))
        return PROBLEMS
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has gone
        return DONE
    except Exception as error:
        return _broken(call, error)


def build_parser() -> Parser:
    """Every command with its options."""
    parser = Parser(
        prog="python -m canvas_app",
        description=_("Draw a marketing strategy, rehearse it, run it, see what it did. "
                      "Without a command the desktop opens."),
    )  # fmt: skip
    add_common(parser)
    parser.add_argument("--version", action="version", version=__version__)
    commands = Commands(parser, "command", required=False)
    window = commands.add("open", _("open the desktop, with a strategy or a file"), lambda _call: DONE)
    window.add_argument("what", metavar=_("NAME|FILE"), nargs="?")
    for group in GROUPS:
        group.register(commands)
    return parser


def _refused(call: Call, error: UserError) -> int:
    """What a person got wrong: the sentence, and nothing else."""
    call.tell(str(error))
    if call.options.json:
        call.answer({"error": str(error)}, "")
    return error.exit_code


def _broken(call: Call, error: Exception) -> int:
    """A fault of ours: one sentence, the details in a file."""
    import traceback

    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write("".join(traceback.format_exception(error)) + "\n")
        text = _("Something in the program went wrong: {what}. The details are in {file}.",
                 what=_short(error), file=str(path))  # fmt: skip
    except OSError:
        text = _("Something in the program went wrong: {what}.", what=_short(error))
    call.tell(text)
    if call.options.json:
        call.answer({"error": text}, "")
    return PROBLEMS


def _short(error: Exception) -> str:
    first = (str(error).strip().splitlines() or [""])[0][:200].rstrip(".")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _language(arguments: Sequence[str]) -> str:
    """The language asked for, else the one of the environment."""
    for place, word in enumerate(arguments):
        if word == "--language" and place + 1 < len(arguments):
            return arguments[place + 1]
        if word.startswith("--language="):
            return word.partition("=")[2]
    names = ("STRATEGY_CANVAS_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    return next((os.environ[name] for name in names if os.environ.get(name)), "en")


def _print_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
