#!/usr/bin/env python3
"""Set up, run, test and measure Strategy Canvas.

    python3 dev.py run [ARGUMENTS]    the program: a window, or the command line that ARGUMENTS name
    python3 dev.py test [ARGUMENTS]   every check; with ARGUMENTS only pytest with them
    python3 dev.py bench              how fast it is
    python3 dev.py soak               long runs with crashes
    python3 dev.py doctor             what this computer has and lacks
    python3 dev.py i18n [--check]     collect the texts, compile the translations
    python3 dev.py lock               resolve the dependencies anew

The first call makes `.venv` and fills it from requirements.lock; later calls only compare a hash.
"""

import ctypes
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK = ROOT / "requirements.lock"
STAMP = VENV / ".lock-hash"
# the interpreter that made this one, when dev.py is started from inside .venv
BASE_PYTHON: str = getattr(sys, "_base_executable", "") or sys.executable

OFFSCREEN = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
ON_SCREEN = OFFSCREEN | {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
CJK_FONTS = ("cjk", "wqy", "sourcehan", "droidsansfallback", "uming", "ukai", "msyh", "pingfang")


def say(text: str) -> None:
    """A word to the person; standard output stays free for the program's own."""
    print(text, file=sys.stderr, flush=True)


# --- what the system must have --------------------------------------------------------------------------


def loads(library: str) -> bool:
    """Whether the dynamic loader finds `library`."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(libraries: dict[str, str]) -> list[str]:
    """Debian packages that are lacking; elsewhere than on Linux Qt needs none."""
    if not sys.platform.startswith("linux"):
        return []
    lacking = [package for library, package in libraries.items() if not loads(library)]
    if not PYTHON.exists() and not has("pip") and not has("ensurepip"):
        lacking.append("python3-pip")
    return lacking


def has(module: str) -> bool:
    """Whether the Python outside `.venv` has `module`."""
    if sys.executable == BASE_PYTHON:
        return importlib.util.find_spec(module) is not None
    return (
        subprocess.run([BASE_PYTHON, "-c", f"import {module}"], capture_output=True, check=False).returncode
        == 0
    )


def apt_line(packages: list[str]) -> str:
    """The one command that installs `packages`."""
    sudo = "sudo " if hasattr(os, "geteuid") and os.geteuid() and shutil.which("sudo") else ""
    return f"{sudo}apt-get install -y --no-install-recommends {' '.join(packages)}"


def has_cjk_font() -> bool:
    """Whether some font here draws Chinese, judged by file names."""
    if os.name == "nt" or sys.platform == "darwin":
        return True
    home = Path.home()
    places = [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".fonts",
        home / ".local/share/fonts",
    ]
    names = (
        file.name.lower().replace("-", "")
        for place in places
        if place.is_dir()
        for file in place.rglob("*.*")
    )
    return any(mark in name for name in names for mark in CJK_FONTS)


def require(libraries: dict[str, str]) -> None:
    """Stop with the one line to type when the system lacks something."""
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        sys.exit(f"Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]}.")
    lacking = missing_packages(libraries)
    if lacking:
        sys.exit(f"The system lacks something. Install it, then start again:\n\n{apt_line(lacking)}\n")
    if libraries and not has_cjk_font():
        say(
            f"Note: no font of the system draws every Chinese name. To add one: {apt_line(['fonts-noto-cjk'])}"
        )


# --- the virtual environment ----------------------------------------------------------------------------


def lock_hash() -> str:
    """What `.venv` was or must be made of."""
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def ensure_environment() -> None:
    """Make `.venv` hold what the lock says; nothing to do when its hash is the remembered one."""
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == lock_hash():
        return
    say("Setting up .venv (only when requirements.lock has changed) …")
    began = time.monotonic()
    if not PYTHON.exists():
        call([BASE_PYTHON, "-m", "venv", "--clear", "--without-pip", str(VENV)])
    flags = ["--require-hashes", "--no-input", "--disable-pip-version-check", "-q", "-r", str(LOCK)]
    call([*pip(), "install", *flags])
    make_importable()
    STAMP.write_text(lock_hash(), encoding="utf-8")
    say(f"Ready after {time.monotonic() - began:.0f} s.")


def pip() -> list[str]:
    """The pip that fills `.venv`: the system's, else one put into it."""
    if has("pip"):
        return [BASE_PYTHON, "-m", "pip", "--python", str(PYTHON)]
    call([str(PYTHON), "-m", "ensurepip", "--upgrade"])
    return [str(PYTHON), "-m", "pip"]


def make_importable() -> None:
    """Let `.venv` find the project from every folder."""
    probe = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, text=True, check=True)
    Path(found.stdout.strip(), "strategy_canvas.pth").write_text(f"{ROOT}\n", encoding="utf-8")


def call(command: list[str]) -> None:
    """Run a step of the set-up; its failure ends everything."""
    done = subprocess.run(command, stdout=sys.stderr, check=False)
    if done.returncode:
        sys.exit(f"This step of the set-up failed: {shlex.join(command)}")


def offscreen() -> dict[str, str]:
    """The environment of tests: no screen, one language."""
    return os.environ | {"QT_QPA_PLATFORM": "offscreen", "MPLBACKEND": "Agg", "LC_ALL": "C.UTF-8"}


def python(*arguments: str) -> int:
    """Run `.venv`'s Python at the project's root, without a screen."""
    return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, env=offscreen(), check=False).returncode


# --- commands -------------------------------------------------------------------------------------------


def opens_window(arguments: list[str]) -> bool:
    """Whether the program called so shows a window: no command, or `open`."""
    if "--help" in arguments or "--version" in arguments:
        return False
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        del rest[: 2 if rest[0] == "--workspace" else 1]
    return not rest or rest[0] == "open"


def run(arguments: list[str]) -> int:
    """Become the program."""
    without_screen = os.environ.get("QT_QPA_PLATFORM", "") in {"offscreen", "minimal", "vnc"}
    if opens_window(arguments):
        require(OFFSCREEN if without_screen else ON_SCREEN)
    else:
        require({})
    ensure_environment()
    command = [str(PYTHON), "-m", "canvas_app", *arguments]
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.run(command, check=False).returncode


def stages() -> dict[str, list[str]]:
    """Every check of `test`, in the order in which they run."""
    workers = str(min(2, os.cpu_count() or 1))
    return {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "mypy": ["-m", "mypy"],
        "imports": ["-c", "from importlinter.cli import lint_imports_command as main; main(['--no-logo'])"],
        "translations": ["packaging/translations.py", "--check"],
        "pytest": ["-m", "pytest", "-n", workers, "--dist", "loadfile"],
    }


def test(arguments: list[str]) -> int:
    """Run every stage, even after one has failed, and say how long each took."""
    require(OFFSCREEN)
    ensure_environment()
    if arguments:
        return python("-m", "pytest", *arguments)
    failed = []
    for name, command in stages().items():
        say(f"── {name}")
        began = time.monotonic()
        if python(*command):
            failed.append(name)
        say(f"── {name}: {'failed' if name in failed else 'passed'} in {time.monotonic() - began:.1f} s\n")
    say(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """Measure: one process, in order, figures on the screen."""
    require(OFFSCREEN)
    ensure_environment()
    plain = ["-p", "no:randomly", "-p", "no:xdist", "--timeout=3600"]
    return python("-m", "pytest", "tests/performance", "-s", "-q", *plain, *arguments)


def soak(arguments: list[str]) -> int:
    """Run what takes long: hours of use, crashes in the middle."""
    require(OFFSCREEN)
    ensure_environment()
    return python("-m", "pytest", "tests", "-m", "soak", "-s", "--timeout=0", *arguments)


def doctor(arguments: list[str]) -> int:
    """Say what is here, then let the program examine itself."""
    ensure_environment()
    for title, libraries in (("tests", OFFSCREEN), ("the window", ON_SCREEN)):
        lacking = missing_packages(libraries)
        say(f"System libraries for {title}: {apt_line(lacking) if lacking else 'complete'}")
    say(f"A font for Chinese: {'found' if has_cjk_font() else apt_line(['fonts-noto-cjk'])}")
    say(f"Python: {sys.version.split()[0]}; .venv: {VENV}")
    return subprocess.run([str(PYTHON), "-m", "canvas_app", "doctor", *arguments], check=False).returncode


def lock(_arguments: list[str]) -> int:
    """Resolve pyproject.toml anew with uv from a scratch environment; the lock holds no address."""
    with tempfile.TemporaryDirectory() as scratch:
        call([BASE_PYTHON, "-m", "venv", "--without-pip", scratch])
        inside = str(Path(scratch, PYTHON.relative_to(VENV)))
        call([BASE_PYTHON, "-m", "pip", "--python", inside, "install", "-q", "uv"])
        quiet = ["-q", "--no-header", "--no-annotate", "--all-groups", "--no-emit-project", "--upgrade"]
        call([inside, "-m", "uv", "export", *quiet, "--project", str(ROOT), "-o", str(LOCK)])
    (ROOT / "uv.lock").unlink(missing_ok=True)
    return 0


def i18n(arguments: list[str]) -> int:
    """Collect the texts, merge and compile the translations; with --check only say what is missing."""
    ensure_environment()
    return python("packaging/translations.py", *arguments)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "bench": bench,
    "soak": soak,
    "doctor": doctor,
    "i18n": i18n,
    "lock": lock,
}


def main() -> int:
    """Do what the first argument names."""
    name = sys.argv[1] if len(sys.argv) > 1 else "help"
    if name not in COMMANDS:
        print(__doc__)
        return 0 if name in {"help", "--help", "-h"} else 2
    return COMMANDS[name](sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
