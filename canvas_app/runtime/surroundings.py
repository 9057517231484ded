"""What every wave of a tick shares."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from nodes.clauses import load_audiences, load_places
from nodes.rules import Rule
from nodes.spec import Place
from storage.contacts import Contacts
from storage.workspace import setting


@dataclass(frozen=True)
class Surroundings:
    """Catalogue, places, saved audiences; `home`: the workspace's zone, for places without one."""

    contacts: Contacts
    places: dict[int, Place]
    audiences: dict[str, Rule | int]
    home: str

    @classmethod
    def load(cls, connection: Connection) -> "Surroundings":
        """As the workspace stands now."""
        home = str(setting(connection, "timezone", "UTC"))
        return cls(Contacts.load(connection), load_places(connection, "?"), load_audiences(connection), home)

    def within(self, zone: str) -> "Surroundings":
        """The same for a strategy: contacts without a zone live in the strategy's, else in the workspace's."""
        known = {
            key: Place(zone or self.home, place.country) if place.zone == "?" else place
            for key, place in self.places.items()
        }
        return replace(self, places=known)
