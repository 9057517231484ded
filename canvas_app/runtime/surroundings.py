"""What every wave of a tick shares."""

from dataclasses import dataclass

from sqlalchemy import Connection

from nodes.clauses import load_audiences, load_places
from nodes.rules import Rule
from nodes.spec import Place
from storage.contacts import Contacts


@dataclass(frozen=True)
class Surroundings:
    """Catalogue, places, saved audiences."""

    contacts: Contacts
    places: dict[int, Place]
    audiences: dict[str, Rule | int]

    @classmethod
    def load(cls, connection: Connection, zone: str = "") -> "Surroundings":
        """As the workspace stands now; `zone` is the strategy's, for contacts without one."""
        return cls(Contacts.load(connection), load_places(connection, zone), load_audiences(connection))
