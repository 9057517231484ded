"""What a strategy takes for granted about the workspace: fields, audiences, accounts, consent."""

from collections.abc import Iterator, Mapping

from nodes.checks.view import View, settled
from nodes.fields import Branch, Param
from nodes.merging import EXTRA, fields_in, fields_without_default
from nodes.registry import node_types
from nodes.rules import Rule, reads
from nodes.settings import StageGoal
from nodes.spec import Names
from storage.base.errors import UserError
from storage.base.problems import Problem
from storage.base.words import N_, Words, listed

DATE_KINDS = ("date", "instant")


def accounts(view: View) -> Iterator[Problem]:
    """Messages that no account can send."""
    names = view.names
    if names is None:
        return
    used = [(key, kind.channel) for key, kind in view.channels.items()]
    used += [(node.id, channel) for node, channel in view.messages() if node.id not in view.channels]
    for key, channel in used:
        account = view.graph.nodes[key].params.get("account") or ""
        if not isinstance(account, str) or channel not in node_types() or names.has_account(account, channel):
            continue
        if account:
            text = N_(
                "“{label}” is to be sent by the account “{account}”, which does not exist. Choose another one."
            )
            problem = Problem.error("missing_account", text, label=view.title(key), account=account)
        else:
            text = N_("“{label}” has no account for {channel}. Choose who it comes from, or add an account.")
            values = {"label": view.title(key), "channel": _channel_words((channel,))}
            problem = Problem.error("missing_account", text, **values)
        yield problem.at(key, "account")


def addresses(view: View) -> Iterator[Problem]:
    """Channels for which nobody, or not everybody, has an address."""
    people, names = view.people, view.names
    if people is None or names is None:
        return
    total = people.contact_count()
    for key, kind in view.channels.items():
        field = kind.address_field
        if not total or not field or view.is_notice(key) or _sets(view, field):
            continue
        lacking = total - people.filled_count(field)
        values = {
            "label": view.title(key),
            "field": names.field_label(field) or field,
            "n": f"{lacking:,}",
            "total": f"{total:,}",
        }
        if lacking == total:
            text = N_(
                "Nobody has a value in “{field}”: at “{label}” all {n} people would be skipped. Import that field."
            )
            yield Problem.warning("no_address", text, **values).at(key, field)
        elif lacking:
            text = N_(
                "{n} of {total} people have nothing in “{field}”. Whoever comes to “{label}” without it is skipped."
            )
            yield Problem.info("some_without_address", text, **values).at(key, field)


def consent(view: View) -> Iterator[Problem]:
    """How many may be written to; an error where a marketing strategy could reach nobody."""
    people = view.people
    if people is None or not view.marketing or not people.contact_count():
        return
    nodes: dict[str, str] = {}
    for node, channel in view.messages():
        nodes.setdefault(channel, node.id)
    counts = {channel: people.reachable(channel) for channel in nodes}
    if counts and not any(counts.values()):
        text = N_(
            "Nobody can be reached: no contact with an address has said yes to marketing by {channels}. Record consent "
            "on the Contacts page, or import it with a column “consent_{first}”, and say where it comes from."
        )
        values = {"channels": _channel_words(tuple(counts)), "first": next(iter(counts))}
        yield Problem.error("nobody_reachable", text, **values).at(next(iter(nodes.values())), "consent")
        return
    for channel, count in counts.items():
        values = {
            "n": f"{count:,}",
            "total": f"{people.contact_count():,}",
            "channel": _channel_words((channel,)),
        }
        if count:
            text = N_(
                "{n} of {total} people have said yes to marketing by {channel} and have an address for it."
            )
            yield Problem.info("reach", text, **values).at(nodes[channel], "consent")
        else:
            text = N_("Nobody has said yes to marketing by {channel}: every such message would be skipped.")
            yield Problem.warning("nobody_by_channel", text, **values).at(nodes[channel], "consent")


def _channel_words(channels: tuple[str, ...]) -> Words | str:
    found = [
        Words.of(node_types()[each].label) if each in node_types() else Words.of(each) for each in channels
    ]
    return found[0] if len(found) == 1 else listed([str(each) for each in found])


def merge_fields(view: View) -> Iterator[Problem]:
    """Merge fields that are no contact field, or that nobody has filled in."""
    if view.names is None:
        return
    for key, kind in view.kinds.items():
        node = view.graph.nodes[key]
        if node.off:
            continue
        texts = {
            param.key: text
            for param in kind.param_list()
            if param.merge_fields and isinstance(text := node.params.get(param.key), str)
        }
        if node.type == "preferred":
            texts |= _preferred_texts(node.params.get("messages"))
        for field, text in texts.items():
            yield from (problem.at(key, field) for problem in _in_text(view, view.names, key, text))


def _preferred_texts(messages: object) -> Mapping[str, str]:
    if not isinstance(messages, dict):
        return {}
    return {
        f"messages.{channel}.{key}": text
        for channel, fields in messages.items()
        if isinstance(fields, dict)
        for key, text in fields.items()
        if isinstance(text, str)
    }


def _in_text(view: View, names: Names, node: str, text: str) -> Iterator[Problem]:
    try:
        used, bare = fields_in(text), fields_without_default(text)
    except UserError:
        return  # said by the node itself
    people = view.people
    for name in used:
        if name in EXTRA or _sets(view, name):
            continue
        values = {"label": view.title(node), "name": name, "field": names.field_label(name) or name}
        if names.field_kind(name) is None:
            if name in bare and (people is None or people.contact_count()):
                words = N_(
                    "“{label}” fills in “{name}”, which is no contact field. Choose a field, or write a default."
                )
                yield Problem.error("unknown_merge_field", words, **values)
            else:
                words = N_(
                    "“{label}” fills in “{name}”, which is no contact field yet. Without a value nothing is written."
                )
                yield Problem.warning("unknown_merge_field", words, **values)
        elif name in bare and not names.field_filled(name) and (people is None or people.contact_count()):
            words = N_(
                "“{label}” fills in “{field}”, which is empty for everybody. Fill it in, or write a default."
            )
            yield Problem.warning("empty_merge_field", words, **values)


def fields_in_rules(view: View) -> Iterator[Problem]:
    """Rules on fields and audiences that the workspace does not have."""
    names = view.names
    if names is None:
        return
    for node, key, condition in rules(view):
        wanted = reads(condition)
        for field in sorted(wanted.fields):
            if names.field_kind(field) is None and not _sets(view, field):
                words = N_(
                    "{place} asks for the field “{field}”, which nobody has. Check the name, or import it."
                )
                yield Problem.warning("unknown_field", words, place=_place(view, node, key), field=field).at(
                    node, key
                )
        for audience in sorted(wanted.audiences):
            if not names.has_audience(audience):
                words = N_(
                    "{place} asks for the audience “{audience}”, which does not exist. Choose another one."
                )
                values = {"place": _place(view, node, key), "audience": audience}
                yield Problem.warning("unknown_audience", words, **values).at(node, key)


def _place(view: View, node: str | None, key: str) -> Words | str:
    if node is not None:
        return f"“{view.title(node)}”"
    label = next((param.label for param in view.settings.param_list() if param.key == key), key)
    return Words.of(N_("“{label}”"), label=Words.of(label))


def rules(view: View) -> Iterator[tuple[str | None, str, Rule]]:
    """Every rule of the strategy with its place (node or None for the settings, param)."""
    for param in view.settings.param_list():
        for found in _rules_of(param, view.graph.settings):
            yield None, param.key, found
    for key, kind in view.kinds.items():
        if not view.graph.nodes[key].off:
            for each in kind.param_list():
                for found in _rules_of(each, kind.params):
                    yield key, each.key, found


def _rules_of(param: "Param[object]", params: Mapping[str, object]) -> Iterator[Rule]:
    if params.get(param.key) is None:
        return
    value = settled(lambda: param.parse(params[param.key]), None)
    for each in value if isinstance(value, tuple) else (value,):
        if isinstance(each, Rule):
            yield each
        elif isinstance(each, Branch):
            yield each.rule
        elif isinstance(each, StageGoal):
            yield each.when


def references(view: View) -> Iterator[Problem]:
    """Saved audiences, sources, strategies and date fields that nodes name."""
    names = view.names
    if names is None:
        return
    for key, kind in view.kinds.items():
        if view.graph.nodes[key].off:
            continue
        for param in kind.param_list():
            name = kind.params.get(param.key)
            if isinstance(name, str) and name:
                yield from (
                    problem.at(key, param.key) for problem in _reference(view, names, param, key, name)
                )


def _reference(view: View, names: Names, param: "Param[object]", key: str, name: str) -> Iterator[Problem]:
    values = {"label": view.title(key), "name": name}
    match param.kind:
        case "audience" if not names.has_audience(name):
            text = N_(
                "“{label}” begins with the audience “{name}”, which does not exist. Choose one, or import the list."
            )
            yield Problem.error("unknown_audience", text, **values)
        case "source" if not names.has_source(name):
            text = N_(
                "“{label}” reads the source “{name}”, which does not exist. Choose another one, or add it."
            )
            yield Problem.error("unknown_source", text, **values)
        case "strategy" if name != view.graph.name and not names.has_strategy(name):
            text = N_(
                "“{label}” leads to the strategy “{name}”, which does not exist yet. Nobody would go on there."
            )
            yield Problem.warning("unknown_strategy", text, **values)
        case "date_field" | "contact_field" if names.field_kind(name) is None and not _sets(view, name):
            text = N_("“{label}” uses the field “{name}”, which nobody has. Check the name, or import it.")
            yield Problem.warning("unknown_field", text, **values)
        case "date_field" if names.field_kind(name) not in (None, *DATE_KINDS):
            text = N_("“{label}” needs a date, but “{name}” is none. Choose another field.")
            yield Problem.error("not_a_date", text, **values)


def _sets(view: View, field: str) -> bool:
    """Whether a node of the strategy itself writes this field."""
    for node in view.graph.nodes.values():
        if node.off:
            continue
        written = node.params.get("set") if node.type == "update_contact" else None
        if isinstance(written, dict) and field in written:
            return True
        pulled = node.params.get("map") if node.type == "data_sync" else None
        if isinstance(pulled, dict) and field in pulled.values():
            return True
        logged = node.params.get("log") if node.type == "task" else None
        if isinstance(logged, list) and field in logged:
            return True
    return False
