"""Where passwords are kept: the key ring of the computer, else an encrypted file. Never in a workspace or a log.

The file (`secrets.json`, readable by its owner only) is encrypted with AES-GCM. Its key comes from the environment
variable STRATEGY_CANVAS_PASSPHRASE by argon2id where that is set; else from a random key file beside it with the same
rights. Whoever can read the files of this user can then read the passwords too: the encryption only keeps them out of
backups and screenshots of the one file.
"""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage.base.errors import UserError
from storage.base.words import N_

SERVICE = "strategy-canvas"
PASSPHRASE = "STRATEGY_CANVAS_PASSPHRASE"  # noqa: S105  (the name of a variable)
_NONCE = 12


class SecretStore:
    """Secrets by name. Give a `folder` to keep them in a file there in any case."""

    def __init__(self, folder: Path | None = None) -> None:
        self._ring: Any = None if folder else _key_ring()
        self._folder = folder

    def keep(self, name: str, value: str) -> None:
        """Remember a secret."""
        if (
            self._ring is not None
            and _tried(lambda: self._ring.set_password(SERVICE, name, value), failed=True) is None
        ):
            return
        self._change(name, value)

    def read(self, name: str) -> str | None:
        """A secret; None where this computer does not know it."""
        found = _tried(lambda: self._ring.get_password(SERVICE, name)) if self._ring is not None else None
        if found is not None:
            return str(found)
        sealed = self._load()["items"].get(name)
        return None if sealed is None else self._open(name, sealed)

    def forget(self, name: str) -> None:
        """Remove a secret, if it is there."""
        if self._ring is not None:
            _tried(lambda: self._ring.delete_password(SERVICE, name))
        if name in self._load()["items"]:
            self._change(name, None)

    # -- the file ----------------------------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """Where the encrypted file lies."""
        if self._folder is None:
            from platformdirs import user_config_path

            self._folder = user_config_path("strategy-canvas")
        return self._folder

    def _load(self) -> dict[str, Any]:
        path = self.folder / "secrets.json"
        if not path.is_file():
            return {"salt": base64.b64encode(os.urandom(16)).decode(), "items": {}}
        try:
            loaded = json.loads(path.read_text(encoding="utf-8"))
            assert isinstance(loaded["items"], dict)
            base64.b64decode(loaded["salt"], validate=True)
        except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
            raise UserError(
                N_(
                    "The file with the passwords, {path}, cannot be read. Restore it, or remove it and enter them anew."
                ),
                path=str(path),
            ) from error
        return dict(loaded)

    def _change(self, name: str, value: str | None) -> None:
        content = self._load()
        if value is None:
            content["items"].pop(name, None)
        else:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            nonce = os.urandom(_NONCE)
            sealed = AESGCM(self._key(content["salt"])).encrypt(nonce, value.encode(), name.encode())
            content["items"][name] = base64.b64encode(nonce + sealed).decode()
        _write_private(self.folder / "secrets.json", json.dumps(content, indent=1, sort_keys=True).encode())

    def _open(self, name: str, sealed: str) -> str:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        data = base64.b64decode(sealed)
        try:
            return (
                AESGCM(self._key(self._load()["salt"]))
                .decrypt(data[:_NONCE], data[_NONCE:], name.encode())
                .decode()
            )
        except InvalidTag as error:
            raise UserError(
                N_(
                    "The password of {name} cannot be decrypted: the passphrase or the key file is another one."
                ),
                name=name,
            ) from error

    def _key(self, salt: str) -> bytes:
        passphrase = os.environ.get(PASSPHRASE)
        if passphrase:
            from argon2.low_level import Type, hash_secret_raw

            return hash_secret_raw(
                passphrase.encode(), base64.b64decode(salt), time_cost=3, memory_cost=65536, parallelism=1, hash_len=32,
                type=Type.ID,
            )  # fmt: skip
        path = self.folder / "secrets.key"
        if not path.is_file():
            _write_private(path, os.urandom(32))
        return path.read_bytes()


def _key_ring() -> Any:
    """The computer's key ring; None where there is none (on a server without a desktop, say)."""
    import keyring
    from keyring.backends import fail, null

    found = _tried(keyring.get_keyring)
    return None if found is None or isinstance(found, fail.Keyring | null.Keyring) else found


def _tried(action: Callable[[], Any], *, failed: Any = None) -> Any:
    """What the key ring says; `failed` where it is locked or broken."""
    try:
        return action()
    except Exception:  # back ends raise whatever their system does
        return failed


def _write_private(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
