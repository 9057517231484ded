"""The schema: tables and migrations agree, an upgrade keeps everything, a newer file is refused."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from storage import migrations, tables
from storage.base.errors import WorkspaceError
from storage.contacts import add_field
from storage.migrations import authoring
from storage.workspace import create_workspace, open_workspace

SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

def upgrade():
    with op.batch_alter_table("contact", recreate="always") as batch:
        batch.add_column(sa.Column("mood", sa.Text()))
"""


def schema(path: Path) -> dict[str, str]:
    """Every table and index with its definition, without what differs only in writing."""
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT type || ' ' || name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    )
    found = {}
    for name, table, sql in rows:
        if table != "alembic_version":
            body = " ".join(
                sql.replace('"', "").replace(",", " , ").replace("(", " ( ").replace(")", " ) ").split()
            )
            found[name] = body
    connection.close()
    return found


def columns(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {}
    for name in names:
        found[name] = sorted(
            connection.execute(f"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{name}')")
        )
        found[f"{name} index"] = sorted(
            connection.execute(f"SELECT name, \"unique\", partial FROM pragma_index_list('{name}')")
        )
        found[f"{name} keys"] = sorted(
            connection.execute(
                f'SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list(\'{name}\')'
            )
        )
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        found[f"{name} rowid"] = [("WITHOUT ROWID" in sql,)]
    connection.close()
    return {name: rows for name, rows in found.items() if not name.startswith("alembic_version")}


def test_the_revisions_make_the_tables_that_the_program_uses(tmp_path: Path) -> None:
    """If this fails, `python -m storage.migrations.authoring "why"` writes the missing revision."""
    by_metadata, by_revisions = tmp_path / "metadata.db", tmp_path / "revisions.db"
    with create_engine(f"sqlite:///{by_metadata}").begin() as connection:
        tables.metadata.create_all(connection)
    with create_engine(f"sqlite:///{by_revisions}").begin() as connection:
        authoring.upgrade_all(connection)
    assert columns(by_metadata) == columns(by_revisions)


def test_the_head_is_the_last_revision_written() -> None:
    written = sorted(file.name[:4] for file in migrations.VERSIONS.glob("[0-9]*.py"))
    assert written[-1] == migrations.HEAD
    assert written == [f"{number:04}" for number in range(1, len(written) + 1)]


def test_a_new_workspace_is_stamped_and_opens_without_alembic(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "shop.canvas-workspace"
    create_workspace(str(path)).close()
    program = (
        f"import sys; from storage.workspace import open_workspace; open_workspace({str(path)!r});"
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of revision 0001 with a contact and a field of its own, in a program that knows 0002."""
    path = tmp_path / "old.canvas-workspace"
    workspace = create_workspace(str(path))
    with workspace.write() as connection:
        known = add_field(connection, name="favourite", kind="text")
        connection.exec_driver_sql(
            f'INSERT INTO contact (id, bucket, place, created, changed, email, "{known.column}")'
            " VALUES (7, 1, 1, 0, 0, 'a@x.com', 'tea')"
        )
        connection.exec_driver_sql("INSERT INTO consent VALUES (7, 'email', 1, 0, 'form')")
    workspace.close()
    versions = tmp_path / "versions"
    versions.mkdir()
    for file in migrations.VERSIONS.glob("0001*.py"):
        (versions / file.name).write_text(file.read_text())
    (versions / "0002_mood.py").write_text(SECOND)
    monkeypatch.setattr(migrations, "VERSIONS", versions)
    monkeypatch.setattr(migrations, "HEAD", "0002")
    return path


def test_an_upgrade_keeps_fields_and_rows_and_leaves_a_copy_beside(older: Path) -> None:
    workspace = open_workspace(str(older))
    with workspace.read() as connection:
        assert migrations.stamp(connection) == "0002"
        row = connection.exec_driver_sql("SELECT email, f_15, mood FROM contact").one()
        assert row == ("a@x.com", "tea", None)
        assert connection.exec_driver_sql("SELECT count(*) FROM consent").scalar() == 1
    copy = older.with_name(f"{older.name}.revision-0001")
    kept = sqlite3.connect(copy)
    assert kept.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert kept.execute("SELECT email FROM contact").fetchone() == ("a@x.com",)
    kept.close()
    workspace.close()


def test_an_upgrade_that_fails_leaves_the_workspace_as_it_was(older: Path) -> None:
    broken = migrations.VERSIONS / "0002_mood.py"
    broken.write_text(SECOND + "    raise RuntimeError('half way')\n")
    with pytest.raises(RuntimeError):
        open_workspace(str(older))
    connection = sqlite3.connect(older)
    names = [row[1] for row in connection.execute("PRAGMA table_info(contact)")]
    assert "mood" not in names
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    connection.close()


def test_a_workspace_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "new.canvas-workspace"
    workspace = create_workspace(str(path))
    with workspace.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    workspace.close()
    with pytest.raises(WorkspaceError, match="newer version"):
        open_workspace(str(path))


@pytest.mark.parametrize("content", [b"", b"hello, I am a text file and no database at all" * 50])
def test_a_file_that_is_no_workspace_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(WorkspaceError, match="no workspace"):
        open_workspace(str(path))
    assert path.read_bytes() == content


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE things (id)")
    connection.commit()
    connection.close()
    with pytest.raises(WorkspaceError, match="no workspace"):
        open_workspace(str(path))
    assert list(schema(path)) == ["table things"]
