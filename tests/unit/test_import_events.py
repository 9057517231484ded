"""Events out of a file: whose they are, what they carry, and that an identical one is one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvas_app.operations.contacts import import_contacts, show_contact
from canvas_app.operations.events import import_events
from storage.base.errors import UserError
from storage.workspace import Workspace, create_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    found = create_workspace(str(tmp_path / "shop.canvas-workspace"), timezone="Asia/Shanghai")
    people = tmp_path / "people.csv"
    people.write_text("external_id,email,phone\n1,a@x.com,13800138000\n2,b@x.com,\n", encoding="utf-8")
    import_contacts(found, people, key="external_id")
    yield found
    found.close()


def written(folder: Path, text: str, name: str = "events.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def stored(workspace: Workspace) -> list[tuple[object, ...]]:
    with workspace.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT contact, text, at, properties, handled FROM event JOIN name ON name.id = type ORDER BY event.id"
        )
        return [tuple(row) for row in rows]


def test_a_key_is_a_number_an_address_or_a_phone(workspace: Workspace, tmp_path: Path) -> None:
    at = "2026-03-01T09:00:00+08:00"
    keys = ("1", "A@X.com", "138 0013 8000", "+8613800138000", "2")
    path = written(
        tmp_path, "key,event,at\n" + "".join(f"{key},visit{n},{at}\n" for n, key in enumerate(keys))
    )
    assert import_events(workspace, path).created == 5
    assert [row[0] for row in stored(workspace)] == [1, 1, 1, 1, 2]
    assert stored(workspace)[0] == (1, "visit0", 1772326800, None, 0)


def test_further_columns_are_properties_and_numbers_are_numbers(workspace: Workspace, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "key,event,at,properties,amount,sku,node,note\n"
        '1,purchase,2026-03-01,"{""items"":[1,2],""amount"":""9""}",19.90,007,12,\n',
    )
    import_events(workspace, path)
    (row,) = stored(workspace)
    assert row[2] == 1772294400  # midnight in Shanghai
    assert json.loads(str(row[3])) == {"items": [1, 2], "amount": "9", "sku": "007", "node": "12"}


def test_an_identical_event_is_one(workspace: Workspace, tmp_path: Path) -> None:
    text = 'key,event,at,properties\n1,buy,2026-03-01T09:00:00Z,"{""b"":1,""a"":2}"\n'
    path = written(
        tmp_path, text + '1,buy,2026-03-01T17:00:00+08:00,"{""a"":2,""b"":1}"\n1,buy,2026-03-01T09:00:01Z,\n'
    )
    first = import_events(workspace, path).as_json()
    assert (first["rows"], first["created"], first["unchanged"]) == (3, 2, 1)
    again = import_events(workspace, path)
    assert (again.created, again.unchanged, again.events) == (0, 3, False)


def test_what_cannot_be_taken_is_listed_with_line_and_reason(workspace: Workspace, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "key,event,at,properties\nnobody,visit,2026-03-01,\n1,visit,soon,\n1,,2026-03-01,\n,visit,2026-03-01,\n"
        "1,visit,2026-03-01,not json\n1,visit,2026-03-01,{},x\n1,visit,2026-03-01,\n",
    )
    result = import_events(workspace, path)
    found = result.as_json()
    assert list(found) == ["rows", "created", "updated", "unchanged", "rejected", "rejects"]
    assert (result.rows, result.created, result.rejected) == (7, 1, 6)
    assert [(each.line, each.field, each.value) for each in result.rejects] == [
        (2, "key", "nobody"), (3, "at", "soon"), (4, "event", ""), (5, "key", ""),
        (6, "properties", "not json"), (7, "properties", "1 · visit · 2026-03-01 · {} · x"),
    ]  # fmt: skip


def test_create_makes_the_contacts_nobody_knows(workspace: Workspace, tmp_path: Path) -> None:
    keys = ("New@x.com", "new@x.com", "K-9", "bad@")
    text = "key,event,at\n" + "".join(f"{key},visit,2026-03-0{day}\n" for day, key in enumerate(keys, 1))
    result = import_events(workspace, written(tmp_path, text), create=True)
    assert (result.created, result.contacts_created, result.rejected) == (3, 2, 1)
    assert show_contact(workspace, "new@x.com").fields["email"] == "New@x.com"
    assert show_contact(workspace, "K-9").fields["external_id"] == "K-9"


def test_json_lines_are_read_too(workspace: Workspace, tmp_path: Path) -> None:
    lines = [
        {"key": 1, "event": "visit", "at": "2026-03-01T00:00:00Z", "page": "/a", "properties": {"n": 1.5}},
        {
            "key": "b@x.com",
            "event": "clicked",
            "at": "2026-03-01T00:00:00Z",
            "node": "mail",
            "strategy": "May",
        },
    ]
    text = "\n".join(json.dumps(line) for line in lines) + "\nnonsense\n[1]\n"
    result = import_events(workspace, written(tmp_path, text, "events.jsonl"))
    assert (result.created, result.rejected) == (2, 2)
    properties = [json.loads(str(row[3])) for row in stored(workspace)]
    assert properties == [{"n": 1.5, "page": "/a"}, {"node": "mail", "strategy": "May"}]


def test_a_file_without_the_columns_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no column “at”"):
        import_events(workspace, written(tmp_path, "key,event\n1,visit\n"))
    with pytest.raises(UserError, match="cannot be opened"):
        import_events(workspace, tmp_path / "missing.csv")


def test_a_file_that_breaks_in_the_middle_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"1,visit,{1_700_000_000 + n}\n" for n in range(6000))
    with pytest.raises(UserError, match="never closes"):
        import_events(workspace, written(tmp_path, f'key,event,at\n{rows}1,"visit,2026-03-01\n'))
    assert stored(workspace) == []
