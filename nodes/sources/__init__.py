"""Where data of contacts can be fetched from: one file a kind, found by itself."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from nodes.sources.kind import SourceKind, SourceTable
from storage.base.errors import UserError
from storage.base.words import N_

__all__ = ["SourceKind", "SourceTable", "fetch", "source_kind", "source_kinds"]


@cache
def source_kinds() -> dict[str, type[SourceKind]]:
    """Every kind of source by its id."""
    for found in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{found.name}")
    return {kind.kind: kind for kind in _below(SourceKind) if kind.kind}


def source_kind(kind: str, params: Mapping[str, Any]) -> SourceKind:
    """A source of that kind with its params."""
    found = source_kinds().get(kind)
    if found is None:
        text = N_("“{kind}” is no kind of data source here. There is {kinds}.")
        raise UserError(text, kind=kind, kinds=", ".join(sorted(source_kinds())))
    return found(params)


def fetch(kind: str, params: Mapping[str, Any], secret: str | None = None) -> SourceTable:
    """All rows of a source; `UserError` says why it does not answer."""
    return source_kind(kind, params).fetch(secret)


def _below(kind: type[SourceKind]) -> Iterator[type[SourceKind]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
