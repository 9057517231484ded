"""Recipes for claimed mails, and the values of the contacts they go to."""

import base64
import os
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from canvas_app.runtime.outbox import Owed
from canvas_app.runtime.rendering import Brand, Order, Recipe, message_key
from canvas_app.runtime.routes import Route
from canvas_app.runtime.tracking import Tracker
from nodes.accounts import Message
from nodes.channels._smtp import SmtpAccount
from nodes.channels.email import CONTACT, OWNER, Email
from storage import tables
from storage.base.clock import local
from storage.contacts import ContactField, Contacts, from_stored
from storage.secrets import SecretStore
from storage.workspace import Workspace, set_setting, setting

INSTANCE, BRAND = "instance", "brand"
Write = Callable[[], Message]


def instance_of(connection: Connection) -> str:
    """The workspace's own name among all workspaces, given on first need: Message-IDs and secrets carry it."""
    known = setting(connection, INSTANCE)
    if known is None:
        known = uuid.uuid4().hex
        set_setting(connection, INSTANCE, known)
    return str(known)


def tracker_of(instance: str, public_url: str, secrets: SecretStore) -> Tracker | None:
    """Signs links with the key of this workspace, which is made on first need; None without a public address."""
    if not public_url:
        return None
    name = f"{instance}/tracking"
    known = secrets.read(name)
    if known is None:
        known = base64.b64encode(os.urandom(32)).decode()
        secrets.keep(name, known)
    return Tracker(public_url, {0: base64.b64decode(known)})


class Kitchen:
    """Keeps the recipes of a workspace and gathers what goes into them."""

    def __init__(self, workspace: Workspace, secrets: SecretStore) -> None:
        self._attachments = workspace.path.parent / "attachments" if workspace.path else None
        self._secrets = secrets
        self._recipes: dict[tuple[object, ...], Recipe] = {}

    def writers(self, connection: Connection, owed: Sequence[Owed]) -> Mapping[int, Write]:
        """For each claimed mail how to write it, with nothing left to look up."""
        if not owed:
            return {}
        instance = instance_of(connection)
        brand = setting(connection, BRAND) or {}
        by_place = {(each.route.version, each.route.node): each.route for each in owed}
        made = {place: self._recipe(route, instance, brand) for place, route in by_place.items()}
        recipes = {each.touch: made[each.route.version, each.route.node] for each in owed}
        names = frozenset().union(*(recipe.fields for recipe in made.values()))
        people = contact_values(connection, {each.contact for each in owed}, names | {"email", OWNER})
        return {
            each.touch: partial(_write, recipes[each.touch], each, instance, people.get(each.contact, {}))
            for each in owed
        }

    def _recipe(self, route: Route, instance: str, brand: Mapping[str, Any]) -> Recipe:
        assert route.account is not None
        assert isinstance(route.channel, Email)
        account = SmtpAccount(route.account.params)
        key = (route.version, route.node, repr(route.account.params), repr(brand))
        if key not in self._recipes:
            self._recipes[key] = Recipe(
                route.channel, account, category=route.category, attachments=self._attachments,
                brand=Brand(str(brand.get("name") or ""), str(brand.get("address") or "")),
                tracker=tracker_of(instance, account.public_url, self._secrets),
            )  # fmt: skip
        return self._recipes[key]


def _write(recipe: Recipe, owed: Owed, instance: str, values: Mapping[str, Any]) -> Message:
    to = recipe.node.to
    recipient = values.get("email") if to == CONTACT else values.get(OWNER) if to == OWNER else to
    route = owed.route
    key = message_key(
        instance,
        (
            route.strategy,
            owed.enrollment,
            owed.pass_,
            owed.round,
            route.node,
            owed.contact,
            route.channel.channel,
        ),
    )
    return recipe.write(Order(owed.touch, key, owed.first_try, str(recipient or ""), values))


def contact_values(
    connection: Connection, contacts: Iterable[int], names: Iterable[str]
) -> Mapping[int, Mapping[str, Any]]:
    """What merge fields show of some contacts; a field that nobody has is left out."""
    ids, catalogue = list(contacts), Contacts.load(connection)
    known = [catalogue.fields[name] for name in sorted(set(names)) if name in catalogue.fields]
    single = [each for each in known if each.kind != "choices"]
    table = catalogue.table
    columns = [table.c[each.column].label(f"v{number}") for number, each in enumerate(single)]
    zones = {row.id: row.zone for row in connection.execute(select(tables.place.c.id, tables.place.c.zone))}
    found: dict[int, dict[str, Any]] = {}
    for row in connection.execute(select(table.c.id, table.c.place, *columns).where(table.c.id.in_(ids))):
        zone = zones.get(row.place, "UTC")
        found[row.id] = {
            each.name: _shown(each, value, zone) for each, value in zip(single, row[2:], strict=True)
        }
    several = {each.id: each.name for each in known if each.kind == "choices"}
    if several:
        choice = tables.choice.c
        rows = select(choice.contact, choice.field, choice.value).where(
            choice.contact.in_(ids), choice.field.in_(several)
        )
        for contact, number, value in connection.execute(rows):
            found[contact].setdefault(several[number], []).append(value)
    return found


def _shown(known: ContactField, value: Any, zone: str) -> Any:
    if known.kind == "instant" and value is not None:
        return local(value, zone).strftime("%Y-%m-%d %H:%M")
    return from_stored(known.kind, value)
