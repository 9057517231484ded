"""Words a person reads: marked in the code, translated when shown.

`N_` marks a literal and returns it unchanged, `_` translates and fills in values, `Words` carries a sentence
with its values through layers that must not know the language.
"""

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import resources

LANGUAGES: dict[str, str] = {"en": "English", "zh_CN": "简体中文", "vi": "Tiếng Việt"}


class _Current:
    """The language in force, and the translations that serve it."""

    language = "en"
    translations: gettext.NullTranslations = gettext.NullTranslations()


@lru_cache
def _load(language: str) -> gettext.NullTranslations:
    return gettext.translation("canvas", resources.path("locale"), [language], fallback=True)


def set_language(language: str) -> str:
    """Choose the language of everything shown from now on; an unknown one means English. Returns the choice."""
    folded = language.replace("-", "_").lower()
    chosen = "zh_CN" if folded.startswith("zh") else "vi" if folded.startswith("vi") else "en"
    _Current.language = chosen
    _Current.translations = gettext.NullTranslations() if chosen == "en" else _load(chosen)
    return chosen


def language() -> str:
    """The language in force: `en`, `zh_CN` or `vi`."""
    return _Current.language


def in_language(text: str, language: str) -> str:
    """`text` in one language, whichever is in force; English where that language has no word for it."""
    return text if language == "en" or not text else _load(language).gettext(text)


def N_(text: str) -> str:
    """Mark a literal for translation; the text itself is returned."""
    return text


def _(text: str, /, **values: object) -> str:
    """Translate `text` and fill in its `{values}`."""
    if not text:
        return ""
    return _fill(_Current.translations.gettext(text), values)


def plural(one: str, many: str, n: int, /, **values: object) -> str:
    """Translate a counted phrase; `{n}` is shown with thousands separators."""
    text = _Current.translations.ngettext(one, many, n)
    return _fill(text, {"n": f"{n:,}", **values})


def _fill(text: str, values: dict[str, object]) -> str:
    return text.format(**values) if values else text


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence with its values, translated when it is turned into text."""

    text: str
    values: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, text: str, /, **values: object) -> "Words":
        """The sentence `text` with `values` to fill in."""
        return cls(text, tuple(sorted(values.items())))

    def __str__(self) -> str:
        return _(self.text, **dict(self.values))


def listed(items: Sequence[str], last: str = "") -> str:
    """Join names as a sentence does: “a, b and c”."""
    if len(items) <= 1:
        return "".join(items)
    return (
        _("{first} and {last}", first=_(", ").join(items[:-1]), last=items[-1])
        if not last
        else last.join(items)
    )
