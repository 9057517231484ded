"""Changing what is known of a contact."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, literal

from nodes.fields import mapping, texts
from nodes.spec import Cohort, Column, Names, NodeType, Plan
from storage.base.durations import Duration
from storage.base.problems import Problem
from storage.base.words import N_, _


class UpdateContact(NodeType):
    """Set fields, add to a score, add or remove tags, or stop contacting somebody for a time."""

    type_id, label, icon, family = "update_contact", N_("Update contact"), "tag", "data"
    values = mapping(N_("Set"), key="set")
    add_tags = texts(N_("Add tags"))
    remove_tags = texts(N_("Remove tags"))
    suppress = mapping(N_("Do not contact"), advanced=True)

    def check(self, names: Names | None = None) -> Iterator[Problem]:
        """Something must change, and only fields that exist."""
        yield from super().check(names)
        if not any(self.params.get(key) for key in ("set", "add_tags", "remove_tags", "suppress")):
            text = N_("“{label}” changes nothing. Set a field or a tag.")
            yield Problem.error("missing_param", text, label=self.title).at(field="set")
        values = self.params.get("set")
        for name in values if isinstance(values, dict) else ():
            if names is not None and names.field_kind(name) is None:
                text = N_(
                    "“{label}” sets “{field}”, a field that does not exist yet. It is made when you publish."
                )
                yield Problem.info("new_field", text, label=self.title, field=name).at(field="set")
        span = self.params.get("suppress")
        if isinstance(span, dict) and span.get("for"):
            Duration.parse(span["for"])

    def summary(self, names: Names | None = None) -> str:
        """“+ VIP · Stage mql”."""
        parts = [f"+ {tag}" for tag in self.add_tags] + [f"− {tag}" for tag in self.remove_tags]
        for name, value in self.values.items():
            label = (names.field_label(name) if names else None) or name
            if isinstance(value, dict) and "add" in value:
                parts.append(f"{label} {value['add']:+g}")
            else:
                parts.append(_("{field} cleared", field=label) if value is None else f"{label} {value}")
        if self.suppress:
            parts.append(_("do not contact"))
        return " · ".join(parts)

    def plan(self, cohort: Cohort) -> Plan:
        """Everybody goes on, changed."""
        return Plan(
            port=literal(0),
            writes=dict(self._writes(cohort)),
            tags_added=self.add_tags,
            tags_removed=self.remove_tags,
        )

    def _writes(self, cohort: Cohort) -> Iterator[tuple[str, Column]]:
        values: Mapping[str, Any] = self.values
        for name, value in values.items():
            if isinstance(value, dict) and "add" in value:
                present = cohort.field(name)
                if present is not None:
                    yield name, func.coalesce(present, 0) + value["add"]
            else:
                written = cohort.write(name, value)
                if written is not None:
                    yield name, written
