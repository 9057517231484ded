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
from collections.abc import Sequence

from canvas_app.runtime.salts import salt_number
from nodes.sandbox import sandbox_outcomes
from storage.contacts import salted
from tests.helpers.people import Happening, Person
from tests.helpers.plain_rules import passes, shifted
from tests.helpers.walk_nodes import Place
from tests.helpers.walked import CALLS, CHANNELS, ENDED, FAILED, JUMPED, SKIPPED, Run, Strategy, Token, Touch

HOUR = 3600
AT_ONCE = ("sent", "delivered", "failed", "unknown")
_REFUSALS = ("bounced", "complained", "unsubscribed")
_OUTCOME_EVENTS = ("opened", "clicked", "replied", "answered", *_REFUSALS)


class Walk(Place):
    """One contact's life with a strategy."""

    def __init__(self, strategy: Strategy, person: Person, start: int) -> None:
        super().__init__(strategy, person, start)
        self.coming = sorted(person.events, key=lambda each: each.at)
        self.person.events.extend(each for each in self.coming if each.at < start)
        self.coming = [each for each in self.coming if each.at >= start]
        self.runs: list[Run] = []
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
            self._goal(run)
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
                    self._again(run, token)

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
                    self._again(run, token)
        return True

    def _outcome(self, event: Happening) -> None:
        if event.type not in _OUTCOME_EVENTS:
            return
        node = event.properties.get("node")
        sent = [
            touch for run in self.runs for touch in run.touches
            if touch.node == node and touch.state in ("sent", "unknown") and (touch.at or 0) <= event.at
        ]  # fmt: skip
        if sent:
            for kind in (event.type, "opened") if event.type == "clicked" else (event.type,):
                max(reversed(sent), key=lambda touch: touch.at or 0).outcomes.setdefault(kind, event.at)
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

    def _again(self, run: Run, token: Token) -> None:
        """Look at the node of a waiting token again."""
        if token.due is None or token.due > self.now or token.port is not None:
            hit = self.decide(run, token)
            if hit is not None:
                token.due, token.port = self.now, hit

    # -- tokens ------------------------------------------------------------------------------------------------------

    def _tokens(self) -> bool:
        moved = False
        for run in self.runs:
            for token in run.tokens:
                if self.strategy.waits_for_events(token.node):
                    self._again(run, token)
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
        if node["type"] == "update_contact":
            self.changed = True
        if node["type"] in ("audience", "event_entry", "update_contact") and self._goal(run):
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
            run.touches.append(Touch(node, round_, self.opens(self.window(node))))
            return
        port = self.decide(run, token)
        if port is not None:
            run.tokens.remove(token)
            self._take(run, token, port)

    # -- what nodes do -----------------------------------------------------------------------------------------------

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
        reason = self.why_not(touch.node, channel)
        touch.at, token.due = self.now, self.now
        token.sent = None
        if reason is not None:
            touch.state, touch.reason, token.port = "skipped", reason, SKIPPED
            return
        if self.strategy.category == "marketing":
            self.used[self.today] += 1
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
