"""What every template promises: it asks with defaults, checks clean, is drawn tidily, and shows something at once."""

import csv
import json
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import func, select

from canvas_app.operations.running import publish, run_until
from canvas_app.operations.samples import sample_rows
from canvas_app.operations.strategies import check_graph, export_strategy, load_draft
from canvas_app.operations.templates import (
    Template,
    add_sample_contacts,
    draft_graph,
    families,
    list_templates,
    sample_contacts,
    source_file,
    use_template,
)
from nodes.file import read_graph, write_graph
from nodes.graph import Graph
from nodes.registry import behaviour, node_types
from nodes.settings import Settings
from resources import path
from storage import tables
from storage.base.problems import Level
from storage.base.words import LANGUAGES, set_language
from storage.workspace import MEMORY, Workspace, create_workspace

NOW = 1_772_000_000  # a Wednesday in February 2026
TEMPLATES = [each.id for each in list_templates()]
LANGUAGE_PAIRS = [(key, spoken) for key in TEMPLATES for spoken in LANGUAGES]
CARD_WIDTH, HEADER, PORT_ROW, COUNTERS, COLUMN, GRID = 176, 56, 24, 24, 256, 8


def rehearsal() -> Workspace:
    return create_workspace(MEMORY, timezone="Asia/Shanghai", rehearsal_now=NOW)


def of(key: str) -> Template:
    return next(each for each in list_templates() if each.id == key)


def source(key: str) -> dict[str, Any]:
    found = json.loads(path("templates", f"{key}.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_the_five_that_were_promised_are_there() -> None:
    assert {9, 16, 18, 21, 27} <= {each.number for each in list_templates()}


@pytest.mark.parametrize(("key", "spoken"), LANGUAGE_PAIRS)
def test_it_is_offered_in_every_language_and_every_question_has_a_default(key: str, spoken: str) -> None:
    set_language(spoken)
    found = of(key)
    assert all((found.name, found.description, found.goal))
    assert found.family in families()
    assert set(found.channels) <= set(node_types())
    ids = [question.id for question in found.questions]
    assert len(ids) == len(set(ids))
    for question in found.questions:
        assert question.label
        assert question.default not in ("", None) or question.optional
        assert not question.choices or question.default in question.choices
    assert json.dumps(found.as_json())


@pytest.mark.parametrize(("key", "spoken"), LANGUAGE_PAIRS)
def test_its_draft_checks_clean_before_and_after_its_people_come(key: str, spoken: str) -> None:
    set_language(spoken)
    workspace = rehearsal()
    used = use_template(workspace, template_id=key, samples=False)
    assert [each.message for each in used.problems if each.level is not Level.INFO] == []
    assert add_sample_contacts(workspace, template_id=key).created >= 20
    problems = check_graph(workspace, graph=load_draft(workspace, name=used.name).graph)
    assert [each.message for each in problems if each.level is not Level.INFO] == []
    exported = export_strategy(workspace, name=used.name)
    assert "$text" not in exported
    assert "[[" not in exported
    assert read_graph(exported).whole
    workspace.close()


@pytest.mark.parametrize("key", TEMPLATES)
def test_texts_are_written_in_both_languages_of_its_messages(key: str) -> None:
    def texts(value: Any) -> list[dict[str, str]]:
        if isinstance(value, dict):
            own = [value["$text"]] if "$text" in value else []
            return own + [each for part in value.values() for each in texts(part)]
        return [each for part in value for each in texts(part)] if isinstance(value, list) else []

    found = texts(source(key)["graph"])
    assert found
    assert [each for each in found if not {"en", "zh_CN"} <= set(each)] == []


@pytest.mark.parametrize("key", TEMPLATES)
def test_it_brings_goal_window_figures_alerts_owner_and_targets(key: str) -> None:
    settings = Settings.of(draft_graph(key, {"owner": "Lin Wei", "holdout": "10"}))
    assert list(settings.check()) == []
    assert settings.goal is not None
    assert settings.send_window is not None
    assert settings.send_window.in_words() == "09:00–18:00, working days of the contact’s country"
    assert all((settings.metrics, settings.alerts, settings.targets, settings.output))
    assert (settings.category, settings.owner, settings.holdout) == ("marketing", "Lin Wei", 10)
    assert Settings.of(draft_graph(key)).holdout == 0


@pytest.mark.parametrize("key", TEMPLATES)
def test_every_answer_is_used(key: str) -> None:
    text = json.dumps([source(key)["graph"], source(key)["samples"]])
    for question in source(key)["questions"]:
        name = question["id"]
        assert f'"{name}"' in text or f"[[{name}]]" in text, name


@pytest.mark.parametrize("key", TEMPLATES)
def test_its_cards_are_drawn_tidily(key: str) -> None:
    graph = draft_graph(key)
    boxes = {node: box(graph, node) for node in graph.nodes}
    for x, y, _right, _bottom in boxes.values():
        assert x % COLUMN == 0
        assert y % GRID == 0
    for one, other in combinations(boxes, 2):
        assert not overlap(boxes[one], boxes[other]), (one, other)
    back = {edge for edge in graph.edges if boxes[edge.target][0] <= boxes[edge.source][0]}
    assert back == set()


def box(graph: Graph, node: str) -> tuple[float, float, float, float]:
    kind = behaviour(graph.nodes[node], graph)
    assert kind is not None
    rows = len(kind.ports())
    height = HEADER + COUNTERS + (PORT_ROW * rows if rows > 1 else 0)
    x, y = graph.layout.positions[node]
    return x, y, x + CARD_WIDTH, y + height


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("key", TEMPLATES)
def test_it_survives_the_file(key: str) -> None:
    graph = draft_graph(key)
    assert read_graph(write_graph(graph)).graph == graph


@pytest.mark.parametrize("key", TEMPLATES)
def test_a_rehearsal_of_it_shows_something_at_every_card(key: str) -> None:
    workspace = rehearsal()
    used = use_template(workspace, template_id=key)
    assert used.samples >= 20
    assert publish(workspace, name=used.name).version == 1
    run_until(workspace, until=NOW + (of(key).days + 5) * 86_400)
    entered = counters(workspace)
    nodes = load_draft(workspace, name=used.name).graph.nodes
    starts = {
        node
        for node, value in nodes.items()
        if value.type == "event_entry" and value.params["event"] == "list_push"
    }
    assert set(nodes) - entered - starts == set()
    with workspace.read() as connection:
        run, word = tables.enrollment.c, tables.name.c
        reached = select(func.count()).select_from(tables.enrollment.join(tables.name, word.id == run.reason))
        assert connection.execute(reached.where(word.text == "goal")).scalar_one() > 0
        assert connection.execute(select(func.count()).select_from(tables.outcome)).scalar_one() > 0
    workspace.close()


def counters(workspace: Workspace) -> set[str]:
    """The nodes at which somebody arrived."""
    node, counter = tables.node.c, tables.counter.c
    query = select(node.key).join(tables.counter, counter.node == node.id).where(counter.n > 0).distinct()
    with workspace.read() as connection:
        return set(connection.execute(query).scalars())


@pytest.mark.parametrize("key", TEMPLATES)
def test_its_people_are_always_the_same_and_can_never_be_reached(key: str) -> None:
    people = sample_contacts(key, now=NOW)
    assert people == sample_contacts(key, now=NOW)
    assert 20 <= len(people) <= 200
    for each in people:
        assert str(each.fields.get("email", "x@example.com")).endswith("@example.com")
        assert str(each.fields.get("phone", "+1202555 0100".replace(" ", "")))[5:10] == "55501"
    phones = [each.fields["phone"] for each in people if "phone" in each.fields]
    assert len(phones) == len(set(phones))


def test_no_two_templates_share_an_address() -> None:
    people = [each for key in TEMPLATES for each in sample_contacts(key, now=NOW)]
    for field in ("phone", "email", "external_id"):
        found = [each.fields[field] for each in people if field in each.fields]
        assert len(found) == len(set(found)), field


@pytest.mark.parametrize("key", [key for key in TEMPLATES if source(key).get("sources")])
def test_its_sample_source_holds_its_people(key: str) -> None:
    data = source(key)
    for name in data["sources"]:
        with source_file(name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        made = sample_rows(f"sample-{data['number']}", data["samples"], name)
        assert rows == [{column: str(value) for column, value in row.items()} for row in made]
