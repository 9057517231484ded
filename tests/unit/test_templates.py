"""Answers become a draft; a wrong one is met with a sentence; people come only where nobody else is."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, insert, select

from canvas_app.operations.strategies import list_strategies, load_draft
from canvas_app.operations.templates import draft_graph, list_templates, template, use_template
from storage import tables
from storage.base.errors import UserError
from storage.base.words import set_language
from storage.workspace import MEMORY, Workspace, create_workspace

NOW = 1_772_000_000


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    workspace = create_workspace(MEMORY, rehearsal_now=NOW)
    yield workspace
    workspace.close()


def people(workspace: Workspace) -> int:
    with workspace.read() as connection:
        return connection.execute(select(func.count()).select_from(tables.contact)).scalar_one()


def test_answers_stand_in_rules_texts_and_settings() -> None:
    answers = {
        "asleep": "P60D",
        "offer": "A free tea",
        "holdout": "10",
        "login_event": "signed_in",
        "start": "monthly",
    }
    graph = draft_graph("18", answers)
    rule = graph.nodes["in"].params["rule"]["all"]
    assert rule[0]["value"] == "-P60D"
    assert rule[1]["not"] == {"event": "signed_in", "within": "P60D"}
    assert graph.nodes["in"].params["refresh"] == {"cron": "0 10 1 * *"}
    assert "A free tea" in graph.nodes["mail"].params["body"]
    assert graph.settings["holdout"] == 10
    assert graph.settings["goal"] == {"event": "signed_in"}


def test_messages_follow_the_language_that_is_asked_for() -> None:
    assert "回归礼包" in draft_graph("18", {"language": "zh_CN"}).nodes["mail"].params["subject"]
    assert "gift" in draft_graph("18", {"language": "en"}).nodes["mail"].params["subject"]
    set_language("zh_CN")
    assert draft_graph("18").name == "沉睡客户唤醒"
    set_language("vi")
    assert "gift" in draft_graph("18").nodes["mail"].params["subject"]
    assert template("18").name == "Khách hàng ngủ quên"


@pytest.mark.parametrize(
    ("answers", "part"),
    [
        ({"colour": "red"}, "does not ask “colour”"),
        ({"asleep": "30 days"}, "not a duration"),
        ({"offer": "  "}, "must not be empty"),
        ({"start": "tomorrow"}, "choose one of now, monthly"),
        ({"holdout": "many"}, "must be a number"),
        ({"holdout": "80"}, "between 0 and 50"),
        ({"language": "fr"}, "choose one of en, zh_CN"),
    ],
)
def test_an_answer_that_does_not_fit_is_told(answers: dict[str, str], part: str) -> None:
    with pytest.raises(UserError) as refused:
        draft_graph("18_wake_up", answers)
    assert part in str(refused.value)


def test_an_unknown_template_is_met_with_those_there_are() -> None:
    with pytest.raises(UserError, match="18_wake_up"):
        template("99")


def test_templates_come_in_the_order_of_their_numbers() -> None:
    numbers = [each.number for each in list_templates()]
    assert numbers == sorted(numbers)


def test_using_a_template_twice_gives_two_drafts(workspace: Workspace) -> None:
    for _ in range(2):
        use_template(workspace, template_id="18")
    assert [row.name for row in list_strategies(workspace)] == ["Sleeping customers", "Sleeping customers 2"]
    assert use_template(workspace, template_id="18", name="June").name == "June"
    assert load_draft(workspace, name="June").graph.name == "June"


def test_an_empty_rehearsal_is_filled_with_its_people_and_a_used_one_is_not(workspace: Workspace) -> None:
    used = use_template(workspace, template_id="21")
    assert (used.samples, people(workspace)) == (100, 100)
    more = use_template(workspace, template_id="18")
    assert (more.samples, people(workspace)) == (120, 220)
    with workspace.write() as connection:
        values = {"bucket": 1, "place": 1, "created": NOW, "changed": NOW, "email": "real@example.org"}
        connection.execute(insert(tables.contact).values(values))
    assert use_template(workspace, template_id="7").samples == 0


def test_a_live_workspace_gets_people_only_when_asked() -> None:
    live = create_workspace(MEMORY)
    assert use_template(live, template_id="21").samples == 0
    assert use_template(live, template_id="21", samples=True).samples == 100
    with live.read() as connection:
        kinds = set(connection.execute(select(tables.account.c.kind)).scalars())
    assert kinds == {"sandbox"}
    live.close()
