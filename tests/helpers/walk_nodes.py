"""What happens to one contact at one node of a strategy, in plain Python (see `tests.helpers.walk`)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from canvas_app.runtime.salts import salt_number
from storage.contacts import salted
from tests.helpers.openings import is_open, is_workday, opens
from tests.helpers.people import FIELDS, Happening, Person
from tests.helpers.plain_rules import Look, holds, moved_wall, passes, shifted
from tests.helpers.walked import CHANNELS, ENDED, JUMPED, Run, Strategy, Token, Touch


class Place:
    """A contact on its way, as far as single nodes care."""

    def __init__(self, strategy: Strategy, person: Person, start: int) -> None:
        self.strategy, self.start, self.now = strategy, start, start
        self.person = Person(person.number, person.zone, person.country, dict(person.fields), set(person.tags),
                             dict(person.consent), set(person.lists), [], person.email, person.phone)  # fmt: skip
        self.zone = person.zone or strategy.zone
        self.suppressed: set[str] = set()  # channels
        self.used: Counter[date] = Counter()

    @property
    def today(self) -> date:
        """The local day."""
        return datetime.fromtimestamp(self.now, ZoneInfo(self.zone)).date()

    def holds(self, rule: Mapping[str, Any], run: Run | None = None, *, in_pass: bool = False) -> bool:
        """Whether a rule is true now; for a run only events of its key count, and with `in_pass` of its pass."""
        if run is None:
            return holds(rule, Look(self.person, self.now, self.strategy.zone))
        since = run.entered if in_pass else None
        only = partial(self.concerns, run)
        return holds(rule, Look(self.person, self.now, self.strategy.zone, since=since, only=only))

    def concerns(self, run: Run, event: Happening) -> bool:
        """Whether an event may count for a run."""
        key = self.strategy.settings.get("reentry", {}).get("key")
        value = event.properties.get(key) if key else None
        return value is None or run.key is None or str(value) == run.key

    # -- nodes -------------------------------------------------------------------------------------------------------

    def decide(self, run: Run, token: Token) -> str | None:
        """The port a token takes now; None: it rests, and `due` and `port` say how long."""
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
                return "out"
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
            due = self.opens(window, due)
        return due

    def _waited(self, run: Run, token: Token, params: Mapping[str, Any]) -> str | None:
        deadline = shifted(token.arrived, params["timeout"], self.zone, workday=self._workday)
        if "rule" in params:
            hit = self.holds(params["rule"], run)
        elif "event" in params:
            since = token.arrived if token.sent is None else token.sent
            hit = any(
                event.type == params["event"] and since <= event.at <= deadline and passes(event, params.get("where"))
                and self.concerns(run, event)
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

    # -- windows and messages ------------------------------------------------------------------------------------------

    def _workday(self, day: date) -> bool:
        return is_workday(self.person.country, day)

    def window(self, node: str) -> Mapping[str, Any] | None:
        """The send window of a message: its own, else the strategy's."""
        own: Mapping[str, Any] | None = self.strategy.params(node).get("window")
        if own or self.strategy.category == "transactional":
            return own
        return self.strategy.settings.get("send_window")

    def opens(self, window: Mapping[str, Any] | None, at: int | None = None) -> int:
        """When a window lets something out."""
        return opens(window, self.now if at is None else at, self.zone, self.person.country)

    def why_not(self, node: str, channel: str) -> str | None:
        """The first reason not to send."""
        marketing = self.strategy.category == "marketing"
        consent = self.person.consent.get(channel)
        window = self.window(node)
        reasons = {
            "suppressed": channel in self.suppressed,
            "no_address": not self.person.address(CHANNELS[channel]),
            "bad_address": channel == "email" and "@" not in (self.person.address("email") or ""),
            "unsubscribed": marketing and consent is False,
            "no_consent": marketing and consent is None,
            "cap": marketing and self.used[self.today] >= self.strategy.cap,
            "quiet_hours": window is not None
            and window.get("outside") == "skip"
            and not is_open(window, self.now, self.zone, self.person.country),
        }
        return next((reason for reason, holds_ in reasons.items() if holds_), None)


def _typed(name: str, value: Any) -> Any:
    if FIELDS.get(name) == "date":
        return date.fromisoformat(value)
    return value
