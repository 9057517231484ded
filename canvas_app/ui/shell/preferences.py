"""What this person chose on this computer: language, theme, window, what was open."""

import json
from pathlib import Path
from typing import Any

from platformdirs import user_config_dir
from PySide6.QtCore import QLocale

FILE = "preferences.json"
APP = "strategy-canvas"


class Preferences:
    """A small file in the person's configuration folder; a damaged one counts as empty."""

    def __init__(self, folder: str | None = None) -> None:
        self._path = Path(folder or user_config_dir(APP, appauthor=False)) / FILE
        self._values: dict[str, Any] = {}
        try:
            loaded = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            loaded = None
        if isinstance(loaded, dict):
            self._values = loaded

    def get(self, key: str, default: Any = None) -> Any:
        """What is remembered under `key`."""
        return self._values.get(key, default)

    def keep(self, key: str, value: Any) -> None:
        """Remember `value`, on the disk at once; a folder that cannot be written is no reason to stop."""
        if self._values.get(key) == value:
            return
        self._values[key] = value
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft = self._path.with_suffix(".new")
            draft.write_text(json.dumps(self._values, ensure_ascii=False, indent=1), encoding="utf-8")
            draft.replace(self._path)
        except OSError:
            pass

    @property
    def language(self) -> str:
        """The chosen language, else the system's."""
        return str(self.get("language") or QLocale.system().name())

    @property
    def theme(self) -> str:
        """The chosen theme: `light`, `dark` or `system`."""
        return str(self.get("theme") or "system")
