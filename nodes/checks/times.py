"""Windows that never open, and calendars that do not know the year."""

from collections.abc import Iterator
from functools import partial

from nodes.checks.view import View, settled
from nodes.windows import CONTACT, NEVER, Window
from storage.base.problems import Problem
from storage.base.words import N_

_NOON = 1_767_268_800  # any instant will do: a window either opens within two years of it or never


def windows(view: View) -> Iterator[tuple[str | None, str, Window]]:
    """Every window of the strategy with its place."""
    common = settled(lambda: view.settings.send_window, None)
    if isinstance(common, Window):
        yield None, "send_window", common
    for key, kind in view.kinds.items():
        for param in kind.param_list():
            if param.kind == "window" and not view.graph.nodes[key].off and kind.params.get(param.key):
                found = settled(partial(param.parse, kind.params[param.key]), None)
                if isinstance(found, Window):
                    yield key, param.key, found


def never_open(view: View) -> Iterator[Problem]:
    """Windows in which nothing can ever leave."""
    for node, key, window in windows(view):
        if window.calendar != CONTACT and window.opens(_NOON, "UTC", own=12 * 60) == NEVER:
            text = N_("The window {window} never opens. Allow more days.")
            yield Problem.error("window_never_opens", text, window=window.in_words()).at(node, key)


def unknown_years(view: View, year: int) -> Iterator[Problem]:
    """Windows whose calendar does not know the holidays of a year."""
    for node, key, window in windows(view):
        if window.calendar not in ("", CONTACT) and window.unknown_year(year):
            text = N_("The holidays of {country} in {year} are not known yet. Only weekends are kept free.")
            values = {"country": window.calendar, "year": str(year)}
            yield Problem.warning("unknown_calendar_year", text, **values).at(node, key)
