"""Made-up people for templates and the demo: always the same ones, with reserved addresses and numbers only.

Addresses end in example.com, phone numbers are those that regulators keep for fiction (555-0100 to 0199 in every area
code), so that no message can reach anybody.
"""

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import resources
from canvas_app.operations.contact_import import import_contacts
from canvas_app.operations.events import import_events
from storage.base.clock import instant_text, local
from storage.base.durations import Duration
from storage.base.words import _
from storage.workspace import Workspace

Json = Any
ZONES = {"CN": "Asia/Shanghai", "VN": "Asia/Ho_Chi_Minh", "US": "America/New_York", "GB": "Europe/London"}
_HOUR = 3600  # people do things at whole hours, so that a rehearsal needs few ticks
LANGUAGE_OF = {"CN": "zh_CN", "VN": "vi", "US": "en", "GB": "en"}
_AREA_CODES = (
    201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229,
    231, 234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 303, 304,
    305, 307, 308, 309, 310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 331, 334, 336,
    337, 339, 347, 351, 352, 360, 361, 386, 401, 402, 404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415,
    417, 419, 423, 424, 425,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleEvent:
    """Something a made-up person does, at an instant."""

    event: str
    at: int
    properties: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up person: fields as in an import, tags, consent by channel, and what it does."""

    key: str
    fields: Mapping[str, Json]
    tags: tuple[str, ...] = ()
    consent: Mapping[str, bool] = field(default_factory=dict)
    events: tuple[SampleEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Dice:
    """Chance without chance: numbers from a name, the same every time."""

    seed: str

    def share(self, *about: object) -> float:
        """0 ≤ share < 1, independent for each thing it is about."""
        digest = blake2b("\x1f".join(map(str, (self.seed, *about))).encode(), digest_size=7).digest()
        return int.from_bytes(digest, "big") / (1 << 56)

    def pick(self, weights: Mapping[str, float], *about: object) -> str:
        """One of the keys, by weight."""
        spot, reached = self.share(*about) * sum(weights.values()), 0.0
        for key, weight in weights.items():
            reached += weight
            if spot < reached:
                return key
        return list(weights)[-1]

    def whole(self, low: int, high: int, *about: object) -> int:
        """A whole number from `low` to `high`."""
        return low + int(self.share(*about) * (high - low + 1))


def sample_people(prefix: str, spec: Mapping[str, Json], *, now: int) -> tuple[Sample, ...]:
    """The people that a template or the demo describes; dates and events lie around `now`."""
    return tuple(
        _person(f"{prefix}-{number:03d}", number, spec, now) for number in range(1, spec["count"] + 1)
    )


def sample_rows(prefix: str, spec: Mapping[str, Json], source: str) -> Iterator[dict[str, Json]]:
    """The rows of a sample source: values for most of the people."""
    columns: Mapping[str, Json] = spec["source_rows"][source]
    for number in range(1, spec["count"] + 1):
        dice = Dice(f"{prefix}-{number:03d}")
        if dice.share("in", source) < spec["source_rows"].get("share", 1):
            yield {"external_id": dice.seed} | {
                name: dice.whole(low // 10, high // 10, source, name) * 10
                for name, (low, high) in columns.items()
            }


def add_samples(workspace: Workspace, *, people: tuple[Sample, ...]) -> int:
    """Put made-up people and what they do into the workspace; who is there stays. Returns how many are new."""
    kinds = {"last_login": "date", "last_visit": "date", "birthday": "date", "registered": "date"}
    imported = import_contacts(
        workspace, Path("sample.csv"), pasted=_as_csv(people), key="external_id", kinds=kinds,
        consent_source=_("made-up contacts"),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sample.jsonl"
        file.write_text("".join(_as_lines(people)), encoding="utf-8")
        import_events(workspace, file)
    return imported.created


def _person(key: str, number: int, spec: Mapping[str, Json], now: int) -> Sample:
    dice = Dice(key)
    country = dice.pick(spec["countries"], "country")
    first, last = _name(dice, LANGUAGE_OF[country])
    fields: dict[str, Json] = {
        "external_id": key,
        "first_name": first,
        "last_name": last,
        "email": f"{key}@example.com",
        "phone": _phone(spec.get("phones", 0) + number - 1),
        "country": country,
        "timezone": ZONES[country],
        "language": LANGUAGE_OF[country],
        "wecom_id": f"wm-{key}",
        "open_id": f"oa-{key}",
        "push_token": f"push-{key}",
    }
    for name, rule in spec.get("fields", {}).items():
        fields[name] = _value(dice, name, rule, fields.get(name), now)
    for name, answers in (("test_outcome", "outcomes"), ("test_call", "calls")):
        if answers in spec:
            fields[name] = dice.pick(spec[answers], name)
    return Sample(
        key=key,
        fields={name: value for name, value in fields.items() if value is not None},
        tags=("sample", *spec.get("tags", ())),
        consent={
            channel: dice.share("consent", channel) < share for channel, share in spec["consent"].items()
        },
        events=tuple(_events(dice, spec, now, ZONES[country])),
    )


def _value(dice: Dice, name: str, rule: Mapping[str, Json], value: Json, now: int) -> Json:
    if "share" in rule and dice.share("has", name) >= rule["share"]:
        return None
    if "one_of" in rule:
        return dice.pick(rule["one_of"], name)
    if "number" in rule:
        return dice.whole(*rule["number"], name)
    if "days" in rule:
        day = local(now, "UTC").date() + timedelta(days=dice.whole(*rule["days"], name))
        if "years_ago" in rule:
            year = day.year - dice.whole(*rule["years_ago"], name, "years")
            day = day.replace(year=year, day=min(day.day, 28))
        return day.isoformat()
    return value


def _events(dice: Dice, spec: Mapping[str, Json], now: int, zone: str) -> Iterator[SampleEvent]:
    for index, each in enumerate(spec.get("events", ())):
        for turn in range(each.get("times", 1)):
            about = (each["event"], index, turn)
            if dice.share("does", *about) >= each["share"]:
                continue
            first, last = (Duration.parse(text).add_to(now, zone) for text in each["after"])
            properties = {
                name: dice.whole(*rule, *about, name) if isinstance(rule, list) else f"{rule}-{dice.seed}"
                for name, rule in each.get("properties", {}).items()
            }
            yield SampleEvent(
                each["event"], first + int(dice.share("at", *about) * (last - first)), properties
            )


def _phone(index: int) -> str:
    """A number that regulators keep for fiction: one of a hundred in each area code."""
    code, rest = divmod(index, 100)
    return f"+1{_AREA_CODES[code % len(_AREA_CODES)]}55501{rest:02d}"


@cache
def _names() -> dict[str, dict[str, list[str]]]:
    found = json.loads(resources.path("demo", "names.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def _name(dice: Dice, spoken: str) -> tuple[str, str]:
    """First and last name; Vietnamese first names come with their middle name."""
    names = _names()[spoken]
    first = names["first"][dice.whole(0, len(names["first"]) - 1, "first")]
    last = names["last"][dice.whole(0, len(names["last"]) - 1, "last")]
    return first, last


def _as_csv(people: tuple[Sample, ...]) -> str:
    names = list(dict.fromkeys(name for each in people for name in each.fields))
    channels = list(dict.fromkeys(channel for each in people for channel in each.consent))
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([*names, "tags", *(f"consent_{channel}" for channel in channels)])
    for each in people:
        said = ["yes" if each.consent.get(channel) else "no" for channel in channels]
        rows.writerow([*(each.fields.get(name, "") for name in names), "|".join(each.tags), *said])
    return text.getvalue()


def _as_lines(people: tuple[Sample, ...]) -> Iterator[str]:
    for each in people:
        for event in each.events:
            line = {
                "key": each.key,
                "event": event.event,
                "at": instant_text(event.at),
                "properties": event.properties,
            }
            yield json.dumps(line, ensure_ascii=False) + "\n"
