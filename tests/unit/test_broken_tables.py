"""Tables as they really come: each gives a right import or one clear sentence, and nothing is taken by halves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from canvas_app.operations.contacts import count_contacts, import_contacts, show_contact
from canvas_app.operations.tables import preview_table
from storage.base.errors import UserError
from storage.workspace import Workspace, create_workspace
from tests.helpers.broken_tables import REFUSED, TAKEN, Case


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    found = create_workspace(str(tmp_path / "shop.canvas-workspace"), timezone="Asia/Shanghai")
    yield found
    found.close()


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_a_table_that_cannot_be_read_is_refused_in_a_sentence_and_changes_nothing(
    case: Case, workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / case.file
    path.write_bytes(case.content)
    for attempt in (import_contacts, _preview):
        with pytest.raises(UserError) as told:
            attempt(workspace, path)
        assert case.refused in str(told.value)
        assert str(told.value).endswith(".")
    assert count_contacts(workspace).count == 0
    with workspace.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM field WHERE builtin = 0").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM journal").scalar() == 0


def _preview(workspace: Workspace, path: Path) -> None:
    """A preview reads only the first rows; what it cannot see the import refuses."""
    preview_table(path, workspace=workspace, rows=10_000)


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: case.name)
def test_an_odd_table_is_read_as_it_was_meant(case: Case, workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / case.file
    path.write_bytes(case.content)
    result = import_contacts(workspace, path)
    assert result.created == case.created == count_contacts(workspace).count
    assert result.rejected == len([each for each in result.rejects if each.field in ("email", "")])
    for line, reason in case.rejected.items():
        assert any(each.line == line and reason in str(each.reason) for each in result.rejects), (
            result.rejects
        )
    assert {each.line for each in result.rejects} == set(case.rejected), result.rejects
    for key, fields in case.fields.items():
        shown = show_contact(workspace, key).fields
        assert {name: shown[name] for name in fields} == fields
    assert case.note in " ".join(str(each) for each in result.notes)
    if case.note:
        assert case.note in " ".join(preview_table(path, workspace=workspace).notes)


def test_a_reader_that_stops_in_the_middle_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    rows = b"".join(b"p%d@x.com,P\n" % number for number in range(12_000))
    path.write_bytes(b"email,mood\n" + rows + b'z@x.com,"never closed\n')
    with pytest.raises(UserError, match="12002"):
        import_contacts(workspace, path, list_name="May")
    with workspace.read() as connection:
        for table in ("contact", "audience", "member", "journal"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
        assert "mood" not in [row[0] for row in connection.exec_driver_sql("SELECT name FROM field")]
