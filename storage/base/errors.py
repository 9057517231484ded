"""The one root of everything that is told to a person instead of being a bug."""

from storage.base.words import Words


class UserError(Exception):
    """A refusal in one sentence: what, where and what next. The sentence is translated when it is read."""

    exit_code = 1

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(text)
        self.words = Words(text, tuple(sorted(values.items())))

    def __str__(self) -> str:
        return str(self.words)


class WorkspaceError(UserError):
    """The workspace cannot be used: missing, damaged, too new, or owned by another runtime."""

    exit_code = 3


class UsageError(UserError):
    """The call itself makes no sense: an unknown option, an instant in the past."""

    exit_code = 2


class Cancelled(UserError):  # noqa: N818  (not a failure: the person asked for it)
    """Work stopped because the person asked for it; nothing of it was kept."""
