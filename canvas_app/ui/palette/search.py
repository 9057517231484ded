"""Finding by name: in any of the three languages, by pinyin, without accents, with a slip of the finger."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from storage.base.words import LANGUAGES, in_language

T = TypeVar("T")
_SLIP = 78.0  # how alike a mistyped word has to be, of 100
_WORST_SLIP = 40.0
_HIDDEN = 0.75  # what a word counts that the reader does not see


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Lower case without accents; `đ` is a letter of its own to Unicode."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=4096)
def forms(text: str) -> tuple[str, ...]:
    """The ways in which somebody may type a name: as it is, its initials, and in pinyin."""
    plain = folded(text)
    found = [plain]
    words = plain.replace("-", " ").replace("/", " ").split()
    if len(words) > 1:
        found.append("".join(word[0] for word in words))
    if any("\u4e00" <= letter <= "\u9fff" for letter in text):
        from pypinyin import Style, lazy_pinyin

        found.append("".join(lazy_pinyin(text)).casefold())
        found.append("".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).casefold())
    return tuple(found)


@lru_cache(maxsize=2048)
def said_everywhere(text: str) -> tuple[str, ...]:
    """A text of the program in all its languages."""
    return tuple(dict.fromkeys(in_language(text, each) for each in LANGUAGES))


def score(query: str, texts: Iterable[str]) -> float:
    """How well a name fits: 0 not at all, 100 it begins with what was typed."""
    typed = folded(query.strip())
    return (
        max((_fit(typed, form) for text in texts if text for form in forms(text)), default=0.0)
        if typed
        else 1.0
    )


def _fit(typed: str, form: str) -> float:
    if form.startswith(typed):
        return 100.0 - min(len(form) - len(typed), 20) / 10
    if f" {typed}" in form:
        return 90.0
    if typed in form:
        return 80.0 if len(typed) > 1 else 60.0
    if len(typed) >= 3 and _in_order(typed, form):
        return 50.0
    if len(typed) < 4:
        return 0.0
    from rapidfuzz import fuzz

    alike = max(fuzz.ratio(typed, word) for word in (form, *form.split()))
    return _WORST_SLIP * alike / 100 if alike >= _SLIP else 0.0


def _in_order(typed: str, form: str) -> bool:
    letters = iter(form)
    return form[:1] == typed[:1] and all(letter in letters for letter in typed)


def ranked(query: str, things: Sequence[T], words: Callable[[T], Iterable[str]]) -> list[T]:
    """The things that fit, best first, otherwise in the order they came; the first word is the one that is shown."""
    scored = [
        (_fit_shown_first(query, tuple(words(thing))), place, thing) for place, thing in enumerate(things)
    ]
    return [thing for fit, _place, thing in sorted(scored, key=lambda each: (-each[0], each[1])) if fit > 0]


def _fit_shown_first(query: str, texts: tuple[str, ...]) -> float:
    return max(score(query, texts[:1]), _HIDDEN * score(query, texts[1:]))
