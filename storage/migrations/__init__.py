"""The schema from revision one, by Alembic."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from storage import tables

if TYPE_CHECKING:
    from storage.workspace import Workspace


def create(connection: Connection) -> None:
    """Make every table of an empty workspace."""
    tables.metadata.create_all(connection)


def upgrade(workspace: "Workspace") -> None:
    """Bring an older workspace to the present schema."""
