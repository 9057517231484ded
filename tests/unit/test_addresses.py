"""Addresses and telephone numbers: the fast way says what the libraries say."""

import csv
from pathlib import Path

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from storage.addresses import email_address
from storage.phones import e164
from storage.places import country_code

EXAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "phones" / "example_numbers.csv"


def by_the_library(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@given(
    digits=st.text("0123456789", min_size=4, max_size=14),
    region=st.sampled_from(
        ["CN", "US", "VN", "GB", "DE", "IT", "BR", "JP", "AU", "RU", "SG", "MX", "AR", ""]
    ),
)
def test_national_digits_are_read_as_the_library_reads_them(digits: str, region: str) -> None:
    if not digits.startswith("00"):  # taken for + in every country
        assert e164(digits, region) == by_the_library(digits, region)


@given(
    code=st.sampled_from(["86", "1", "84", "44", "49", "39", "7", "852", "353"]),
    rest=st.text("0123456789", min_size=5, max_size=12),
)
def test_international_digits_are_read_as_the_library_reads_them(code: str, rest: str) -> None:
    assert e164(f"+{code}{rest}") == by_the_library(f"+{code}{rest}", "")


def test_every_example_number_of_every_country_is_known() -> None:
    if not EXAMPLES.exists():
        pytest.skip("the example numbers are not here")
    with EXAMPLES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wrong = [row for row in rows if e164(row["e164"]) != by_the_library(row["e164"], "")]
    assert len(rows) > 800
    assert wrong == []


@pytest.mark.parametrize("region", ["CN", "US", "VN", "GB", "FR", "IT", "BR", "IN"])
def test_example_numbers_as_people_write_them(region: str) -> None:
    for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
        number = phonenumbers.example_number_for_type(region, kind)
        assert number is not None
        expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        abroad = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        assert e164(national, region) == e164(abroad) == e164(expected) == expected
        assert e164(f"00{expected[1:]}", region) == expected


@given(st.from_regex(r"[a-z0-9.+_-]{1,12}@[a-z0-9.-]{1,14}\.[a-z]{1,4}", fullmatch=True))
def test_what_the_fast_way_takes_the_library_takes_too(text: str) -> None:
    if email_address(text) is None:
        return
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        # names that no mail reaches are still well written
        assert "special-use" in str(error) or "not valid" not in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "text",
    ["a@x.com", "A.b+c@ex-ample.co.uk", "王@例子.公司", "  a@x.com ", "mailto:a@x.com", "Ann <a@x.com>"],
)
def test_addresses_that_are_taken(text: str) -> None:
    assert email_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@",
        "@x.com",
        "a@x",
        "a..b@x.com",
        ".a@x.com",
        "a.@x.com",
        "a b@x.com",
        "a@x..com",
        "a@-x.com",
        "a@x.com,b@x.com",
        "a@@x.com",
        "x" * 65 + "@x.com",
    ],
)
def test_addresses_that_are_not(text: str) -> None:
    assert email_address(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CN", "CN"),
        ("china", "CN"),
        ("中国", "CN"),
        ("Trung Quốc", "CN"),
        ("USA", "US"),
        ("Viet Nam", "VN"),
        ("UK", "GB"),
        ("香港", "HK"),
        ("Narnia", ""),
        ("", ""),
    ],
)
def test_countries_are_known_by_name(text: str, code: str) -> None:
    assert country_code(text) == code
