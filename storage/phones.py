"""Telephone numbers as E.164: `+8613800138000`."""

import re
from functools import lru_cache
from typing import NamedTuple

_SPACED = re.compile(r"[\s\-().·/]+")


def e164(text: str, region: str = "") -> str | None:
    """The number in E.164, or None where it is no valid number; a national one is of `region`."""
    digits = _SPACED.sub("", text)
    if digits.startswith("00"):  # how most of the world writes +, wherever the reader sits
        return _parsed(text.strip(), region) or e164(f"+{digits[2:].lstrip('0')}")
    if digits.isascii():
        if digits.isdigit():
            rules = _rules(region)
            if rules and rules.holds(digits):
                return f"+{rules.code}{digits}"
        elif digits[:1] == "+" and digits[1:].isdigit():
            for length in (2, 1, 3):
                rules = _rules_of_code(digits[1 : 1 + length])
                if rules and rules.holds(digits[1 + length :]):
                    return digits
    return _parsed(text.strip(), region)


class _Rules(NamedTuple):
    """What a plain number of a region looks like: the way without the whole library, thirty times faster."""

    code: int
    general: re.Pattern[str]
    kinds: tuple[tuple[frozenset[int], re.Pattern[str]], ...]
    prefix: re.Pattern[str] | None

    def holds(self, digits: str) -> bool:
        """Whether the digits are surely a valid national number as they stand."""
        if self.prefix is not None and self.prefix.match(digits):
            return False
        size = len(digits)
        if not any(size in lengths and pattern.fullmatch(digits) for lengths, pattern in self.kinds):
            return False
        return self.general.fullmatch(digits) is not None


@lru_cache(maxsize=512)
def _rules(region: str) -> _Rules | None:
    from phonenumbers import PhoneMetadata

    known = PhoneMetadata.metadata_for_region(region.upper(), None) if region else None
    if known is None or known.country_code is None or known.general_desc is None:
        return None
    kinds = [each for each in (known.mobile, known.fixed_line) if each and each.national_number_pattern]
    prefix = known.national_prefix_for_parsing
    return _Rules(
        known.country_code,
        re.compile(known.general_desc.national_number_pattern or ""),
        tuple(
            (frozenset(kind.possible_length), re.compile(kind.national_number_pattern or ""))
            for kind in kinds
        ),
        re.compile(prefix) if prefix else None,
    )


@lru_cache(maxsize=1024)
def _rules_of_code(code: str) -> _Rules | None:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    if not code or code[0] == "0":
        return None
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    return _rules(regions[0]) if regions else None


@lru_cache(maxsize=4096)
def _parsed(text: str, region: str) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_region(code: str) -> bool:
    """Whether telephone numbers of that country are known."""
    from phonenumbers import SUPPORTED_REGIONS

    return code.upper() in SUPPORTED_REGIONS
