"""What a node of n8n becomes: by its type, with what can be kept of its parameters."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from nodes.graph import Json, Params
from nodes.imports.sketch import (
    WALK_PAST,
    Step,
    list_of,
    literal,
    mapping_of,
    number_of,
    one_line,
    slug,
    split,
)
from storage.base.words import _

MOST_WAYS = 50
_BY_CLOCK = ("manualTrigger", "scheduleTrigger", "cron", "interval", "start", "manualChatTrigger")
_STARTS = (*_BY_CLOCK, "webhook", "emailReadImap")
_PASSING = ("noOp", "merge", "respondToWebhook", "stickyNote", "limit")
_MAIL = (
    "emailSend",
    "gmail",
    "sendGrid",
    "microsoftOutlook",
    "mailgun",
    "mailjet",
    "mandrill",
    "awsSes",
    "brevo",
)
_SMS = ("twilio", "vonage", "messageBird", "plivo", "sms77", "msg91", "mocean")
_WORK = ("asana", "clickUp", "jira", "linear", "mondayCom", "todoist", "trello", "zendesk", "wekan", "taiga")
_SHAPING = (
    "set", "code", "function", "functionItem", "dateTime", "itemLists", "splitOut", "aggregate", "summarize", "sort",
    "renameKeys", "removeDuplicates", "html", "htmlExtract", "markdown", "xml", "crypto", "moveBinaryData",
    "extractFromFile", "convertToFile", "editImage", "compression", "executionData",
)  # fmt: skip
_UNITS = {"seconds": "PT{n}S", "minutes": "PT{n}M", "hours": "PT{n}H", "days": "P{n}D", "weeks": "P{n}W"}
_METHODS = ("POST", "PUT", "GET", "PATCH", "DELETE")


def is_start(kind: str) -> bool:
    """Whether runs begin at such a node."""
    return kind in _STARTS or kind.endswith("Trigger")


def step_of(kind: str, params: Mapping[str, Json], version: float, outlets: int) -> Step:
    """What a node becomes; `outlets` is how many of its ways out are in use."""
    names = outlet_names(kind, params, version, outlets)
    if names:
        return split(names)
    if is_start(kind):
        return _start(kind)
    if kind in _PASSING:
        return Step(WALK_PAST, off=True)
    make = _STEPS.get(kind)
    if make is not None:
        return make(params)
    return Step(WALK_PAST if kind in _SHAPING else "connector", stand_in=True)


def outlet_names(kind: str, params: Mapping[str, Json], version: float, outlets: int) -> list[str]:
    """The branches of a node that splits, without the last way, on which everyone else goes; none for other nodes."""
    return _outlet_names(kind, params, version, outlets)[:MOST_WAYS]


def _outlet_names(kind: str, params: Mapping[str, Json], version: float, outlets: int) -> list[str]:
    match kind:
        case "if":
            return [_("true")]
        case "filter":
            return [_("kept")]
        case "splitInBatches":
            return [_("each one in turn")] if version < 3 else [_("all are done")]
        case "switch":
            named = _switch_names(params)
            return named or [_("Way {n}", n=n) for n in range(1, max(outlets, 2) + 1)]
        case "textClassifier":
            found = list_of(mapping_of(params.get("categories")).get("categories"))
            return [one_line(mapping_of(each).get("category")) or str(n) for n, each in enumerate(found, 1)]
        case "sentimentAnalysis":
            return [_("positive"), _("neutral"), _("negative")]
        case "compareDatasets":
            return [_("only in the first"), _("the same"), _("different")]
        case _:
            return []


def _switch_names(params: Mapping[str, Json]) -> list[str]:
    rules = mapping_of(params.get("rules"))
    listed = list_of(rules.get("values")) or list_of(rules.get("rules"))
    amount = int(min(number_of(params.get("numberOutputs") or params.get("outputsAmount")), MOST_WAYS))
    if not listed:
        return [_("Way {n}", n=n) for n in range(1, amount + 1)]
    return [_rule_name(mapping_of(rule)) or _("Way {n}", n=n) for n, rule in enumerate(listed, 1)]


def _rule_name(rule: Mapping[str, Json]) -> str:
    return one_line(literal(rule.get("outputKey")) or literal(rule.get("value2")), 60)


def _start(kind: str) -> Step:
    if kind in _BY_CLOCK:
        return Step("audience")
    event = slug(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", kind.removesuffix("Trigger"))) or "event"
    return Step("event_entry", {"event": event})


def _wait(params: Mapping[str, Json]) -> Step:
    resume = params.get("resume", "timeInterval")
    if resume in ("webhook", "form"):
        return Step("wait_for", {"event": str(resume)})
    amount = number_of(params.get("amount"))
    if resume != "timeInterval" or not 1 <= amount <= 36_000 or amount != int(amount):
        return Step("delay")
    span = _UNITS.get(str(params.get("unit", "hours")))
    return Step("delay", {"for": span.format(n=int(amount))} if span else {})


def _mail(params: Mapping[str, Json]) -> Step:
    if params.get("operation", "send") not in ("send", "sendEmail", "reply", "sendAndWait"):
        return Step("connector", stand_in=True)
    body = next(
        (found for key in ("html", "text", "message", "bodyContent") if (found := literal(params.get(key)))),
        "",
    )
    return Step("email", _filled(subject=one_line(literal(params.get("subject"))), body=body))


def _call(params: Mapping[str, Json]) -> Step:
    method = str(params.get("method") or params.get("requestMethod") or "GET")
    return Step(
        "webhook", _filled(url=_address(params.get("url")), method=method if method in _METHODS else "")
    )


def _address(value: Json) -> str:
    """A web address without what may be a secret: user, password and query."""
    try:
        parts = urlsplit(literal(value))
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    host = parts.hostname if parts.scheme in ("http", "https") else None
    return f"{parts.scheme}://{host}{port}{parts.path}" if host else ""


def _sms(params: Mapping[str, Json]) -> Step:
    return Step("sms", _filled(text=literal(params.get("message") or params.get("body"))))


def _work(params: Mapping[str, Json]) -> Step:
    named = (params.get(key) for key in ("title", "name", "summary", "content"))
    return Step(
        "task", _filled(title=next((one_line(found) for each in named if (found := literal(each))), ""))
    )


def _stop(params: Mapping[str, Json]) -> Step:
    return Step("exit", _filled(reason=one_line(literal(params.get("errorMessage")))))


def _filled(**params: str) -> Params:
    return {key: value for key, value in params.items() if value}


_STEPS: dict[str, Callable[[Mapping[str, Json]], Step]] = {
    "wait": _wait, "httpRequest": _call, "stopAndError": _stop,
    **dict.fromkeys(_MAIL, _mail), **dict.fromkeys(_SMS, _sms), **dict.fromkeys(_WORK, _work),
}  # fmt: skip
