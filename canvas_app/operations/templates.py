"""Templates: ready strategies with questions. A template is one data file in `resources/templates`.

In its graph `{"$text": {language: text}}` is chosen by language, `{"$answer": question}` is an answer,
`{"$choose": {"question", "options"}}` depends on one, and `[[question]]` inside a text is an answer in words.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

import resources
from canvas_app.operations.changes import Changes
from canvas_app.operations.samples import Sample, add_samples, sample_people
from canvas_app.operations.strategies import check_graph, free_name, save_draft
from nodes.file import FORMAT, read_graph
from nodes.graph import Graph
from storage import tables
from storage.base.durations import Duration
from storage.base.errors import UserError
from storage.base.problems import Problem
from storage.base.words import LANGUAGES, N_, Words, _, language
from storage.contacts import add_field
from storage.workspace import Workspace, set_setting, setting

Json = Any
FALLBACK = "en"
_PHONES_EACH = 200  # so that no two templates share a number
_ANSWER = re.compile(r"\[\[(\w+)\]\]")
_COMMON: tuple[Mapping[str, Json], ...] = (
    {"id": "owner", "kind": "text", "label": N_("Who is responsible?"), "default": "", "optional": True},
    {
        "id": "holdout", "kind": "number", "label": N_("Keep how many percent untouched for comparison?"),
        "default": 0, "minimum": 0, "maximum": 50,
    },
    {"id": "language", "kind": "choice", "label": N_("Language of the messages"), "default": ""},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a template asks before it becomes a draft; texts are in the reader's language."""

    id: str
    kind: str
    label: str
    default: Json
    choices: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None

    def as_json(self) -> dict[str, Json]:
        """The form in which the command line prints it."""
        return {"id": self.id, "label": self.label, "default": self.default}


@dataclass(frozen=True, slots=True)
class Template:
    """A ready strategy as the gallery shows it; `days` is its longest way."""

    id: str
    number: int
    name: str
    description: str
    goal: str
    family: str
    channels: tuple[str, ...]
    days: int
    questions: tuple[Question, ...]
    languages: tuple[str, ...]

    def as_json(self) -> dict[str, Json]:
        """The form in which the command line prints it."""
        return {"id": self.id, "name": self.name, "questions": [each.as_json() for each in self.questions]}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateUsed(Changes):
    """The draft that was made of a template, and what its check says."""

    name: str
    revision: int = 1
    samples: int = 0
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """The form in which the command line prints it."""
        return {"name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesAdded(Changes):
    """How many made-up contacts are new."""

    created: int = 0


def list_templates() -> list[Template]:
    """Every template, in the reader's language."""
    return [_template(_data(key)) for key in _keys()]


def template(template_id: str) -> Template:
    """One template by its id or its number."""
    return _template(_data(_key(template_id)))


def draft_graph(template_id: str, answers: Mapping[str, Json] | None = None, *, name: str = "") -> Graph:
    """The graph that a template becomes with these answers; questions without one keep their default."""
    data = _data(_key(template_id))
    shown = _template(data)
    given = _answered(shown.questions, answers or {})
    spoken = str(given["language"])
    filled = _filled(data["graph"], given, spoken)
    assert isinstance(filled, dict)
    read = read_graph(json.dumps({**filled, "format": FORMAT, "name": name or _said(data["name"], spoken)}))
    assert read.graph is not None, [problem.message for problem in read.problems]
    return _without_blanks(read.graph)


def use_template(
    workspace: Workspace,
    *,
    template_id: str,
    answers: Mapping[str, Json] | None = None,
    name: str | None = None,
    samples: bool | None = None,
) -> TemplateUsed:
    """A new draft of a template, with the contact fields and the sample source it needs.

    `samples` also adds its made-up contacts; by default they come only into a rehearsal in which there is nobody else.
    """
    data = _data(_key(template_id))
    graph = draft_graph(template_id, answers)
    if samples is None:
        samples = _is_empty_rehearsal(workspace)
    with workspace.write() as connection:
        _prepare(connection, data)
        chosen = free_name(connection, name.strip() if name and name.strip() else graph.name)
        set_setting(connection, template_setting(chosen), {"id": data["id"], "answers": dict(answers or {})})
    saved = save_draft(workspace, name=chosen, graph=replace(graph, name=chosen), base=0)
    created = (
        add_sample_contacts(workspace, template_id=template_id, answers=answers).created if samples else 0
    )
    problems = check_graph(workspace, graph=replace(graph, name=chosen))
    return TemplateUsed(
        strategies=True,
        contacts=True,
        name=chosen,
        revision=saved.revision,
        samples=created,
        problems=tuple(problems),
    )


def template_setting(name: str) -> str:
    """Under which setting a workspace remembers the template that a strategy was made from."""
    return f"template: {name}"


def sample_contacts(
    template_id: str, *, now: int, answers: Mapping[str, Json] | None = None
) -> tuple[Sample, ...]:
    """The made-up contacts of a template, the same every time, with what they will do after `now`."""
    data = _data(_key(template_id))
    given = _answered(_template(data).questions, answers or {})
    spec = _filled(data["samples"], given, str(given["language"]))
    spec = {**spec, "phones": data["number"] * _PHONES_EACH}
    return sample_people(f"sample-{data['number']}", spec, now=now)


def add_sample_contacts(
    workspace: Workspace, *, template_id: str, answers: Mapping[str, Json] | None = None
) -> SamplesAdded:
    """Put the made-up contacts of a template into the workspace, with sandbox accounts where a channel has none."""
    data = _data(_key(template_id))
    people = sample_contacts(template_id, now=workspace.clock().now(), answers=answers)
    with workspace.write() as connection:
        _prepare(connection, data)
        add_sandboxes(connection, data["channels"])
    created = add_samples(workspace, people=people)
    return SamplesAdded(contacts=True, events=True, accounts=True, created=created)


# -- reading ---------------------------------------------------------------------------------------------------------


@cache
def _keys() -> tuple[str, ...]:
    found = [file.stem for file in resources.path("templates").glob("*.json")]
    return tuple(sorted(found, key=lambda key: (int(key.partition("_")[0]), key)))


@cache
def _data(key: str) -> dict[str, Json]:
    found = json.loads(resources.path("templates", f"{key}.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def _key(wanted: str) -> str:
    for key in _keys():
        if wanted in (key, key.partition("_")[0]):
            return key
    raise UserError(
        N_("There is no template “{id}”. Choose one of {ids}."), id=wanted, ids=", ".join(_keys())
    )


def _template(data: Mapping[str, Json]) -> Template:
    languages = tuple(data["graph"]["description"]["$text"])
    spoken = _content_languages(data)
    return Template(
        id=data["id"],
        number=data["number"],
        name=_said(data["name"]),
        description=_said(data["description"]),
        goal=_said(data["goal"]),
        family=data["family"],
        channels=tuple(data["channels"]),
        days=data["days"],
        questions=tuple(_question(each, spoken) for each in (*data["questions"], *_COMMON)),
        languages=languages,
    )


def _content_languages(data: Mapping[str, Json]) -> tuple[str, ...]:
    """The languages in which its messages are written."""
    return tuple(data.get("languages", ("en", "zh_CN")))


def _question(data: Mapping[str, Json], spoken: tuple[str, ...]) -> Question:
    choices = {key: _said(label) for key, label in data.get("choices", {}).items()}
    default = data["default"]
    if data["id"] == "language":
        choices = {key: LANGUAGES[key] for key in spoken}
        default = language() if language() in choices else FALLBACK
    label = data["label"]
    return Question(
        id=data["id"],
        kind=data["kind"],
        label=_(label) if isinstance(label, str) else _said(label),
        default=_said(default) if isinstance(default, dict) else default,
        choices=choices,
        optional=data.get("optional", False),
        minimum=data.get("minimum"),
        maximum=data.get("maximum"),
    )


def _said(texts: Mapping[str, str], spoken: str = "") -> str:
    """The text in a language, else in English."""
    return texts.get(spoken or language(), texts[FALLBACK])


# -- answering -------------------------------------------------------------------------------------------------------


def _answered(questions: tuple[Question, ...], answers: Mapping[str, Json]) -> dict[str, Json]:
    known = {question.id: question for question in questions}
    for key in answers:
        if key not in known:
            raise UserError(
                N_("The template does not ask “{key}”. It asks {known}."), key=key, known=", ".join(known)
            )
    given = {key: question.default for key, question in known.items()}
    for key, answer in answers.items():
        try:
            given[key] = _read_answer(known[key], answer)
        except UserError as error:
            raise UserError(
                N_("“{label}” cannot be “{answer}”: {reason}"),
                label=known[key].label,
                answer=answer,
                reason=error.words,
            ) from error
    return given


def _read_answer(question: Question, answer: Json) -> Json:
    if answer is None or (isinstance(answer, str) and not answer.strip()):
        if question.optional:
            return ""
        raise UserError(N_("it must not be empty."))
    match question.kind:
        case "number":
            return _number(question, answer)
        case "duration":
            Duration.parse(answer)
        case "choice":
            if answer not in question.choices:
                raise UserError(N_("choose one of {choices}."), choices=", ".join(question.choices))
    return str(answer).strip()


def _number(question: Question, answer: Json) -> float | int:
    try:
        found = float(str(answer))
    except ValueError as error:
        raise UserError(N_("it must be a number.")) from error
    low, high = question.minimum, question.maximum
    if not abs(found) < 1e15 or (low is not None and found < low) or (high is not None and found > high):
        raise UserError(N_("it must lie between {low} and {high}."), low=low or 0, high=high or "…")
    return int(found) if found.is_integer() else found


def _filled(value: Json, answers: Mapping[str, Json], spoken: str) -> Json:
    if isinstance(value, dict):
        if "$text" in value:
            return _filled(_said(value["$text"], spoken), answers, spoken)
        if "$answer" in value:
            return answers[value["$answer"]]
        if "$choose" in value:
            return value["$choose"]["options"][answers[value["$choose"]["question"]]]
        return {key: _filled(each, answers, spoken) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, answers, spoken) for each in value]
    if isinstance(value, str):
        return _ANSWER.sub(lambda found: str(answers[found[1]]), value)
    return value


def _without_blanks(graph: Graph) -> Graph:
    """Settings that were left empty are not written at all."""
    return replace(
        graph, settings={key: value for key, value in graph.settings.items() if value not in ("", 0)}
    )


# -- preparing -------------------------------------------------------------------------------------------------------


def _prepare(connection: Connection, data: Mapping[str, Json]) -> None:
    """Contact fields and the sample source that the strategy refers to."""
    for name, spec in data.get("fields", {}).items():
        add_field(connection, name=name, kind=spec["kind"], label=_said(spec["label"]))
    for name in data.get("sources", {}):
        known = connection.execute(select(tables.source.c.id).where(tables.source.c.name == name)).first()
        if known is None:
            params = {"path": str(source_file(name)), "key": "external_id"}
            connection.execute(insert(tables.source).values(name=name, kind="csv", params=params))


def source_file(name: str) -> Path:
    """The table that stands behind a sample source."""
    return resources.path("templates", f"{name}.csv")


def add_sandboxes(connection: Connection, channels: list[str]) -> None:
    """Sandbox accounts that answer as the made-up people say, for channels that have no account at all."""
    columns = tables.account.c
    served = set(connection.execute(select(columns.channel)).scalars())
    for channel in channels:
        if channel not in served:
            is_call = channel.endswith("_call")
            params = (
                {"outcome_field": "test_call"}
                if is_call
                else {"outcome_field": "test_outcome", "after": "PT2H"}
            )
            values = {"name": f"sample_{channel}", "channel": channel, "kind": "sandbox", "params": params}
            connection.execute(insert(tables.account).values(**values, is_default=True))


def _is_empty_rehearsal(workspace: Workspace) -> bool:
    """Whether this is a rehearsal in which nobody but made-up contacts of templates stands."""
    contact = tables.contact.c
    others = (
        select(contact.id)
        .where(contact.external_id.is_(None) | ~contact.external_id.like("sample-%"))
        .limit(1)
    )
    with workspace.read() as connection:
        return bool(setting(connection, "rehearsal", False)) and connection.execute(others).first() is None


def families() -> dict[str, Words]:
    """What templates are good for: the filter of the gallery, in its order."""
    return {
        "first_order": Words.of(N_("First order")),
        "wake_up": Words.of(N_("Wake up")),
        "buy_again": Words.of(N_("Buy again")),
        "care": Words.of(N_("Care")),
        "finance": Words.of(N_("Finance")),
        "leads": Words.of(N_("Leads")),
    }
