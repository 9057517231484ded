"""`contacts`: import, show, count, add, remove, suppress."""

from typing import TYPE_CHECKING, Any

from canvas_app.cli.call import DONE, PROBLEMS, Call, given_file, given_json, given_pairs
from canvas_app.cli.commands import Commands
from canvas_app.cli.printing import cell, rejects
from storage.base.words import _, plural

if TYPE_CHECKING:
    from canvas_app.operations.contacts import Changed
    from canvas_app.operations.running import ByHand


def register(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.group("contacts", _("the people we may reach"))
    _register_import(group)
    group.add("show", _("everything known of one contact"), _show).add_argument(
        "key", metavar=_("KEY"), help=_("customer number, email or phone")
    )
    count = group.add("count", _("how many contacts there are"), _count)
    count.add_argument("--rule", metavar="JSON", help=_("only those for whom this rule holds"))
    for name, text, handler in (
        ("add", _("take contacts into a strategy by hand"), _add),
        ("remove", _("take contacts out of a strategy by hand"), _remove),
    ):
        hand = group.add(name, text, handler)
        hand.add_argument("strategy", metavar=_("STRATEGY"))
        hand.add_argument("keys", metavar=_("KEY"), nargs="+")
    stop = group.add("suppress", _("never write to these contacts again"), _suppress)
    stop.add_argument("keys", metavar=_("KEY"), nargs="+")
    stop.add_argument("--reason", metavar=_("TEXT"), required=True)


def _register_import(group: Commands) -> None:
    command = group.add("import", _("bring in contacts from a table"), _import)
    command.add_argument("file", metavar=_("FILE"), help=_("CSV, Excel or Parquet"))
    command.add_argument("--key", default="email", help=_("the column that tells people apart"))
    command.add_argument(
        "--map", action="append", metavar=_("COLUMN=FIELD"), help=_("which field a column holds")
    )
    command.add_argument("--list", metavar=_("NAME"), help=_("put them on this list"))
    command.add_argument("--region", metavar=_("COUNTRY"), help=_("the country of phone numbers without one"))
    command.add_argument(
        "--consent", metavar=_("CHANNELS"), help=_("they all agreed to these, such as email,sms")
    )
    command.add_argument("--consent-source", metavar=_("TEXT"), default="", help=_("where they agreed"))
    command.add_argument("--dry-run", action="store_true", help=_("only tell what would happen"))


def _import(call: Call) -> int:
    from canvas_app.operations.contacts import import_contacts

    file = given_file(call.file)
    with call.workspace() as workspace:
        found = import_contacts(
            workspace, file, key=call.key, mapping=given_pairs(call.map, "--map"), list_name=call.list,
            region=call.region, consent=tuple(filter(None, (call.consent or "").split(","))),
            consent_source=call.consent_source, dry_run=call.dry_run,
        )  # fmt: skip
    for note in (*found.notes, *(each.sentence for each in found.reach)):
        call.tell(str(note))
    document = found.as_json()
    call.answer(document, lambda: imported_text(document, plural("{n} contact", "{n} contacts", found.rows)))
    return PROBLEMS if found.rejects else DONE


def imported_text(document: dict[str, Any], rows: str) -> str:
    """What became of the rows of a table, in words."""
    text = _(
        "{rows} read: {created} new, {updated} changed, {unchanged} as before, {rejected} left out.",
        rows=rows, created=cell(document["created"]), updated=cell(document["updated"]),
        unchanged=cell(document["unchanged"]), rejected=cell(document["rejected"]),
    )  # fmt: skip
    return "\n".join(filter(None, (text, rejects(document["rejects"]))))


def _show(call: Call) -> int:
    from canvas_app.operations.contacts import show_contact

    with call.workspace() as workspace:
        found = show_contact(workspace, call.key).as_json()
    call.answer(found, lambda: _contact_text(found))
    return DONE


def _contact_text(found: dict[str, Any]) -> str:
    lines = [
        f"{name}: {cell(value)}" for name, value in found["fields"].items() if value not in (None, "", [])
    ]
    lines.append(_("tags: {tags}", tags=cell(found["tags"])))
    agreed = {channel: given for channel, given in found["consent"].items() if given is not None}
    lines.append(_("consent: {consent}", consent=cell(agreed)))
    for run in found["strategies"]:
        ended = f" ({run['reason']})" if run["reason"] else ""
        lines.append(f"{run['strategy']} #{run['pass']}: {run['state']}{ended}")
    return "\n".join(lines)


def _count(call: Call) -> int:
    from canvas_app.operations.contacts import count_contacts

    with call.workspace() as workspace:
        found = count_contacts(workspace, given_json(call.rule, "--rule"))
    call.answer(found.as_json(), lambda: plural("{n} contact", "{n} contacts", found.count))
    return DONE


def _add(call: Call) -> int:
    from canvas_app.operations.running import add_contacts

    with call.workspace() as workspace:
        return _changed(call, add_contacts(workspace, strategy=call.strategy, keys=tuple(call.keys)))


def _remove(call: Call) -> int:
    from canvas_app.operations.running import remove_contacts

    with call.workspace() as workspace:
        return _changed(call, remove_contacts(workspace, strategy=call.strategy, keys=tuple(call.keys)))


def _suppress(call: Call) -> int:
    from canvas_app.operations.contacts import suppress

    with call.workspace() as workspace:
        return _changed(call, suppress(workspace, tuple(call.keys), reason=call.reason))


def _changed(call: Call, found: "Changed | ByHand") -> int:
    unknown = list(found.unknown)
    if unknown:
        call.tell(_("Nobody has the key: {keys}", keys=", ".join(unknown)))
    document = {"changed": found.changed, "unknown": unknown}
    call.answer(document, lambda: plural("{n} contact changed", "{n} contacts changed", found.changed))
    return PROBLEMS if unknown else DONE
