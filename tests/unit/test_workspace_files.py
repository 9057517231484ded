"""Backup, restore and the doctor; audiences, lists and sources."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvas_app.operations import sources
from canvas_app.operations.audiences import (
    delete_audience,
    list_audiences,
    rename_audience,
    save_audience,
    save_list,
)
from canvas_app.operations.contacts import count_contacts, import_contacts
from canvas_app.operations.tables import preview_table
from canvas_app.operations.workspaces import backup, doctor, restore
from nodes.sources import fetch, source_kinds
from storage.base.errors import Cancelled, UserError, WorkspaceError
from storage.workspace import Workspace, create_workspace, open_workspace

PEOPLE = "email,age,phone\n" + "".join(f"p{n}@x.com,{n},\n" for n in range(20))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    found = create_workspace(str(tmp_path / "shop.canvas-workspace"))
    table = tmp_path / "people.csv"
    table.write_text(PEOPLE, encoding="utf-8")
    import_contacts(found, table, list_name="May")
    yield found
    found.close()


def test_a_backup_is_a_workspace_of_its_own(workspace: Workspace, tmp_path: Path) -> None:
    copy = tmp_path / "copy.canvas-workspace"
    backup(workspace, copy)
    opened = open_workspace(str(copy))
    assert count_contacts(opened).count == 20
    opened.close()
    with pytest.raises(UserError, match="already"):
        backup(workspace, copy)


def test_a_backup_that_is_cancelled_leaves_no_file(workspace: Workspace, tmp_path: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        raise Cancelled("stop")

    before = set(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        backup(workspace, tmp_path / "copy.canvas-workspace", progress=stop)
    assert {each.name for each in set(tmp_path.iterdir()) - before} <= set()


def test_restoring_brings_back_what_was_and_keeps_what_is(workspace: Workspace, tmp_path: Path) -> None:
    copy, place = tmp_path / "copy.canvas-workspace", Path(workspace.target)
    backup(workspace, copy)
    more = tmp_path / "more.csv"
    more.write_text("email\nnew@x.com\n", encoding="utf-8")
    import_contacts(workspace, more)
    with pytest.raises(WorkspaceError, match="in use"):
        restore(place, copy)
    workspace.close()
    done = restore(place, copy)
    opened = open_workspace(str(place))
    assert count_contacts(opened).count == 20
    opened.close()
    kept = open_workspace(done.kept)
    assert count_contacts(kept).count == 21
    kept.close()


@pytest.mark.parametrize("damage", ["text", "torn", "newer"])
def test_a_bad_backup_changes_nothing(workspace: Workspace, tmp_path: Path, damage: str) -> None:
    copy, place = tmp_path / "copy.canvas-workspace", Path(workspace.target)
    backup(workspace, copy)
    workspace.close()
    if damage == "text":
        copy.write_text("not a database")
    elif damage == "torn":
        copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    else:
        connection = sqlite3.connect(copy)
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        connection.close()
    before = place.read_bytes()
    with pytest.raises(WorkspaceError):
        restore(place, copy)
    assert place.read_bytes() == before
    assert not list(tmp_path.glob("*.before-restore*"))
    assert not list(tmp_path.glob(".*.part"))


def test_the_doctor_finds_a_sound_workspace_sound(workspace: Workspace) -> None:
    found = doctor(workspace)
    assert found["ok"] is True
    names = [each["name"] for each in found["checks"]]  # type: ignore[attr-defined]
    assert {"integrity", "references", "schema", "clock", "libraries", "fonts", "secrets"} <= set(names)


def test_the_doctor_names_rows_that_lost_what_they_refer_to(workspace: Workspace) -> None:
    raw = sqlite3.connect(workspace.target)
    raw.execute("INSERT INTO tag (contact, name) VALUES (999, 999)")
    raw.commit()
    raw.close()
    found = doctor(workspace)
    assert found["ok"] is False


def test_audiences_are_saved_counted_renamed_and_deleted(workspace: Workspace) -> None:
    rule = {"field": "age", "op": ">=", "value": 15}
    assert save_audience(workspace, "Grown", rule=rule).count == 5
    assert save_audience(workspace, "Grown too", rule={"not": {"audience": "Grown"}}).count == 15
    assert [(each.name, each.count, each.is_list) for each in list_audiences(workspace)] == [
        ("Grown", 5, False), ("Grown too", 15, False), ("May", 20, True),
    ]  # fmt: skip
    with pytest.raises(UserError, match="builds on"):
        delete_audience(workspace, "Grown")
    delete_audience(workspace, "Grown too")
    assert rename_audience(workspace, "Grown", to="Adults").name == "Adults"
    delete_audience(workspace, "May")
    assert [each.name for each in list_audiences(workspace)] == ["Adults"]
    assert count_contacts(workspace).count == 20


def test_an_audience_never_builds_on_itself(workspace: Workspace) -> None:
    save_audience(workspace, "A", rule={"all": []})
    save_audience(workspace, "B", rule={"audience": "A"})
    with pytest.raises(UserError, match="itself"):
        save_audience(workspace, "A", rule={"any": [{"audience": "B"}]})


def test_a_list_takes_keys_and_names_the_unknown(workspace: Workspace) -> None:
    saved = save_list(workspace, "VIP", keys=["p1@x.com", "P1@X.com", "nobody"])
    assert (saved.count, saved.unknown) == (1, ("nobody",))
    with pytest.raises(UserError, match="is a list"):
        save_audience(workspace, "VIP", rule={"all": []})


def test_a_source_is_read_afresh_each_time(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "crm.csv").write_text("name;email;limit\nAnn;p1@x.com;5\n", encoding="utf-8")
    sources.add_source(workspace, "crm", kind="csv", params={"path": "crm.csv"})
    tested = sources.test_source(workspace, "crm")
    assert (tested.rows, tested.key, tested.columns) == (1, "email", ("name", "email", "limit"))
    (tmp_path / "crm.csv").write_text("name;email;limit\nAnn;p1@x.com;\n", encoding="utf-8")
    monkeypatch.chdir("/")
    assert sources.fetch_source(workspace, "crm").rows[0]["limit"] is None


def test_a_source_that_cannot_be_is_refused_in_words(workspace: Workspace, tmp_path: Path) -> None:
    assert "csv" in source_kinds()
    with pytest.raises(UserError, match="no kind of data source"):
        sources.add_source(workspace, "x", kind="fax", params={})
    with pytest.raises(UserError):
        sources.add_source(workspace, "x", kind="csv", params={})
    with pytest.raises(UserError, match="cannot be opened"):
        fetch("csv", {"path": str(tmp_path / "missing.csv")})
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UserError, match="no column “c”"):
        fetch("csv", {"path": str(tmp_path / "t.csv"), "key": "c"})


def test_a_preview_says_what_each_column_would_become(workspace: Workspace) -> None:
    pasted = "E-Mail\tMobile\tAge\tMood\nann@x.com\t123\t7\tgood\nbad\t\t8\t\n"
    found = preview_table("clipboard", workspace=workspace, pasted=pasted, region="CN")
    targets = [(each.heading, each.target, each.kind, each.is_new, each.bad) for each in found.columns]
    assert targets == [
        ("E-Mail", "email", "text", False, 1), ("Mobile", "phone", "text", False, 1),
        ("Age", "age", "number", False, 0), ("Mood", "Mood", "text", True, 0),
    ]  # fmt: skip
    assert found.layout.delimiter == "\t"
    assert found.rows[0] == ("ann@x.com", "123", "7", "good")
    assert "“bad”" in found.columns[0].note
    assert "Say where consent comes from." in found.notes[-1]
    assert found.has_key
    assert not found.has_consent
