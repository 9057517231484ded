"""E-mail addresses: whether they are written as addresses are; nobody is asked over the network."""

import re
import unicodedata
from functools import lru_cache

_PLAIN = re.compile(
    r"[A-Za-z0-9_+-](?:[A-Za-z0-9_+\-]|\.(?!\.)){0,62}(?<!\.)@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_NAMED = re.compile(r"[^<>]*<([^<>@\s]+@[^<>\s]+)>")
_LONGEST = 254


def email_address(text: str) -> str | None:
    """The address without what surrounds it, or None where it cannot be one."""
    text = text.strip()
    if len(text) <= _LONGEST and _PLAIN.fullmatch(text):
        return text
    return _odd(text)


@lru_cache(maxsize=1024)
def _odd(text: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    named = _NAMED.fullmatch(text)
    bare = (named[1] if named else text).removeprefix("mailto:")
    if "@" not in bare and "＠" not in bare:
        return None
    try:
        found = validate_email(
            unicodedata.normalize("NFKC", bare),
            check_deliverability=False,
            test_environment=True,
            strict=True,
        )
    except EmailNotValidError:
        return None
    return str(found.normalized)
