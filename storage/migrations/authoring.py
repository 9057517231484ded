"""For developers: `python -m storage.migrations.authoring "why"` writes the next revision out of `storage.tables`."""

import sys

from sqlalchemy import Connection, create_engine

from storage import migrations


def write_revision(message: str, revision: str) -> None:
    """Compare the tables with what the revisions so far make, and write the difference as a new one."""
    from alembic import command

    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade_all(connection)
        command.revision(migrations.config(connection), message, autogenerate=True, rev_id=revision)


def upgrade_all(connection: Connection) -> None:
    """Make the schema by walking through every revision."""
    from alembic import command

    if any(migrations.VERSIONS.glob("*.py")):
        command.upgrade(migrations.config(connection), "heads")


def main() -> None:
    """Write the revision after the last one."""
    written = sorted(migrations.VERSIONS.glob("[0-9]*.py"))
    number = int(written[-1].name[:4]) + 1 if written else 1
    write_revision(" ".join(sys.argv[1:]) or "next", f"{number:04}")


if __name__ == "__main__":
    main()
