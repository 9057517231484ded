"""The demo: many people of three languages, always the same, none of whom can be reached."""

import re
from collections import Counter

from sqlalchemy import func, select

from canvas_app.operations.contacts import count_contacts
from canvas_app.operations.demo import create_demo, demo_people, make_demo
from canvas_app.operations.strategies import list_strategies
from storage import tables
from storage.workspace import MEMORY, create_workspace

NOW = 1_772_000_000


def test_its_people_are_two_thousand_of_three_languages() -> None:
    people = demo_people(now=NOW)
    languages = Counter(each.fields["language"] for each in people)
    assert len(people) == 2000
    assert set(languages) == {"zh_CN", "vi", "en"}
    assert min(languages.values()) > 200
    assert people == demo_people(now=NOW)


def test_none_of_them_can_be_reached() -> None:
    people = demo_people(now=NOW)
    phones = [str(each.fields["phone"]) for each in people if "phone" in each.fields]
    assert len(set(phones)) == len(phones)
    assert all(re.fullmatch(r"\+1\d{3}55501\d{2}", phone) for phone in phones)
    assert all(
        str(each.fields["email"]).endswith("@example.com") for each in people if "email" in each.fields
    )


def test_it_fills_a_workspace_and_one_strategy_is_live() -> None:
    workspace = create_workspace(MEMORY)
    made = make_demo(workspace)
    assert made.created == 2000
    assert {row.name: row.status for row in list_strategies(workspace)} == {
        "Sleeping customers": "live",
        "First order in 7 days": "draft",
        "Birthday gift": "draft",
    }
    assert count_contacts(workspace, rule={"audience": "Good customers"}).count > 100
    workspace.close()


def test_a_demo_of_its_own_has_figures_when_it_opens() -> None:
    workspace = create_demo(MEMORY, now=NOW)
    assert workspace.clock().now() == NOW
    with workspace.read() as connection:
        runs = tables.enrollment.c
        ended = connection.execute(select(func.count()).where(runs.ended.is_not(None))).scalar_one()
        touched = connection.execute(select(func.count()).select_from(tables.outcome)).scalar_one()
    assert min(ended, touched) > 100
    workspace.close()
