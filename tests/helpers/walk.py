"""Strategies walked in plain Python, contact by contact, token by token, event by event: the oracle for the engine.

Written from the contract. Where it is silent this is how it is read here:
- Instants at which nothing of a contact is due do not matter, so each contact is walked on its own.
- At one instant: goals that turn true by time (full hours), entries, events; then tokens by (loop round, topological
  order); then messages that are due; and again from the events on until nothing is left. So a message never overtakes
  what waits for nothing (`[email, exit]` sends nothing), and what is known of it is known to the next node.
- Topological order: depth first from the entries in the order of the file, everything behind an earlier edge before
  what is behind a later one, unless it must come after.
- Goal and exit rule are looked at on entry (the entry node is passed, nothing after it), after each event, after each
  `update_contact` of the run, and each full hour. Rule waits and other runs of a contact that was changed like that are
  looked at when all tokens of the instant have moved.
- “The message before a wait” is the last one the token came by; where it was not sent, events count from arrival.
  “The one the contact came by” is the run's newest message at one of the nodes, no later round than the token's.
- A result split without any such message decides at once; a message that was skipped or failed counts from then.
- `reentry.gap` has passed when the end of the last run lies no later than `gap` before now by the contact's calendar.
- Events before the strategy was published let nobody in; rules count them.
- With `reentry.key` an event without the property lets nobody in.
- Jumps of a `goto` (or of an edge with `max_passes`) are counted per run.
- A later bounce, complaint or unsubscribing of a sandbox is an event of that instant.
Hashes (A/B, hold-out, rates) are the project's own; nothing else is.
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from canvas_app.runtime.salts import salt_number
from nodes.sandbox import sandbox_outcomes
from storage.contacts import salted
from tests.helpers.people import FIELDS, Happening, Person
from tests.helpers.plain_rules import Look, holds, midnight, moved_wall, passes, shifted

HOUR = 3600
CHANNELS = {"email": "email", "sms": "phone", "ai_call": "phone"}
CALLS = ("ai_call",)
AT_ONCE = ("sent", "delivered", "failed", "unknown")
FAILED, SKIPPED, JUMPED, ENDED = "failed", "skipped", "jump", "end"
_REFUSALS = ("bounced", "complained", "unsubscribed")
_OUTCOME_EVENTS = ("opened", "clicked", "replied", "answered", *_REFUSALS)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Step = tuple[str, str, int, int]
"""Node, port, loop round, time."""


@dataclass
class Touch:
    """A message owed or sent."""

    node: str
    round: int
    not_before: int
    state: str = "pending"
    reason: str | None = None
    at: int | None = None
    outcomes: dict[str, int] = field(default_factory=dict)

    def known(self, now: int) -> set[str]:
        """What is known to have become of it."""
        return {kind for kind, at in self.outcomes.items() if at <= now} | {self.state}


@dataclass(eq=False)
class Token:
    """Where somebody stands: `port` is taken when it is due."""

    node: str
    round: int
    arrived: int
    due: int | None
    port: str | None = None
    sent: int | None = None  # when the last message it came by left


@dataclass
class Run:
    """One passage of a contact."""

    number: int
    by: str
    key: str | None
    entered: int
    state: str = "active"
    reason: str | None = None
    ended: int | None = None
    goal_at: int | None = None
    tokens: list[Token] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    visited: set[tuple[str, int]] = field(default_factory=set)
    jumps: Counter[str] = field(default_factory=Counter)


@dataclass
class Strategy:
    """A strategy file with what the walk looks up in it; `sandboxes`: params of the default account by channel."""

    file: Mapping[str, Any]
    salt: int
    sandboxes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    home_zone: str = "UTC"
    cap: int = 2

    def __post_init__(self) -> None:
        self.settings: Mapping[str, Any] = self.file.get("settings", {})
        self.nodes: dict[str, Mapping[str, Any]] = {node["id"]: node for node in self.file["nodes"]}
        self.edges: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for edge in self.file["edges"]:
            self.edges.setdefault((edge["from"], edge["port"]), []).append(edge)
        self.zone = self.settings.get("timezone") or self.home_zone
        self.category = self.settings.get("category", "marketing")
        self.entries = [
            key
            for key, node in self.nodes.items()
            if node["type"] in ("audience", "event_entry") and not node.get("off")
        ]
        self.order = self._topological()
        self.entries.sort(key=self.order.__getitem__)

    def params(self, node: str) -> Mapping[str, Any]:
        """The params of a node."""
        found: Mapping[str, Any] = self.nodes[node].get("params", {})
        return found

    def ports(self, node: str) -> list[str]:
        """The ports of a node, in order."""
        params = self.params(node)
        match self.nodes[node]["type"]:
            case "rule_split" | "result_split":
                return [*(branch["port"] for branch in params["branches"]), "else"]
            case "ab_split":
                return [arm["port"] for arm in params["arms"]]
            case "wait_for":
                return ["hit", "timeout"]
            case "goto":
                return ["exhausted"]
            case "exit":
                return []
        return ["out"]

    def waits_for_events(self, node: str) -> bool:
        """Whether an event or a result may move a token on; a rule wait is looked at with the goals."""
        return self.nodes[node]["type"] in ("wait_for", "result_split") and "rule" not in self.params(node)

    def out(self, node: str, port: str) -> list[Mapping[str, Any]]:
        """The edges of a port, in order."""
        return self.edges.get((node, port), [])

    def _onward(self, node: str) -> Iterator[str]:
        """The nodes that follow a node, past those that are off."""
        ports = self.ports(node)[:1] if self.nodes[node].get("off") else self.ports(node)
        for edge in self.file["edges"]:
            if edge["from"] == node and edge["port"] in ports and "max_passes" not in edge:
                target = edge["to"]
                if self.nodes[target].get("off"):
                    yield from self._onward(target)
                else:
                    yield target

    def _topological(self) -> dict[str, int]:
        finished: list[str] = []

        def visit(node: str) -> None:
            if node in finished:
                return
            for target in reversed(list(dict.fromkeys(self._onward(node)))):
                visit(target)
            finished.append(node)

        live = [node for node in self.nodes if not self.nodes[node].get("off")]
        targets = {target for node in live for target in self._onward(node)}
        for root in reversed([node for node in live if node not in targets]):
            visit(root)
        return {node: place for place, node in enumerate(reversed(finished))}


class Walk:
    """One contact's life with a strategy."""

    def __init__(self, strategy: Strategy, person: Person, start: int) -> None:
        self.strategy, self.start, self.now = strategy, start, start
        self.person = Person(person.number, person.zone, person.country, dict(person.fields), set(person.tags),
                             dict(person.consent), set(person.lists), [], person.email, person.phone)  # fmt: skip
        self.zone = person.zone or strategy.zone
        self.coming = sorted(person.events, key=lambda each: each.at)
        self.person.events.extend(each for each in self.coming if each.at < start)
        self.coming = [each for each in self.coming if each.at >= start]
        self.runs: list[Run] = []
        self.suppressed: set[str] = set()  # channels
        self.used: Counter[date] = Counter()
        self.entered: Counter[str] = Counter()
        self.exited: Counter[str] = Counter()
        self.changed = False

    # -- time --------------------------------------------------------------------------------------------------------

    def until(self, end: int) -> "Walk":
        """Live on to an instant, included."""
        moment: int | None = self.start
        while moment is not None and moment <= end:
            self.now = moment
            self._tick(first=moment == self.start)
            moment = self._next()
        return self

    def _next(self) -> int | None:
        active = [run for run in self.runs if run.state == "active"]
        found = [token.due for run in active for token in run.tokens if token.due is not None]
        found += [touch.not_before for run in active for touch in run.touches if touch.state == "pending"]
        found += [
            at for run in active for touch in run.touches for at in touch.outcomes.values() if at > self.now
        ]
        found += [event.at for event in self.coming[:1]]
        if self.runs and self._timed():
            found.append((self.now // HOUR + 1) * HOUR)
        later = [at for at in found if at > self.now]
        return min(later, default=None)

    def _timed(self) -> bool:
        rules = [self.strategy.settings.get("goal"), self.strategy.settings.get("exit_when")]
        rules += [
            self.strategy.params(key).get("rule")
            for key, node in self.strategy.nodes.items()
            if node["type"] == "wait_for"
        ]
        return any("within" in str(rule) or "'P" in str(rule) or "'-P" in str(rule) for rule in rules if rule)

    def _tick(self, *, first: bool) -> None:
        batch = [event for event in self.coming if event.at <= self.now]
        self.coming = [event for event in self.coming if event.at > self.now]
        self.person.events.extend(batch)
        if self.now % HOUR == 0 and self._timed():
            self._look()
        if first:
            for entry in self.strategy.entries:
                params = self.strategy.params(entry)
                if self.strategy.nodes[entry]["type"] == "audience" and self.holds(
                    params.get("rule", {"all": []})
                ):
                    self._enter(entry, "audience")
        while self._events(batch) or self._tokens() or self._messages():
            batch = []

    def holds(self, rule: Mapping[str, Any], run: Run | None = None, *, in_pass: bool = False) -> bool:
        """Whether a rule is true now; for a run only events of its key count, and with `in_pass` of its pass."""
        if run is None:
            return holds(rule, Look(self.person, self.now, self.strategy.zone))
        since = run.entered if in_pass else None
        only = partial(self._concerns, run)
        return holds(rule, Look(self.person, self.now, self.strategy.zone, since=since, only=only))

    def _concerns(self, run: Run, event: Happening) -> bool:
        key = self.strategy.settings.get("reentry", {}).get("key")
        value = event.properties.get(key) if key else None
        return value is None or run.key is None or str(value) == run.key

    # -- entering and leaving ----------------------------------------------------------------------------------------

    def _enter(self, entry: str, by: str, key: str | None = None) -> None:
        if not self._may_enter(key):
            return
        reentry = self.strategy.settings.get("reentry", {})
        for run in self.runs:
            if run.state == "active" and reentry.get("mode") == "always" and key is None:
                self._leave(run, "reentered")
        run = Run(len(self.runs) + 1, by, key, self.now)
        self.runs.append(run)
        share = self.strategy.settings.get("holdout") or 0
        if (
            salted(self.person.bucket, self.strategy.salt ^ salt_number("holdout"), 1_000_000)
            < share * 10_000
        ):
            run.state = "held_out"
            return
        self.entered[entry] += 1
        run.visited.add((entry, 0))
        run.tokens.append(Token(entry, 0, self.now, self.now, "out"))

    def _may_enter(self, key: str | None) -> bool:
        reentry = self.strategy.settings.get("reentry", {})
        mode = reentry.get("mode", "never")
        if key is not None:
            return all(run.key != key for run in self.runs)
        if mode == "never" or any(run.state == "held_out" for run in self.runs):
            return not self.runs
        if mode == "always":
            return True
        limit = shifted(self.now, reentry["gap"], self.zone, back=True) if reentry.get("gap") else self.now
        return all(run.ended is not None and run.ended <= limit for run in self.runs)

    def _leave(self, run: Run, reason: str | None, state: str = "exited") -> None:
        for token in run.tokens:
            self.exited[token.node] += 1
        run.tokens.clear()
        for touch in run.touches:
            if touch.state == "pending":
                touch.state, touch.at = "cancelled", self.now
        run.state, run.reason, run.ended = state, reason, self.now

    def _look(self) -> None:
        """Goal, exit rule and rule waits."""
        for run in self.runs:
            self._goal(run)
        for run in self.runs:
            for token in run.tokens:
                if self.strategy.nodes[token.node]["type"] == "wait_for" and "rule" in self.strategy.params(
                    token.node
                ):
                    self._again(token)

    def _goal(self, run: Run) -> bool:
        goal, leave = self.strategy.settings.get("goal"), self.strategy.settings.get("exit_when")
        if goal and run.goal_at is None and self.holds(goal, run, in_pass=True):
            run.goal_at = self.now
        if any(token.node in self.strategy.entries for token in run.tokens):
            return False
        if run.state == "active" and goal and run.goal_at is not None:
            self._leave(run, "goal")
        elif run.state == "active" and leave and self.holds(leave, run, in_pass=True):
            self._leave(run, "exit_rule")
        return run.state != "active"

    # -- events ------------------------------------------------------------------------------------------------------

    def _events(self, batch: Sequence[Happening]) -> bool:
        if not batch:
            return False
        for event in batch:
            self._outcome(event)
        self._look()
        for entry in self.strategy.entries:
            self._enter_by(entry, batch)
        for run in self.runs:
            for token in run.tokens:
                if self.strategy.waits_for_events(token.node):
                    self._again(token)
        return True

    def _outcome(self, event: Happening) -> None:
        if event.type not in _OUTCOME_EVENTS:
            return
        node = event.properties.get("node")
        sent = [
            touch for run in self.runs for touch in run.touches
            if touch.node == node and touch.state in ("sent", "unknown") and touch.at is not None and touch.at <= event.at
        ]  # fmt: skip
        if sent:
            for kind in (event.type, "opened") if event.type == "clicked" else (event.type,):
                max(sent, key=lambda touch: touch.at or 0).outcomes.setdefault(kind, event.at)
        channel = event.properties.get("channel") or self.strategy.nodes.get(str(node), {}).get(
            "type", "email"
        )
        self._refuse(event.type, channel)

    def _refuse(self, outcome: str, channel: str) -> None:
        if outcome == "unsubscribed":
            self.person.consent[channel] = False
        elif outcome in ("bounced", "complained"):
            self.suppressed.add(channel)

    def _enter_by(self, entry: str, batch: Sequence[Happening]) -> None:
        params = self.strategy.params(entry)
        if self.strategy.nodes[entry]["type"] != "event_entry":
            return
        fit = [
            event for event in batch if event.type == params["event"] and passes(event, params.get("where"))
        ]
        key = self.strategy.settings.get("reentry", {}).get("key")
        if not key:
            if fit:
                self._enter(entry, "event")
            return
        for value in dict.fromkeys(
            str(event.properties[key]) for event in fit if event.properties.get(key) not in (None, "")
        ):
            self._enter(entry, "event", value)

    def _again(self, token: Token) -> None:
        """Look at the node of a waiting token again."""
        if token.due is None or token.due > self.now or token.port is not None:
            hit = self._decide(token)
            if hit is not None:
                token.due, token.port = self.now, hit

    # -- tokens ------------------------------------------------------------------------------------------------------

    def _tokens(self) -> bool:
        moved = False
        for run in self.runs:
            for token in run.tokens:
                if self.strategy.waits_for_events(token.node):
                    self._again(token)
        while True:
            due = [
                (run.number, token.round, self.strategy.order[token.node], index, run, token)
                for run in self.runs
                for index, token in enumerate(run.tokens)
                if token.due is not None and token.due <= self.now and token.port is not None
            ]
            arriving = [(*self._arrivals[0][:3], -1)] if self._arrivals else []
            if not due and not arriving and self.changed:
                self.changed = False
                self._look()
                continue
            if not due and not arriving:
                break
            moved = True
            if arriving and (not due or arriving[0] <= min(due)[:4]):
                number, round_, _place, node, _count, sent = heapq.heappop(self._arrivals)
                run = self.runs[number - 1]
                if run.state == "active":
                    self._arrive(run, node, round_, sent)
                    self._settle(run)
                continue
            *_, run, token = min(due, key=lambda each: each[:4])
            run.tokens.remove(token)
            assert token.port is not None
            self._take(run, token, token.port)
            self._settle(run)
        return moved

    _count = 0

    @property
    def _arrivals(self) -> list[tuple[int, int, int, str, int, int | None]]:
        found: list[tuple[int, int, int, str, int, int | None]] = self.__dict__.setdefault("_heap", [])
        return found

    def _settle(self, run: Run) -> None:
        """A run without a token is over."""
        if run.state == "active" and not run.tokens and all(each[0] != run.number for each in self._arrivals):
            run.state, run.ended = "completed", self.now

    def _take(self, run: Run, token: Token, port: str) -> None:
        """Leave a node by a port."""
        run.steps.append((token.node, port, token.round, self.now))
        node = self.strategy.nodes[token.node]
        if node["type"] in ("audience", "event_entry") and self._goal(run):
            return
        if port == SKIPPED and self.strategy.params(token.node).get("if_unreachable") == "exit":
            self._leave(run, "unreachable")
            return
        if port == ENDED:
            self._leave(run, self.strategy.params(token.node).get("reason") or None)
            return
        if port == JUMPED:
            self._go(run, self.strategy.params(token.node)["node"], token.round + 1, token.sent)
            return
        self._follow(run, token.node, "out" if port in (FAILED, SKIPPED) else port, token.round, token.sent)

    def _follow(self, run: Run, node: str, port: str, round_: int, sent: int | None) -> None:
        for edge in self.strategy.out(node, port):
            if "max_passes" not in edge:
                self._go(run, edge["to"], round_, sent)
                continue
            name = f"{node}.{port}.{edge['to']}"
            if run.jumps[name] < edge["max_passes"]:
                run.jumps[name] += 1
                self._go(run, edge["to"], round_ + 1, sent)

    def _go(self, run: Run, node: str, round_: int, sent: int | None) -> None:
        if self.strategy.nodes[node].get("off"):
            for port in self.strategy.ports(node)[:1]:
                self._follow(run, node, port, round_, sent)
            return
        self._count += 1
        place = self.strategy.order[node]
        heapq.heappush(self._arrivals, (run.number, round_, place, node, self._count, sent))

    def _arrive(self, run: Run, node: str, round_: int, sent: int | None) -> None:
        if (node, round_) in run.visited:
            return
        run.visited.add((node, round_))
        self.entered[node] += 1
        token = Token(node, round_, self.now, None, None, sent)
        run.tokens.append(token)
        if self.strategy.nodes[node]["type"] in CHANNELS:
            run.touches.append(Touch(node, round_, self._opens(self._window(node))))
            return
        port = self._decide(token)
        if port is not None:
            run.tokens.remove(token)
            self._take(run, token, port)

    # -- what nodes do -----------------------------------------------------------------------------------------------

    def _decide(self, token: Token) -> str | None:
        """The port a token takes now; None: it rests, and `due` and `port` say how long."""
        run = next(run for run in self.runs if token in run.tokens)
        params = self.strategy.params(token.node)
        match self.strategy.nodes[token.node]["type"]:
            case "rule_split":
                return next(
                    (each["port"] for each in params["branches"] if self.holds(each["rule"], run)), "else"
                )
            case "ab_split":
                return self._arm(token.node, params["arms"])
            case "update_contact":
                self._update(params)
                self._after_write(run, token)
                return "out" if run.state == "active" else None
            case "goto":
                if run.jumps[token.node] >= params["max_passes"]:
                    return "exhausted"
                run.jumps[token.node] += 1
                return JUMPED
            case "exit":
                return ENDED
            case "delay":
                return self._rest(token, self._delayed(params), "out")
            case "wait_for":
                return self._waited(run, token, params)
            case "result_split":
                return self._result(run, token, params)
        raise AssertionError(token.node)

    def _rest(self, token: Token, due: int, port: str) -> str | None:
        if due <= self.now:
            return port
        token.due, token.port = due, port
        return None

    def _arm(self, node: str, arms: Sequence[Mapping[str, Any]]) -> str:
        spot = salted(self.person.bucket, self.strategy.salt ^ salt_number(node), 1_000_000)
        total, reached = sum(arm["weight"] for arm in arms), 0.0
        for arm in arms:
            reached += arm["weight"]
            if spot < round(1_000_000 * reached / total):
                return str(arm["port"])
        raise AssertionError(spot)

    def _update(self, params: Mapping[str, Any]) -> None:
        fields = self.person.fields
        for name, value in params.get("set", {}).items():
            if value is None:
                fields.pop(name, None)
            else:
                fields[name] = (
                    fields.get(name, 0) + value["add"] if isinstance(value, dict) else _typed(name, value)
                )
        self.person.tags -= set(params.get("remove_tags", ()))
        self.person.tags |= set(params.get("add_tags", ()))

    def _after_write(self, run: Run, token: Token) -> None:
        """The run that wrote looks at its goal at once; everything else when all tokens of this instant have moved."""
        run.tokens.remove(token)
        active = {each.number for each in self.runs if each.state == "active"}
        self.changed = True
        self._goal(run)
        if run.state == "active":
            run.tokens.append(token)
        elif run.number in active:
            run.steps.append((token.node, "out", token.round, self.now))

    def _delayed(self, params: Mapping[str, Any]) -> int:
        due = self.now
        if "for" in params:
            due = shifted(self.now, params["for"], self.zone, workday=self._workday)
        elif "until" in params:
            due = int(datetime.fromisoformat(params["until"]).timestamp())
        elif "until_field" in params and (day := self.person.fields.get(params["until_field"])) is not None:
            wall = datetime(day.year, day.month, day.day)
            moved, sign, seconds = moved_wall(wall, params.get("offset", "P0D"), workday=self._workday)
            due = int(moved.replace(tzinfo=ZoneInfo(self.zone)).timestamp()) + sign * seconds
        due = max(due, self.now)
        for window in ({"at": params["at"]} if params.get("at") else None, params.get("window")):
            due = self._opens(window, due)
        return due

    def _waited(self, run: Run, token: Token, params: Mapping[str, Any]) -> str | None:
        deadline = shifted(token.arrived, params["timeout"], self.zone, workday=self._workday)
        if "rule" in params:
            hit = self.holds(params["rule"], run)
        elif "event" in params:
            since = token.arrived if token.sent is None else token.sent
            hit = any(
                event.type == params["event"] and since <= event.at <= deadline and passes(event, params.get("where"))
                and self._concerns(run, event)
                for event in self.person.events
            )  # fmt: skip
        else:
            touch = self._message(run, token, params["of"])
            wanted = set(params["outcomes"])
            hit = touch is not None and bool(wanted & touch.known(min(self.now, deadline)))
        return "hit" if hit else self._rest(token, deadline, "timeout")

    def _result(self, run: Run, token: Token, params: Mapping[str, Any]) -> str | None:
        touch = self._message(run, token, params["of"])
        known = touch.known(self.now) if touch is not None else set()
        for branch in params["branches"]:
            if known & set(branch["outcomes"]):
                return str(branch["port"])
        if "wait" not in params or touch is None or touch.at is None:
            return "else"
        return self._rest(token, shifted(touch.at, params["wait"], self.zone, workday=self._workday), "else")

    def _message(self, run: Run, token: Token, of: str | Sequence[str]) -> Touch | None:
        nodes = [of] if isinstance(of, str) else of
        found = [touch for touch in run.touches if touch.node in nodes and touch.round <= token.round]
        return max(reversed(found), key=lambda touch: touch.round, default=None)

    # -- windows -----------------------------------------------------------------------------------------------------

    def _workday(self, day: date) -> bool:
        return _workday(self.person.country, day)

    def _window(self, node: str) -> Mapping[str, Any] | None:
        own = self.strategy.params(node).get("window")
        if own or self.strategy.category == "transactional":
            return own
        return self.strategy.settings.get("send_window")

    def _opens(self, window: Mapping[str, Any] | None, at: int | None = None) -> int:
        at = self.now if at is None else at
        if window is None or window.get("outside") == "skip" or self._is_open(window, at):
            return at
        day = datetime.fromtimestamp(at, ZoneInfo(self.zone)).date()
        hour, minute = map(int, (window.get("at") or window.get("start")).split(":"))
        while True:
            opening = midnight(day, self.zone)
            wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(self.zone))
            opening = int(wall.timestamp())
            if opening > at and self._is_open(window, opening):
                return opening
            day += timedelta(days=1)

    def _is_open(self, window: Mapping[str, Any], at: int) -> bool:
        wall = datetime.fromtimestamp(at, ZoneInfo(self.zone))
        time, day = wall.strftime("%H:%M"), wall.date()
        if "at" in window:
            inside = time == window["at"]
        elif window["start"] < window["end"]:
            inside = window["start"] <= time < window["end"]
        else:
            inside = time >= window["start"] or time < window["end"]
            day -= timedelta(days=time < window["end"])
        if window.get("days") and DAYS[day.weekday()] not in window["days"]:
            return False
        country = self.person.country if window.get("calendar") == "contact" else window.get("calendar")
        return inside and (window.get("calendar") is None or _workday(country or "", day))

    # -- messages ----------------------------------------------------------------------------------------------------

    def _messages(self) -> bool:
        due = [
            (touch.not_before, self.strategy.order[touch.node], touch.round, run.number, index)
            for run in self.runs
            for index, touch in enumerate(run.touches)
            if touch.state == "pending" and touch.not_before <= self.now
        ]
        for _not_before, _place, _round, number, index in sorted(due):
            run = self.runs[number - 1]
            self._send(run, run.touches[index])
        return bool(due)

    def _send(self, run: Run, touch: Touch) -> None:
        token = next(each for each in run.tokens if (each.node, each.round) == (touch.node, touch.round))
        channel = self.strategy.nodes[touch.node]["type"]
        reason = self._why_not(touch.node, channel)
        touch.at, token.due = self.now, self.now
        token.sent = None
        if reason is not None:
            touch.state, touch.reason, token.port = "skipped", reason, SKIPPED
            return
        if self.strategy.category == "marketing":
            self.used[datetime.fromtimestamp(self.now, ZoneInfo(self.zone)).date()] += 1
        params = self.strategy.sandboxes.get(channel, {})
        after = shifted(0, params.get("after", "PT0S"), "UTC")
        value = self.person.fields.get(params.get("outcome_field", ""))
        is_call = channel in CALLS
        found = sandbox_outcomes(params, self.person.bucket, value, touch.node, is_call=is_call)
        touch.state = "failed" if "failed" in found else "unknown" if "unknown" in found else "sent"
        for outcome in found:
            at = self.now if outcome in AT_ONCE else self.now + after
            if outcome in _REFUSALS and at > self.now:
                about = {"node": touch.node, "channel": channel, "strategy": self.strategy.file["name"]}
                self.coming = sorted([*self.coming, Happening(outcome, at, about)], key=lambda each: each.at)
                continue
            touch.outcomes[outcome] = at
            self._refuse(outcome, channel)
        token.sent = None if touch.state == "failed" else self.now
        token.port = FAILED if touch.state == "failed" else "out"
        if is_call and touch.state != "failed":
            token.due = self.now + after

    def _why_not(self, node: str, channel: str) -> str | None:
        marketing = self.strategy.category == "marketing"
        consent = self.person.consent.get(channel)
        today = datetime.fromtimestamp(self.now, ZoneInfo(self.zone)).date()
        window = self._window(node)
        reasons = {
            "suppressed": channel in self.suppressed,
            "no_address": not self.person.address(CHANNELS[channel]),
            "bad_address": channel == "email" and "@" not in (self.person.address("email") or ""),
            "unsubscribed": marketing and consent is False,
            "no_consent": marketing and consent is None,
            "cap": marketing and self.used[today] >= self.strategy.cap,
            "quiet_hours": window is not None
            and window.get("outside") == "skip"
            and not self._is_open(window, self.now),
        }
        return next((reason for reason, holds_ in reasons.items() if holds_), None)


def _workday(country: str, day: date) -> bool:
    """Whether people in a country work on a day, of the countries and years that tests use."""
    free = {"DE": {date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1)}}
    return day.weekday() < 5 and day not in free.get(country, set())


def _typed(name: str, value: Any) -> Any:
    if FIELDS.get(name) == "date":
        return date.fromisoformat(value)
    return value


def walk(strategy: Strategy, people: Sequence[Person], start: int, end: int) -> Iterator[Walk]:
    """Walk every contact from the moment the strategy is published."""
    for person in people:
        yield Walk(strategy, person, start).until(end)
