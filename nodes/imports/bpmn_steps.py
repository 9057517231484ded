"""What an element of BPMN becomes: by its kind, the event it waits for, and how many ways lead out."""

from nodes.graph import Params
from nodes.imports.sketch import WALK_PAST, Step, literal, one_line, slug
from nodes.imports.xml import Tag
from storage.base.durations import Duration
from storage.base.errors import UserError

ACTIVITIES = (
    "task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask",
    "callActivity",
)  # fmt: skip
GATEWAYS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway")
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
SUB_PROCESSES = ("subProcess", "transaction", "adHocSubProcess")
CHOOSING = ("exclusiveGateway", "inclusiveGateway", "complexGateway")
_PASSING = Step(WALK_PAST, off=True)
_STANDING_IN = Step(WALK_PAST, off=True, stand_in=True)


def trigger_of(tag: Tag) -> str:
    """What an event is about: `timer`, `message` …; nothing for a plain one."""
    suffix = "EventDefinition"
    return next((each.name.removesuffix(suffix) for each in tag.inside if each.name.endswith(suffix)), "")


def step_of(tag: Tag, *, inner: bool, parallel: bool) -> Step:
    """What an element becomes; `inner`: inside a sub-process; `parallel`: others may still be on their way."""
    match tag.name:
        case "task" | "userTask" | "manualTask":
            return Step("task", _task(tag))
        case "sendTask":
            return Step("email")
        case "receiveTask":
            return Step("wait_for", {"event": _event(tag)})
        case "scriptTask" | "businessRuleTask":
            return Step(WALK_PAST, stand_in=True)
        case "serviceTask" | "callActivity":
            return Step("connector", stand_in=True)
        case "startEvent":
            return _start(tag, inner=inner)
        case "endEvent":
            return _end(tag, inner=inner, parallel=parallel)
        case "intermediateCatchEvent":
            return _catch(tag)
        case "intermediateThrowEvent":
            trigger = trigger_of(tag)
            return Step("email") if trigger == "message" else _STANDING_IN if trigger else _PASSING
        case "boundaryEvent":
            return Step("event_entry", {"event": _event(tag)}, stand_in=True)
        case "eventBasedGateway":
            return _STANDING_IN
        case _:
            return _PASSING


def _start(tag: Tag, *, inner: bool) -> Step:
    trigger = trigger_of(tag)
    if inner and not trigger:
        return _PASSING
    return Step("audience") if trigger in ("", "timer") else Step("event_entry", {"event": _event(tag)})


def _end(tag: Tag, *, inner: bool, parallel: bool) -> Step:
    trigger = trigger_of(tag)
    if trigger == "terminate" or (trigger == "" and not inner and not parallel):
        return Step("exit")
    return _STANDING_IN if trigger else _PASSING


def _catch(tag: Tag) -> Step:
    match trigger_of(tag):
        case "timer":
            span = next((one_line(each.text) for each in tag.below() if each.name == "timeDuration"), "")
            return Step("delay", {"for": span} if _is_duration(span) else {})
        case "link" | "":
            return _PASSING
        case _:
            return Step("wait_for", {"event": _event(tag)})


def _is_duration(text: str) -> bool:
    try:
        return Duration.parse(text).sign > 0
    except UserError:
        return False


def _task(tag: Tag) -> Params:
    said = next((each.text for each in tag.inside if each.name == "documentation"), "")
    params = {"title": one_line(literal(tag.get("name"))), "note": literal(said)}
    return {key: value for key, value in params.items() if value}


def _event(tag: Tag) -> str:
    return slug(tag.get("name")) or slug(trigger_of(tag)) or "event"
