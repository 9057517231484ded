"""Salts of the random splits."""

from hashlib import blake2b


def salt_number(text: str) -> int:
    """A salt from words, the same on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big")
