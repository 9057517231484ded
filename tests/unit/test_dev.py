"""The set-up script knows what is missing and when a window will open."""

import subprocess
import sys
from pathlib import Path

import pytest

import dev


@pytest.mark.parametrize(
    ("arguments", "window"),
    [
        ([], True),
        (["open", "Welcome"], True),
        (["--workspace", "a.db"], True),
        (["--workspace=a.db", "open", "x.json"], True),
        (["--workspace", "a.db", "init"], False),
        (["--help"], False),
        (["report", "nodes", "open"], False),
    ],
)
def test_only_the_window_needs_the_libraries_of_a_screen(arguments: list[str], window: bool) -> None:
    assert dev.opens_window(arguments) is window


def test_only_what_is_missing_is_asked_for() -> None:
    assert dev.missing_packages({"libnot-there.so.9": "libnot-there9", "libc.so.6": "libc6"}) == [
        "libnot-there9"
    ]


def test_one_line_installs_everything_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "missing_packages", lambda _libraries: ["liba", "libb"])
    with pytest.raises(SystemExit) as stop:
        dev.require({})
    lines = [line for line in str(stop.value).splitlines() if "apt-get install" in line]
    assert len(lines) == 1
    assert lines[0].endswith(" liba libb")


def test_an_environment_of_this_lock_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    stamp.write_text(dev.lock_hash(), encoding="utf-8")
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(dev, "STAMP", stamp)
    monkeypatch.setattr(dev, "call", lambda _command: pytest.fail("nothing was to be installed"))
    dev.ensure_environment()


def test_an_unknown_command_shows_the_known_ones() -> None:
    script = Path(dev.__file__)
    done = subprocess.run([sys.executable, script, "fly"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "dev.py run" in done.stdout
