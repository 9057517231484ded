"""Notices of an app."""

from nodes.channel import Channel
from nodes.fields import text
from storage.base.words import N_


class AppPush(Channel):
    """Shows a notice on the contact's phone."""

    type_id, label, icon = "app_push", N_("App push"), "push_app"
    address_field = "push_token"
    text_params = ("title", "text")
    outcomes = (*Channel.outcomes, "opened", "clicked", "unsubscribed")

    heading = text(N_("Title"), key="title", merge_fields=True)
    words = text(N_("Text"), key="text", long=True, merge_fields=True)
    link = text(N_("Link"), merge_fields=True)
