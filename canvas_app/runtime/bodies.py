"""The two forms of a mail's body, made from the one the marketer wrote, as templates before anything is filled in."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from nodes.merging import marks
from storage.base.words import _

UNSUBSCRIBE = "{{ unsubscribe_url }}"
PIXEL, LINK = "\ue000p\ue001", "\ue000{number}\ue001"  # filled in per touch, after the template
_TAG = re.compile(
    r"<(?:!doctype|html|body|p|div|br|a|table|span|h[1-6]|ul|ol|img|strong|b|em|i)\b[^<>]*>", re.IGNORECASE
)
_STAND_IN = 0xF0000  # private letters that stand for merge fields while the text around them is worked on
_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_HREF = re.compile(r"(<a\b[^<>]*?\bhref\s*=\s*)(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_SMALL = "font-size:12px;color:#666"
_BLOCKS = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
)
_SILENT = frozenset({"style", "script", "head", "title"})


@dataclass(frozen=True, slots=True)
class Bodies:
    """Both templates, and the templates of the links that are counted."""

    text: str
    html: str
    links: tuple[str, ...] = ()


def make_bodies(
    body: str,
    *,
    preheader: str = "",
    footer: Sequence[str] = (),
    unsubscribe: bool = False,
    tracked: bool = False,
) -> Bodies:
    """Text and HTML from `body` in either form; `footer` lines and the unsubscribe link go below marketing mail."""
    own_link = "unsubscribe_url" in body
    below = [*footer, *([_("Unsubscribe: {url}", url=UNSUBSCRIBE)] if unsubscribe and not own_link else [])]
    text = _Plain.of(body) if is_html(body) else body
    markup = body if is_html(body) else _page(body)
    if "<style" in markup.lower():
        markup = _with_inline_styles(markup)
    if preheader:
        hidden = f'<div style="display:none;max-height:0;overflow:hidden">{_escaped(preheader)}</div>'
        markup = _inserted(markup, hidden, after="body")
    if below:
        text = text.rstrip() + "\n\n-- \n" + "\n".join(below) + "\n"
        last = f'<a href="{UNSUBSCRIBE}" style="color:#666">{html.escape(_("Unsubscribe"))}</a>'
        lines = [*map(_escaped, footer), *([last] if unsubscribe and not own_link else [])]
        markup = _inserted(markup, f'<p style="{_SMALL}">{"<br>".join(lines)}</p>', before="body")
    links: list[str] = []
    if tracked:
        markup = _counted(markup, links)
        markup = _inserted(markup, f'<img src="{PIXEL}" width="1" height="1" alt="">', before="body")
    return Bodies(text, markup, tuple(links))


def is_html(body: str) -> bool:
    """Whether the body is written as HTML."""
    return _TAG.search(body) is not None


# -- from plain text to a page ---------------------------------------------------------------------------------------


def _page(text: str) -> str:
    guarded, kept = _guarded(text)
    paragraphs = re.split(r"\n\s*\n", guarded.replace("\r\n", "\n").strip())
    inner = "".join(f"<p>{_linked(paragraph)}</p>\n" for paragraph in paragraphs)
    page = (
        '<!doctype html>\n<html><head><meta charset="utf-8"></head>\n'
        f'<body style="font-family:sans-serif;font-size:15px;line-height:1.5">\n{inner}</body></html>\n'
    )
    return _restored(page, kept)


def _linked(paragraph: str) -> str:
    pieces, end = [], 0
    for match in _URL.finditer(paragraph):
        url = html.escape(match[0])
        pieces += [html.escape(paragraph[end : match.start()], quote=False), f'<a href="{url}">{url}</a>']
        end = match.end()
    pieces.append(html.escape(paragraph[end:], quote=False))
    return "".join(pieces).replace("\n", "<br>\n")


def _escaped(text: str) -> str:
    guarded, kept = _guarded(text)
    return _restored(html.escape(guarded, quote=False), kept)


# -- from a page to plain text ---------------------------------------------------------------------------------------


class _Plain(HTMLParser):
    """Reads a page aloud: blocks become lines, links keep their address in brackets."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._silent = 0
        self._links: list[str] = []
        self._link_text = 0

    @classmethod
    def of(cls, body: str) -> str:
        guarded, kept = _guarded(body)
        reader = cls()
        reader.feed(guarded)
        reader.close()
        lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(reader._pieces).splitlines())
        return _restored(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n", kept)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self._pieces.append("\n\n" if tag in ("p", "table", "ul", "ol") or tag[0] == "h" else "\n")
            if tag == "li":
                self._pieces.append("- ")
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")
            self._link_text = len(self._pieces)
        elif tag == "img":
            self._pieces.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS and tag not in ("br", "li", "tr"):
            self._pieces.append("\n\n" if tag == "p" else "\n")
        elif tag == "a" and self._links:
            link = self._links.pop()
            said = "".join(self._pieces[self._link_text :]).strip()
            if link and not link.startswith("#") and said != link:
                self._pieces.append(f" ({link})")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._pieces.append(re.sub(r"\s+", " ", data))


# -- links and places ------------------------------------------------------------------------------------------------


def _counted(markup: str, links: list[str]) -> str:
    guarded, kept = _guarded(markup)

    def replaced(match: re.Match[str]) -> str:
        target = _restored(html.unescape(match[2][1:-1]).strip(), kept)
        if not re.match(r"https?://", target):
            return match[0]
        if target not in links:
            links.append(target)
        return f'{match[1]}"{LINK.format(number=links.index(target))}"'

    return _restored(_HREF.sub(replaced, guarded), kept)


def _inserted(markup: str, piece: str, *, after: str = "", before: str = "") -> str:
    pattern = rf"<{after}\b[^<>]*>" if after else rf"</{before}\s*>"
    found = list(re.finditer(pattern, markup, re.IGNORECASE))
    if not found:
        return piece + markup if after else markup + piece
    at = found[0].end() if after else found[-1].start()
    return markup[:at] + piece + markup[at:]


def _with_inline_styles(markup: str) -> str:
    import css_inline

    guarded, kept = _guarded(markup)
    try:
        return _restored(
            css_inline.inline(guarded, load_remote_stylesheets=False, keep_style_tags=True), kept
        )
    except css_inline.InlineError:
        return markup


def _guarded(source: str) -> tuple[str, list[str]]:
    """The source with a single letter in the place of each merge field."""
    kept = marks(source)
    for number, mark in enumerate(kept):
        source = source.replace(mark, chr(_STAND_IN + number), 1)
    return source, kept


def _restored(source: str, kept: Sequence[str]) -> str:
    for number, mark in enumerate(kept):
        source = source.replace(chr(_STAND_IN + number), mark)
    return source
