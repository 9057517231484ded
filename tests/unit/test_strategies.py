"""Drafts: revisions grow, nothing newer is overwritten, history is never deleted."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import insert, select, update

from canvas_app.operations.names import WorkspaceNames
from canvas_app.operations.strategies import (
    Conflict,
    check_file,
    delete_strategy,
    duplicate_strategy,
    export_strategy,
    import_strategy,
    list_strategies,
    load_draft,
    rename_strategy,
    save_draft,
)
from nodes.checks.view import People
from nodes.file import write_graph
from nodes.graph import Graph
from storage import tables
from storage.base.errors import UserError
from storage.contacts import bucket_of
from storage.workspace import MEMORY, Workspace, create_workspace
from tests.helpers.graphs import audience, chain, email, sms

NOW = 1_772_000_000


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    workspace = create_workspace(MEMORY, rehearsal_now=NOW)
    yield workspace
    workspace.close()


def graph(name: str = "Spring", subject: str = "Hello") -> Graph:
    return chain(audience(), email(subject=subject), name=name)


def test_a_new_name_is_revision_one_and_a_change_is_the_next(workspace: Workspace) -> None:
    first = import_strategy(workspace, text=write_graph(graph()))
    same = import_strategy(workspace, text=write_graph(graph()))
    second = import_strategy(workspace, text=write_graph(graph(subject="Hi")))
    assert [(each.name, each.revision, each.strategies) for each in (first, same, second)] == [
        ("Spring", 1, True),
        ("Spring", 1, False),
        ("Spring", 2, True),
    ]


def test_a_draft_comes_back_as_it_was_saved(workspace: Workspace) -> None:
    save_draft(workspace, name="Spring", graph=graph())
    draft = load_draft(workspace, name="Spring")
    assert (draft.graph, draft.revision, draft.status, draft.version) == (graph(), 1, "draft", None)
    assert export_strategy(workspace, name="Spring") == write_graph(graph())


def test_saving_over_a_newer_draft_is_refused(workspace: Workspace) -> None:
    save_draft(workspace, name="Spring", graph=graph())
    save_draft(workspace, name="Spring", graph=graph(subject="Mine"), base=1)
    with pytest.raises(Conflict, match="revision 2"):
        save_draft(workspace, name="Spring", graph=graph(subject="Yours"), base=1)
    assert load_draft(workspace, name="Spring").graph == graph(subject="Mine")


def test_importing_over_a_newer_draft_is_a_conflict(workspace: Workspace) -> None:
    for subject in ("A", "B", "C"):
        import_strategy(workspace, text=write_graph(graph(subject=subject)))
    saved = import_strategy(workspace, text=write_graph(graph(subject="D")), base=2)
    assert saved.refused
    assert (saved.problems[0].code, saved.revision) == ("conflict", 3)
    assert not import_strategy(workspace, text=write_graph(graph(subject="C")), base=2).refused
    assert not import_strategy(workspace, text=write_graph(graph(subject="D")), base=3).refused


def test_a_file_with_things_to_mend_is_kept_and_they_are_told(workspace: Workspace) -> None:
    saved = import_strategy(workspace, text=write_graph(graph(subject="")))
    assert not saved.refused
    assert "missing_param" in {problem.code for problem in saved.problems}


def test_the_list_shows_every_strategy_with_its_version(workspace: Workspace) -> None:
    for name in ("B", "A"):
        save_draft(workspace, name=name, graph=graph(name))
    with workspace.write() as connection:
        values = {"strategy": 1, "number": 4, "graph": "{}", "published": NOW}
        key = connection.execute(insert(tables.version).values(values)).inserted_primary_key
        assert key is not None
        connection.execute(
            update(tables.strategy).where(tables.strategy.c.id == 1).values(live=key[0], status="live")
        )
    assert [row.as_json() for row in list_strategies(workspace)] == [
        {"name": "A", "status": "draft", "version": None, "revision": 1, "reason": None},
        {"name": "B", "status": "live", "version": 4, "revision": 1, "reason": None},
    ]
    with pytest.raises(UserError, match="Stop it"):
        delete_strategy(workspace, name="B")


def test_a_name_is_changed_in_the_draft_too_and_splits_stay_sticky(workspace: Workspace) -> None:
    save_draft(workspace, name="Spring", graph=graph())
    with workspace.read() as connection:
        salt = connection.execute(select(tables.strategy.c.salt)).scalar()
    rename_strategy(workspace, name="Spring", to="Summer")
    assert load_draft(workspace, name="Summer").graph.name == "Summer"
    with workspace.read() as connection:
        assert connection.execute(select(tables.strategy.c.salt)).scalar() == salt
    save_draft(workspace, name="Spring", graph=graph())
    with pytest.raises(UserError, match="already"):
        rename_strategy(workspace, name="Summer", to="Spring")


def test_copies_get_free_names(workspace: Workspace) -> None:
    save_draft(workspace, name="Spring", graph=graph())
    names = [duplicate_strategy(workspace, name="Spring").name for _ in range(2)]
    assert names == ["Spring (copy)", "Spring (copy) 2"]
    assert load_draft(workspace, name=names[1]).graph == replace(graph(), name=names[1])


def test_a_draft_that_was_never_published_can_be_deleted(workspace: Workspace) -> None:
    save_draft(workspace, name="Spring", graph=graph())
    delete_strategy(workspace, name="Spring")
    assert list_strategies(workspace) == []


def test_a_misspelt_name_is_met_with_the_near_one(workspace: Workspace) -> None:
    save_draft(workspace, name="Spring sale", graph=graph())
    with pytest.raises(UserError, match="Is it “Spring sale”"):
        load_draft(workspace, name="Spring sail")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201, " padded "])
def test_a_name_that_is_none_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(UserError):
        save_draft(workspace, name=name, graph=graph())


def test_a_chinese_name_with_a_wide_space_is_a_name(workspace: Workspace) -> None:
    assert save_draft(workspace, name="春季\u3000活动", graph=graph()).revision == 1


# -- names ------------------------------------------------------------------------------------------------------------


def add_contact(
    workspace: Workspace, key: int, *, email: str | None = None, consent: dict[str, bool] | None = None
) -> None:
    with workspace.write() as connection:
        values = {
            "id": key,
            "bucket": bucket_of(str(key)),
            "place": 1,
            "created": NOW,
            "changed": NOW,
            "email": email,
        }
        connection.execute(insert(tables.contact).values(values))
        for channel, given in (consent or {}).items():
            row = {"contact": key, "channel": channel, "given": given, "at": NOW, "source": "form"}
            connection.execute(insert(tables.consent).values(row))


def test_the_workspace_counts_who_may_be_written_to(workspace: Workspace) -> None:
    add_contact(workspace, 1, email="a@example.com", consent={"email": True})
    add_contact(workspace, 2, email="b@example.com", consent={"marketing": True})
    add_contact(workspace, 3, email="c@example.com", consent={"marketing": True, "email": False})
    add_contact(workspace, 4, email="d@example.com")
    add_contact(workspace, 5, consent={"email": True})
    add_contact(workspace, 6, email="f@example.com", consent={"email": True})
    with workspace.write() as connection:
        for key, until in ((6, None), (1, NOW)):
            row = {
                "contact": key,
                "channel": "",
                "category": "marketing",
                "reason": "asked",
                "at": NOW,
                "until": until,
            }
            connection.execute(insert(tables.suppression).values(row))
    names = WorkspaceNames.read(workspace)
    assert isinstance(names, People)
    assert (names.contact_count(), names.reachable("email"), names.reachable("sms")) == (6, 2, 0)
    assert (names.filled_count("email"), names.field_filled("phone"), names.filled_count("moon")) == (
        5,
        False,
        0,
    )


def test_a_marketing_strategy_that_reaches_nobody_is_an_error_with_the_way_out(workspace: Workspace) -> None:
    add_contact(workspace, 1, email="a@example.com")
    problems = {each.code: each.message for each in check_file(workspace, text=write_graph(graph())).problems}
    assert "consent_email" in problems["nobody_reachable"]


def test_a_rehearsal_has_an_account_for_every_channel_and_a_real_workspace_none(workspace: Workspace) -> None:
    text = write_graph(chain(audience(), email(), sms(), name="Spring"))
    assert check_file(workspace, text=text).problems == ()
    real = create_workspace(MEMORY)
    found = [(each.code, each.node) for each in check_file(real, text=text).problems]
    assert found == [("missing_account", "mail"), ("missing_account", "sms")]
    real.close()
