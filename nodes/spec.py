"""What a node type is: params, ports, a line in words, checks, and a plan that describes without acting."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from sqlalchemy import ColumnElement

from nodes.fields import HasParams
from nodes.graph import Graph, Node
from nodes.rules import Rule, Test
from storage.base.problems import Problem
from storage.base.words import N_, _

Column = ColumnElement[Any]

# Port numbers of `step.node_port` and `counter.code` above every real port.
JUMPED, RESTING, ENDED, FAILED, SKIPPED, EXITED, ENTERED = 57, 58, 59, 60, 61, 62, 63
RUN_NODE = -1  # a token that wakes up to have its node looked at, not to take a port
COMING = -2  # a token that has not entered the node yet: others of its run move before


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contact lives, as far as clocks and calendars care."""

    zone: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Port:
    """A way out of a node: its id in the file and its name on the card (already in the reader's language)."""

    id: str
    label: str


class Cohort(Protocol):
    """What a node may read of the tokens that stand on it: columns, never rows."""

    @property
    def round(self) -> Column:
        """Jumps taken by the token so far."""
        ...

    @property
    def now(self) -> Column:
        """The instant of the wave, epoch seconds."""
        ...

    @property
    def arrived(self) -> Column:
        """The instant at which the token reached the node."""
        ...

    def rule(self, rule: Rule) -> ColumnElement[bool]:
        """Whether the rule holds for the contact, earlier writes of the segment included."""
        ...

    def bucket(self, salt: str, modulus: int) -> Column:
        """A salted hash of the contact, 0 … modulus − 1: sticky, and independent between salts."""
        ...

    def moment(self, when: "Moment", by: str | None = None) -> Column:
        """An instant worked out once per place (and value of the contact field `by`), epoch seconds or NULL."""
        ...

    def outcome(
        self, nodes: tuple[str, ...], outcomes: tuple[str, ...], until: Column | None = None
    ) -> ColumnElement[bool]:
        """Whether the message the token came by at one of `nodes` has one of `outcomes` (by `until`)."""
        ...

    def next_outcome(self, nodes: tuple[str, ...], outcomes: tuple[str, ...]) -> Column:
        """When the next of these outcomes that is known to come will come; NULL where none is."""
        ...

    def since_message(self, nodes: tuple[str, ...], deadline: "Moment") -> Column:
        """An instant worked out from when the message the token came by at one of `nodes` left; NULL without one."""
        ...

    def happened(self, event: str, tests: tuple[Test, ...], until: Column) -> ColumnElement[bool]:
        """Whether an event came by `until`, since the last message before this node left or, without one, arrival."""
        ...

    def field(self, name: str) -> Column | None:
        """The contact's value of a field, earlier writes included; None where nobody has such a field."""
        ...

    def jumps(self) -> Column:
        """How often the token has jumped from this node."""
        ...

    def write(self, name: str, value: object) -> Column | None:
        """`value` as a literal of the type of field `name`, ready for `Plan.writes`."""
        ...


Moment = Callable[[int, Place, Any], int | None]
"""(now, place, value of the field) -> instant; pure, called once per distinct combination in a wave."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to the tokens on a node: exactly one port, or a rest and the port taken after it.

    A token whose `hold_until` is not NULL rests until then (`FOREVER`: until an event of `waits_for`) and leaves by
    `resume`; every other leaves by `port` at once, or jumps where `jump` is not NULL. `ends` gives the reason with
    which the whole run ends here.
    """

    port: Column
    hold_until: Column | None = None
    resume: Column | None = None
    jump: Column | None = None
    writes: Mapping[str, Column] = field(default_factory=dict)
    tags_added: tuple[str, ...] = ()
    tags_removed: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    ends: str | None = None
    moves_to: str | None = None
    tasks: bool = False


FOREVER = 1 << 52


class Names(Protocol):
    """What a workspace knows by name, for checks, forms and sentences."""

    def field_label(self, name: str) -> str | None:
        """What a contact field is called; None where there is none."""
        ...

    def field_kind(self, name: str) -> str | None:
        """Its kind (`text number date instant choice choices yes_no`); None where there is none."""
        ...

    def field_filled(self, name: str) -> bool:
        """Whether at least one contact has a value there."""
        ...

    def has_account(self, name: str, channel: str) -> bool:
        """Whether an account of that name (or, for "", a default one) serves the channel."""
        ...

    def has_audience(self, name: str) -> bool:
        """Whether an audience or list of that name is saved."""
        ...

    def has_source(self, name: str) -> bool:
        """Whether a data source of that name is saved."""
        ...

    def has_strategy(self, name: str) -> bool:
        """Whether a strategy of that name exists."""
        ...


class NodeType(HasParams):
    """A kind of node. The docstring is its help page, the first line of it the tool tip."""

    type_id: ClassVar[str] = ""
    label: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    family: ClassVar[str] = ""
    entry: ClassVar[bool] = False
    waits: ClassVar[bool] = False  # tokens may rest here, so a loop through it cannot spin
    barrier: ClassVar[bool] = False  # the runtime acts here between two waves (fetching data, say)

    def __init__(self, node: Node, graph: Graph | None = None) -> None:
        self.node = node
        self.graph = graph or Graph()
        self.params = node.params

    def ports(self) -> tuple[Port, ...]:
        """The ways out, in order."""
        return (Port("out", _("Out")),)

    def summary(self, names: Names | None = None) -> str:
        """One line in words for the card."""
        return ""

    def check(self, names: Names | None = None) -> Iterator[Problem]:
        """Everything wrong with this node itself; places within the graph are checked in `nodes.check`."""
        known = {param.key for param in self.param_list()}
        for key in self.params:
            if key not in known:
                text = N_("“{label}” has a setting “{key}” that {type} does not know. Remove it.")
                yield Problem.error("unknown_param", text, label=self.title, key=key, type=self.type_id).at(
                    field=key
                )
        for param in self.param_list():
            yield from param.check(self.params)

    def plan(self, cohort: Cohort) -> Plan:
        """What happens to the tokens that stand here."""
        raise NotImplementedError

    @property
    def always_rests(self) -> bool:
        """Whether nobody can pass at once: a wave then ends here."""
        return False

    @property
    def title(self) -> str:
        """The marketer's label, else the type's name."""
        return self.node.label or _(self.label)

    def port_number(self, port: str) -> int:
        """The number under which the tables know a port."""
        return [each.id for each in self.ports()].index(port)

    @classmethod
    def tooltip(cls) -> str:
        """The first line of the help, in the reader's language."""
        return _((cls.__doc__ or "").strip().splitlines()[0])
