"""Data that ships with the program."""

from pathlib import Path

_ROOT = Path(__file__).parent


def path(*parts: str) -> Path:
    """Where a shipped file lies."""
    return _ROOT.joinpath(*parts)
