"""Accounts: added, tested against a real server, and never a password where it could be read."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from canvas_app.operations import accounts
from storage import tables
from storage.base.errors import UserError
from storage.secrets import PASSPHRASE, SecretStore
from storage.workspace import Workspace, create_workspace
from tests.helpers.smtp import mail_server

SECRET = "correct horse 电池 staple"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = create_workspace(str(tmp_path / "w.db"))
    yield made
    made.close()


@pytest.fixture
def secrets(tmp_path: Path) -> SecretStore:
    return SecretStore(tmp_path / "config")


def smtp(port: int = 25, **more: object) -> dict[str, object]:
    return {"host": "127.0.0.1", "port": port, "security": "none", "from": "Shop <news@shop.example>", **more}


def test_the_first_account_of_a_channel_is_its_default(workspace: Workspace) -> None:
    first = accounts.add_account(workspace, name="a", channel="email", kind="smtp", params=smtp())
    second = accounts.add_account(workspace, name="b", channel="email", kind="sandbox")
    other = accounts.add_account(
        workspace, name="c", channel="sms", kind="sandbox", params={"outcomes": ["delivered"]}
    )
    assert (first.is_default, second.is_default, other.is_default) == (True, False, True)
    accounts.set_default_account(workspace, name="b")
    listed = {line.name: line.is_default for line in accounts.list_accounts(workspace)}
    assert listed == {"a": False, "b": True, "c": True}
    accounts.remove_account(workspace, name="b")
    assert [line.name for line in accounts.list_accounts(workspace)] == ["a", "c"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"channel": "pigeon", "kind": "smtp"}, "no channel “pigeon”"),
        ({"channel": "sms", "kind": "smtp"}, "Kinds: sandbox"),
        ({"channel": "email", "kind": "smpp"}, "Kinds: sandbox, smtp"),
        ({"channel": "email", "kind": "smtp", "params": {}}, "is empty"),
        ({"channel": "email", "kind": "smtp", "params": smtp(prot=1)}, "prot"),
        ({"channel": "email", "kind": "smtp", "params": smtp(70000)}, "65535"),
        ({"channel": "email", "kind": "smtp", "params": {**smtp(), "from": "nobody"}}, "no sender"),
        ({"channel": "email", "kind": "sandbox", "params": {"rates": {"opened": 2}}}, "between 0 and 1"),
        ({"channel": "email", "kind": "sandbox", "name": " "}, "needs a name"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(
    workspace: Workspace, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        accounts.add_account(workspace, **{"name": "a", **arguments})  # type: ignore[arg-type]
    assert accounts.list_accounts(workspace) == []


def test_a_name_is_taken_once(workspace: Workspace) -> None:
    accounts.add_account(workspace, name="a", channel="sms", kind="sandbox")
    with pytest.raises(UserError, match="already"):
        accounts.add_account(workspace, name="a", channel="email", kind="sandbox")
    accounts.add_account(workspace, name="a", channel="email", kind="sandbox", replace=True)
    assert [line.channel for line in accounts.list_accounts(workspace)] == ["email"]


def test_a_password_is_in_no_file_in_the_clear(
    workspace: Workspace, secrets: SecretStore, tmp_path: Path
) -> None:
    accounts.add_account(
        workspace,
        name="a",
        channel="email",
        kind="smtp",
        params=smtp(username="u"),
        secret=SECRET,
        secrets=secrets,
    )
    assert accounts.list_accounts(workspace)[0].has_secret
    with workspace.read() as connection:
        name = connection.execute(select(tables.account.c.secret)).scalar()
    assert secrets.read(str(name)) == SECRET
    workspace.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "secrets.json" for path in files)
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "config").iterdir()} == {0o600}
    accounts.remove_account(workspace, name="a", secrets=secrets)
    assert secrets.read(str(name)) is None


def test_a_passphrase_locks_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "one")
    SecretStore(tmp_path).keep("x", SECRET)
    assert not (tmp_path / "secrets.key").exists()
    assert SecretStore(tmp_path).read("x") == SECRET
    monkeypatch.setenv(PASSPHRASE, "two")
    with pytest.raises(UserError, match="another one"):
        SecretStore(tmp_path).read("x")


def test_a_broken_file_of_passwords_is_told(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{broken")
    with pytest.raises(UserError, match="cannot be read"):
        SecretStore(tmp_path).read("x")


def test_a_test_signs_in_and_sends_nothing(
    workspace: Workspace, secrets: SecretStore, tmp_path: Path
) -> None:
    with mail_server(tmp_path / "server", user="u", password=SECRET) as server:
        for name, password in (("right", SECRET), ("wrong", "wrong")):
            accounts.add_account(
                workspace, name=name, channel="email", kind="smtp", params=smtp(server.port, username="u"),
                secret=password, secrets=secrets,
            )  # fmt: skip
        assert "mail.test" in accounts.test_account(workspace, name="right", secrets=secrets).answer
        with pytest.raises(UserError, match="535"):
            accounts.test_account(workspace, name="wrong", secrets=secrets)
        assert sum(server.taken().values()) == 0


def test_a_test_of_a_server_that_is_not_there_says_so(workspace: Workspace) -> None:
    accounts.add_account(workspace, name="a", channel="email", kind="smtp", params=smtp(9))
    with pytest.raises(UserError, match=r"127\.0\.0\.1:9 does not take mail"):
        accounts.test_account(workspace, name="a")
    with pytest.raises(UserError, match="no account “b”"):
        accounts.test_account(workspace, name="b")


def test_a_password_that_this_computer_does_not_know_is_asked_for(
    workspace: Workspace, tmp_path: Path
) -> None:
    first, second = SecretStore(tmp_path / "one"), SecretStore(tmp_path / "two")
    params = smtp(username="u")
    accounts.add_account(
        workspace, name="a", channel="email", kind="smtp", params=params, secret="x", secrets=first
    )
    with pytest.raises(UserError, match="Enter it again"):
        accounts.test_account(workspace, name="a", secrets=second)


def test_a_password_in_the_open_is_warned_of(workspace: Workspace) -> None:
    params = {**smtp(username="u"), "host": "mail.example"}
    saved = accounts.add_account(workspace, name="a", channel="email", kind="smtp", params=params)
    assert "unencrypted" in saved.warnings[0]
