"""Which encoding a text file is in: byte order marks, UTF-8, UTF-16, GB18030, Big5 and what Western Europe wrote."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from storage.base.errors import UserError
from storage.base.words import N_

_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# lead bytes of the characters in everyday use: GB 2312 level 1 and its punctuation, Big5 level 1
_EVERYDAY = {"gb18030": (range(0xB0, 0xD8), (0xA1, 0xA3)), "big5": (range(0xA4, 0xC7), (0xA1, 0xA2))}


@dataclass(frozen=True, slots=True)
class Found:
    """An encoding, whether NUL characters must be left out, and whether it is a guess."""

    encoding: str
    has_nul: bool = False
    guessed: bool = False


def detect(file: BinaryIO, name: str) -> Found:
    """Look at the whole file once; `UserError` where it is no text at all."""
    head = file.read(_SAMPLE)
    if not head.strip(b" \r\n\t\0"):
        raise UserError(
            N_("{name} is empty. Choose a file with a heading line and one line a person."), name=name
        )
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return Found(encoding)
    wide = _wide(head)
    if wide:
        return Found(wide)
    nuls = head.count(b"\0")
    odd = sum(
        head.count(bytes([each]))
        for each in range(1, 32)
        if each not in (9, 10, 11, 12, 13, 26, 27, 31, 30, 28, 29)
    )
    if nuls > len(head) // 20 or odd > len(head) // 50:
        raise UserError(N_("{name} is not a table of text. Choose a CSV, XLSX or Parquet file."), name=name)
    return _narrow(head, file, bool(nuls))


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of ASCII is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < 2 or max(even, odd) < 8 * min(even, odd):
        return None
    for encoding, zeros in (("utf-16-le", odd), ("utf-16-be", even)):
        text = head[: len(head) // 2 * 2].decode(encoding, "replace")
        strange = sum(each == "\ufffd" or (each < " " and each not in "\t\r\n") for each in text)
        if zeros == max(even, odd) and strange * 50 < len(text) and any(each in text for each in "\n,;\t"):
            return encoding
    return None


def _narrow(head: bytes, file: BinaryIO, has_nul: bool) -> Found:
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample, whole = bytearray(), True
    for chunk in _chunks(head, file):
        has_nul = has_nul or b"\0" in chunk
        if chunk.isascii() and not (whole and decoder.getstate()[0]):
            continue
        if len(sample) < _SAMPLE:
            sample += b"\n".join(line for line in chunk.split(b"\n") if not line.isascii())[:_SAMPLE]
        if whole:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                whole = False
        if not whole and len(sample) >= _SAMPLE:
            break
    if whole and not decoder.getstate()[0]:
        return Found("utf-8", has_nul)
    return Found(_legacy(bytes(sample)), has_nul, guessed=True)


def _chunks(head: bytes, file: BinaryIO) -> Iterator[bytes]:
    yield head
    while chunk := file.read(_CHUNK):
        yield chunk


def _legacy(sample: bytes) -> str:
    """GB18030 or Big5 where most characters would be everyday ones, else UTF-8 with slips, else Western."""
    scores = {encoding: _everyday_share(sample, encoding) for encoding in _EVERYDAY}
    best = max(scores, key=lambda each: scores[each])
    if scores[best] > 0.6:
        return best
    text = sample.decode("utf-8", "replace")
    strange = text.count("\ufffd")
    if sum(each > "\x7f" for each in text) > 4 * strange:
        return "utf-8"
    return "cp1252"


def _everyday_share(sample: bytes, encoding: str) -> float:
    """Which part of the characters beyond ASCII are everyday ones if read in that encoding."""
    everyday, marks = _EVERYDAY[encoding]
    pairs = good = at = 0
    while at < len(sample) - 1:
        lead = sample[at]
        if lead < 0x80:
            at += 1
            continue
        trail = sample[at + 1]
        # Western text in Chinese clothes: a letter after the accented one
        plausible = (
            (0xA1 <= trail <= 0xFE)
            if encoding == "gb18030"
            else (0x40 <= trail <= 0x7E or 0xA1 <= trail <= 0xFE)
        )
        pairs += 1
        good += plausible and (lead in everyday or lead in marks)
        at += 2
    return good / pairs if pairs else 0.0
