"""The command line as the contract promises it: commands, JSON, exit codes, never a traceback."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from canvas_app.cli import places
from tests.helpers.cli import cli, done

ROOT = Path(__file__).resolve().parents[2]
START = "2026-03-02T09:00:00+00:00"
MAIL = {"subject": "Hello", "body": "Come back"}


def strategy(name: str = "Wake up", **settings: Any) -> dict[str, Any]:
    return {
        "format": "strategy-canvas/1", "name": name, "settings": settings,
        "nodes": [
            {"id": "in", "type": "audience", "label": "Everybody", "params": {"rule": {"all": []}}},
            {"id": "mail", "type": "email", "label": "Hello", "params": MAIL},
            {"id": "wait", "type": "delay", "label": "A day", "params": {"for": "P1D"}},
        ],
        "edges": [{"from": "in", "port": "out", "to": "mail"}, {"from": "mail", "port": "out", "to": "wait"}],
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contacts.csv").write_text(
        "external_id,email,consent_email\nc1,ann@example.com,yes\nc2,bob@example.com,yes\nc3,eve@example.com,no\n",
        encoding="utf-8",
    )
    (tmp_path / "strategy.json").write_text(
        json.dumps(strategy(goal={"event": "purchase"})), encoding="utf-8"
    )
    return tmp_path


@pytest.fixture
def workspace(folder: Path) -> Path:
    path = folder / "test.canvas"
    done("init", "--rehearsal", "--now", START, workspace=path)
    done("contacts", "import", folder / "contacts.csv", "--key", "external_id", workspace=path)
    done("strategy", "import", folder / "strategy.json", workspace=path)
    return path


@pytest.fixture
def ran(workspace: Path) -> Path:
    done("strategy", "publish", "Wake up", workspace=workspace)
    done("run", workspace=workspace)
    return workspace


# -- set-up -------------------------------------------------------------------------------------------------------


def test_a_second_workspace_in_the_same_place_is_refused(workspace: Path) -> None:
    answer = cli("init", workspace=workspace)
    assert (answer.code, str(workspace) in answer.err) == (3, True)


@pytest.mark.parametrize("options", [["--rehearsal"], ["--now", START], ["--rehearsal", "--now", "soon"]])
def test_a_rehearsal_needs_an_instant_that_is_one(tmp_path: Path, options: list[str]) -> None:
    assert cli("init", *options, workspace=tmp_path / "new.canvas").code == 2
    assert not (tmp_path / "new.canvas").exists()


def test_a_workspace_that_is_not_there_is_code_3(tmp_path: Path) -> None:
    answer = cli("contacts", "count", "--json", workspace=tmp_path / "none.canvas")
    assert answer.code == 3
    assert "none.canvas" in answer.json["error"]


def test_a_file_that_is_no_workspace_is_code_3(tmp_path: Path) -> None:
    (tmp_path / "bad.canvas").write_bytes(b"this is not a database, whatever its name says" * 100)
    assert cli("contacts", "count", workspace=tmp_path / "bad.canvas").code == 3


@pytest.mark.parametrize(
    "words", [["contacts"], ["nonsense"], ["report", "nodes"], ["run", "--onc"], ["stats", "means", "--x"]]
)
def test_what_makes_no_sense_is_code_2(words: list[str]) -> None:
    answer = cli(*words)
    assert answer.code == 2
    assert "usage" in answer.err


def test_the_workspace_may_stand_before_or_after_the_command(workspace: Path) -> None:
    before = cli("--workspace", workspace, "--json", "contacts", "count")
    after = cli("contacts", "count", "--workspace", workspace, "--json")
    between = cli("contacts", "--workspace", workspace, "count", "--json")
    assert before.json == after.json == between.json == {"count": 3}


def test_without_a_command_the_desktop_opens() -> None:
    assert cli().code == cli("open").code == cli("open", "Wake up").code == 42


def test_a_backup_can_be_restored(workspace: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.canvas"
    done("backup", copy, workspace=workspace)
    assert cli("backup", copy, workspace=workspace).code == 1
    done("restore", copy, workspace=tmp_path / "again.canvas")
    assert done("contacts", "count", workspace=tmp_path / "again.canvas") == {"count": 3}


def test_the_doctor_looks_at_the_workspace(workspace: Path) -> None:
    answer = cli("doctor", "--json", workspace=workspace)
    assert {"integrity", "clock", "libraries"} <= {check["name"] for check in answer.json["checks"]}
    assert answer.code == (0 if answer.json["ok"] else 1)


# -- contacts and events ------------------------------------------------------------------------------------------


def test_a_bad_row_is_listed_and_the_good_ones_are_kept(workspace: Path, folder: Path) -> None:
    (folder / "more.csv").write_text("email,score\nnew@example.com,5\nnot an address,6\n", encoding="utf-8")
    answer = cli("contacts", "import", folder / "more.csv", "--json", workspace=workspace)
    assert (answer.code, answer.json["created"], answer.json["rejected"]) == (1, 1, 1)
    assert answer.json["rejects"][0].keys() >= {"line", "field", "value", "reason"}


def test_a_dry_run_keeps_nothing(workspace: Path, folder: Path) -> None:
    (folder / "more.csv").write_text("email\nnew@example.com\n", encoding="utf-8")
    assert done("contacts", "import", folder / "more.csv", "--dry-run", workspace=workspace)["created"] == 1
    assert done("contacts", "count", workspace=workspace) == {"count": 3}


def test_contacts_are_found_by_number_or_address(workspace: Path) -> None:
    by_number, by_email = (
        done("contacts", "show", key, workspace=workspace) for key in ("c1", "ann@example.com")
    )
    assert by_number == by_email
    assert by_number["consent"]["email"] is True
    assert cli("contacts", "show", "c99", workspace=workspace).code == 1


def test_a_rule_counts(workspace: Path) -> None:
    rule = json.dumps({"consent": "email"})
    assert done("contacts", "count", "--rule", rule, workspace=workspace) == {"count": 2}
    assert cli("contacts", "count", "--rule", "{", workspace=workspace).code == 2
    assert cli("contacts", "count", "--rule", '{"nonsense": 1}', workspace=workspace).code == 1


def test_keys_that_nobody_has_are_named(ran: Path) -> None:
    answer = cli("contacts", "remove", "Wake up", "c1", "c99", "--json", workspace=ran)
    assert (answer.code, answer.json) == (1, {"changed": 1, "unknown": ["c99"]})
    assert done("contacts", "add", "Wake up", "c1", workspace=ran) == {"changed": 1, "unknown": []}
    assert done("contacts", "suppress", "c2", "--reason", "asked", workspace=ran)["changed"] == 1


def test_an_event_of_an_unknown_contact_is_listed(workspace: Path, folder: Path) -> None:
    (folder / "events.csv").write_text(
        f"key,event,at\nc1,visit,{START}\nc99,visit,{START}\n", encoding="utf-8"
    )
    answer = cli("events", "import", folder / "events.csv", "--json", workspace=workspace)
    assert (answer.code, answer.json["created"], answer.json["rejected"]) == (1, 1, 1)
    assert cli("events", "import", folder / "events.csv", "--create", workspace=workspace).code == 0


# -- strategies ---------------------------------------------------------------------------------------------------


def test_a_wrong_strategy_file_is_checked_and_not_kept(workspace: Path, folder: Path) -> None:
    bad = strategy("Bad")
    bad["nodes"][1]["type"] = "carrier_pigeon"
    (folder / "bad.json").write_text(json.dumps(bad), encoding="utf-8")
    answer = cli("strategy", "check", folder / "bad.json", "--json", workspace=workspace)
    assert answer.code == 1
    assert any(
        problem["node"] == "mail" and problem["level"] == "error" for problem in answer.json["problems"]
    )
    refused = cli("strategy", "import", folder / "bad.json", "--json", workspace=workspace)
    assert (refused.code, bool(refused.json["problems"])) == (1, True)
    assert [each["name"] for each in done("strategy", "list", workspace=workspace)["strategies"]] == [
        "Wake up"
    ]


def test_an_older_base_is_a_conflict(workspace: Path, folder: Path) -> None:
    changed = strategy(goal={"event": "visit"})
    (folder / "changed.json").write_text(json.dumps(changed), encoding="utf-8")
    assert (
        done("strategy", "import", folder / "changed.json", "--base", 1, workspace=workspace)["revision"] == 2
    )
    answer = cli("strategy", "import", folder / "strategy.json", "--base", 1, "--json", workspace=workspace)
    assert answer.code == 1
    assert any(problem["code"] == "conflict" for problem in answer.json["problems"])


def test_an_exported_strategy_is_the_imported_one(workspace: Path, folder: Path) -> None:
    done("strategy", "export", "Wake up", "-o", folder / "out.json", workspace=workspace)
    printed = cli("strategy", "export", "Wake up", workspace=workspace).out
    assert printed == (folder / "out.json").read_text(encoding="utf-8")
    assert done("strategy", "import", folder / "out.json", workspace=workspace)["revision"] == 1


def test_a_strategy_that_can_reach_nobody_is_not_published(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "empty.canvas"
    done("init", "--rehearsal", "--now", START, workspace=path)
    (folder / "strangers.csv").write_text("email\nann@example.com\n", encoding="utf-8")
    done("contacts", "import", folder / "strangers.csv", workspace=path)
    done("strategy", "import", folder / "strategy.json", workspace=path)
    answer = cli("strategy", "publish", "Wake up", "--json", workspace=path)
    assert (answer.code, answer.json["version"]) == (1, None)
    assert answer.json["problems"]


def test_a_strategy_is_paused_resumed_and_stopped(ran: Path) -> None:
    for verb, status in (("pause", "paused"), ("resume", "live"), ("stop", "stopped")):
        assert done("strategy", verb, "Wake up", workspace=ran)["status"] == status
    assert cli("strategy", "pause", "Wake up", workspace=ran).code == 1
    assert done("report", "nodes", "Wake up", workspace=ran)["runs"]["reasons"]["stopped"] == 3


# -- running and reports ------------------------------------------------------------------------------------------


def test_a_rehearsal_never_goes_back(ran: Path) -> None:
    assert cli("run", "--until", "2026-03-01T00:00:00+00:00", workspace=ran).code == 2
    assert done("run", "--until", START, workspace=ran)["now"] == START


def test_a_run_moves_people_and_the_clock(ran: Path) -> None:
    found = done("run", "--until", "2026-03-04T09:00:00+00:00", workspace=ran)
    assert found["now"] == "2026-03-04T09:00:00+00:00"
    report = done("report", "nodes", "Wake up", workspace=ran)
    assert report["nodes"]["mail"]["ports"] == {"out": 2}
    assert report["nodes"]["mail"]["skipped"] == 1
    assert report["runs"]["completed"] == 3


def test_every_report_comes_in_every_format(ran: Path, tmp_path: Path) -> None:
    for report in ("nodes", "funnel", "ab", "touches", "timeline", "contact"):
        words = ["report", report, "Wake up", *(["c1"] if report == "contact" else [])]
        assert cli(*words, workspace=ran).code == 0
        assert cli(*words, "--format", "json", workspace=ran).json == done(*words, workspace=ran)
        for format_ in ("csv", "xlsx", "png", "pdf"):
            file = tmp_path / f"{report}.{format_}"
            assert done(*words, "-o", file, workspace=ran) == {"file": str(file)}
            assert file.stat().st_size > 10
    assert cli("report", "nodes", "Wake up", "--format", "png", workspace=ran).code == 2
    assert cli("report", "nodes", "Wake up", "-o", tmp_path / "no" / "x.csv", workspace=ran).code == 1


def test_the_story_of_a_contact_is_told_in_words(ran: Path) -> None:
    text = cli("report", "contact", "Wake up", "c3", workspace=ran).out
    assert "Not sent: Hello" in text


def test_a_forecast_touches_nothing(workspace: Path) -> None:
    found = done("forecast", "Wake up", "--days", 3, workspace=workspace)
    assert found["nodes"]["in"]["entered"] == 3
    assert done("strategy", "list", workspace=workspace)["strategies"][0]["status"] == "draft"
    assert done("report", "touches", "Wake up", workspace=workspace) == {"touches": []}


# -- templates, accounts, sources, statistics ----------------------------------------------------------------------


def test_every_template_can_be_used(workspace: Path, tmp_path: Path) -> None:
    found = done("template", "list", workspace=workspace)["templates"]
    assert found
    for template in found:
        assert all({"id", "label", "default"} <= question.keys() for question in template["questions"])
        name = done("template", "use", template["id"], workspace=workspace)["name"]
        assert name in [each["name"] for each in done("strategy", "list", workspace=workspace)["strategies"]]
        done("template", "use", template["id"], "-o", tmp_path / "template.json", workspace=workspace)
        assert cli("strategy", "check", tmp_path / "template.json", workspace=workspace).code in (0, 1)


def test_an_account_is_added_listed_and_tested(workspace: Path) -> None:
    params = json.dumps({"outcomes": ["delivered", "opened"]})
    added = [
        "account",
        "add",
        "box",
        "--channel",
        "email",
        "--kind",
        "sandbox",
        "--params",
        params,
        "--default",
    ]
    assert done(*added, workspace=workspace) == {"name": "box", "default": True}
    assert cli(*added, workspace=workspace).code == 1
    listed = done("account", "list", workspace=workspace)["accounts"]
    assert [(each["name"], each["kind"], each["default"]) for each in listed] == [("box", "sandbox", True)]
    assert done("account", "test", "box", workspace=workspace)["ok"] is True


def test_a_source_is_added_listed_and_tested(workspace: Path, folder: Path) -> None:
    params = json.dumps({"path": str(folder / "contacts.csv")})
    done("source", "add", "crm", "--kind", "csv", "--params", params, workspace=workspace)
    assert [each["name"] for each in done("source", "list", workspace=workspace)["sources"]] == ["crm"]
    assert done("source", "test", "crm", workspace=workspace)["rows"] == 3


def test_statistics_need_no_workspace(tmp_path: Path) -> None:
    found = done("stats", "proportions", "A=56/70", "B=48/80", "--expect", "A=50,B=50")
    assert found["comparisons"][0]["z"] == pytest.approx(2.6501719)
    assert done("stats", "means", "A=10,2,1", "B=12,3,1")["omnibus"].keys() >= {"F", "df", "p"}
    (tmp_path / "table.csv").write_text("group,spend\na,1\na,2\nb,3\nb,5\n", encoding="utf-8")
    of_file = done("stats", "means", "--file", tmp_path / "table.csv", "--arm", "group", "--value", "spend")
    assert of_file["comparisons"][0]["diff"] == pytest.approx(-2.5)
    assert cli("stats", "proportions", "A=56").code == 1


# -- the program itself -------------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_one_sentence_and_a_file(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError("surprise")

    monkeypatch.setattr("canvas_app.operations.contacts.count_contacts", broken)
    answer = cli("contacts", "count", workspace=workspace)
    assert (answer.code, answer.err.count("\n"), "Traceback" in answer.err) == (1, 1, False)
    assert "surprise" in places.log_file().read_text(encoding="utf-8")


def test_messages_are_in_the_language_asked_for(workspace: Path) -> None:
    assert cli("--language", "vi", "contacts", "count", workspace=workspace).code == 0
    assert cli("--language", "tlh", "contacts", "count", workspace=workspace).code == 2


def test_the_program_starts_as_a_module_and_prints_one_document(workspace: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "canvas_app",
        "contacts",
        "count",
        "--json",
        "--workspace",
        str(workspace),
    ]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == {"count": 3}
    assert found.stderr == ""


def test_help_loads_neither_tables_nor_frames() -> None:
    program = (
        "import sys, canvas_app.cli.main as m; m.build_parser().format_help(); "
        "print(sorted({'sqlalchemy', 'pandas', 'matplotlib', 'PySide6', 'networkx'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
