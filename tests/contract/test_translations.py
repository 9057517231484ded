"""Every text of the code exists in every language, with the same {names}."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def translations() -> ModuleType:
    """The tool behind `dev.py i18n`; its folder is no package."""
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(translations: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A little project with three texts; Vietnamese is the one language it speaks."""
    code = tmp_path / "storage" / "words.py"
    code.parent.mkdir()
    code.write_text(
        'N_("Hello {name}"); plural("{n} day", "{n} days", n); _("Yes" if x else "No")', encoding="utf-8"
    )
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(translations, "LANGUAGES", ("vi",))
    translations.main([])
    return tmp_path


def translate(project: Path, **texts: str) -> None:
    file = project / "locale" / "vi" / "LC_MESSAGES" / "canvas.po"
    content = file.read_text(encoding="utf-8").replace('msgstr[0] ""', f'msgstr[0] "{texts["days"]}"')
    for source, text in (("Hello {name}", texts["hello"]), ("Yes", "Có"), ("No", "Không")):
        content = content.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{text}"')
    file.write_text(content, encoding="utf-8")


def test_no_translation_of_the_project_is_missing(
    translations: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert translations.main(["--check"]) == 0, "\n".join(capsys.readouterr().out.splitlines()[-20:])


def test_a_full_catalogue_passes(translations: ModuleType, project: Path) -> None:
    translate(project, hello="Chào {name}", days="{n} ngày")
    translations.main([])
    assert translations.main(["--check"]) == 0


def test_an_untranslated_text_is_named(
    translations: ModuleType, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    translate(project, hello="", days="{n} ngày")
    translations.main([])
    assert translations.main(["--check"]) == 1
    assert "not translated: 'Hello {name}'" in capsys.readouterr().out


@pytest.mark.parametrize(("hello", "days"), [("Chào {nam}", "{n} ngày"), ("Chào {name}", "ngày")])
def test_other_names_than_the_original_are_refused(
    translations: ModuleType, project: Path, hello: str, days: str
) -> None:
    translate(project, hello=hello, days=days)
    translations.main([])
    assert translations.main(["--check"]) == 1


def test_a_changed_translation_must_be_compiled(translations: ModuleType, project: Path) -> None:
    translate(project, hello="Chào {name}", days="{n} ngày")
    assert translations.main(["--check"]) == 1


def test_collecting_twice_changes_nothing(translations: ModuleType, project: Path) -> None:
    before = {file: file.read_bytes() for file in (project / "locale").rglob("*.*") if file.is_file()}
    translations.main([])
    assert {file: file.read_bytes() for file in before} == before


def test_an_f_string_cannot_be_marked(translations: ModuleType, project: Path) -> None:
    (project / "storage" / "words.py").write_text('_(f"Hello {name}")', encoding="utf-8")
    with pytest.raises(SystemExit, match="f-string"):
        translations.main([])


def test_the_help_of_a_node_type_is_a_text(translations: ModuleType, tmp_path: Path) -> None:
    code = tmp_path / "delay.py"
    code.write_text(
        'class Delay:\n    """Keep people waiting.\n\n    More."""\n\n    type_id, icon = "delay", "clock"\n\n\n'
        'class Part:\n    """Nobody reads this."""\n',
        encoding="utf-8",
    )
    assert list(translations.marked(code)) == ["Keep people waiting."]
