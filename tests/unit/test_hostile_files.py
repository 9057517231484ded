"""Files that mean harm, or were harmed: each gets a clear sentence, and nothing of it is kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from canvas_app.operations.strategies import check_file, has_errors, import_strategy, list_strategies
from nodes.file import LARGEST_FILE, MOST_EDGES, write_graph
from storage.base.errors import UserError
from storage.workspace import MEMORY, Workspace, create_workspace
from tests.helpers.graphs import audience, chain, email

GOOD: dict[str, Any] = json.loads(write_graph(chain(audience(), email(), name="Good")))


def file(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def nested(depth: int) -> bytes:
    return file(description="HERE").replace(b'"HERE"', b"[" * depth + b"]" * depth)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "is empty"),
    "cut off": (file()[:-30], "no JSON"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "UTF-8"),
    "UTF-16": (file().decode().encode("utf-16"), "UTF-8"),
    "a list": (b"[1, 2, 3]", "no strategy"),
    "another program's file": (b'{"nodes": [], "links": {}}', "format"),
    "an empty workflow of n8n": (b'{"nodes": [], "connections": {}}', "empty"),
    "XML that is no diagram": (b"<html><body/></html>", "no BPMN"),
    "XML with a document type": (b'<!DOCTYPE d SYSTEM "https://example.com/d.dtd"><d/>', "DOCTYPE"),
    "a later format": (file(format="strategy-canvas/99"), "strategy-canvas/99"),
    "a hundred levels": (nested(100), "64 levels"),
    "a hundred thousand levels": (nested(100_000), "64 levels"),
    "more than 20 MB": (b" " * LARGEST_FILE + file(), "20 MB"),
    "50,000 nodes": (file(nodes=[{"id": str(n), "type": "exit"} for n in range(50_000)]), "50,000 nodes"),
    "too many connections": (
        file(edges=[{"from": "in", "port": str(n), "to": "mail"} for n in range(MOST_EDGES + 1)]),
        "connections",
    ),
    "a number that is none": (file(description="HERE").replace(b'"HERE"', b"NaN"), "number"),
    "a number without end": (file(description="HERE").replace(b'"HERE"', b"1e999"), "number"),
    "a number of 5,000 digits": (file(description="HERE").replace(b'"HERE"', b"9" * 5000), "number"),
    "a name said twice": (file().replace(b'"description"', b'"name": "Other", "description"'), "twice"),
    "half a letter": (file(description="HERE").replace(b"HERE", rb"\ud800"), "signs"),
    "a zero byte": (file(name="Good\0Evil"), "signs"),
    "two nodes of one id": (file(nodes=[*GOOD["nodes"], GOOD["nodes"][0]]), "Two nodes"),
    "a node that is no node": (file(nodes=[*GOOD["nodes"], "rm -rf"]), "Entry 3"),
    "params that are a list": (file(nodes=[{"id": "a", "type": "email", "params": [1]}]), "“params”"),
    "a status": (file(status="live", approved_by="me"), "“approved_by”"),
    "a secret beside the params": (file(nodes=[{"id": "a", "type": "exit", "password": "x"}]), "“password”"),
    "an unknown type": (file(nodes=[{"id": "a", "type": "__import__"}]), "__import__"),
    "an unknown param": (file(nodes=[{"id": "a", "type": "exit", "params": {"exec": "x"}}]), "exec"),
    "an unknown setting": (file(settings={"sudo": True}), "sudo"),
    "a port that is not there": (file(edges=[{"from": "in", "port": "../../x", "to": "mail"}]), "../../x"),
    "a wire to nowhere": (file(edges=[{"from": "in", "port": "out", "to": "nowhere"}]), "nowhere"),
    "no name": (file(name="  "), "no name"),
}


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    workspace = create_workspace(MEMORY)
    yield workspace
    workspace.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_told_in_a_sentence_and_nothing_is_kept(name: str, workspace: Workspace) -> None:
    content, part = HOSTILE[name]
    checked = check_file(workspace, text=content)
    messages = [problem.message for problem in checked.problems]
    assert checked.has_errors
    assert any(part in message for message in messages), messages
    assert all(message[0].isupper() or message[0] == "“" for message in messages)
    assert all(message.endswith(".") and len(message) < 400 for message in messages)
    saved = import_strategy(workspace, text=content)
    assert saved.refused
    assert has_errors(saved.problems)
    assert list_strategies(workspace) == []


def test_a_hostile_file_leaves_the_draft_of_that_name_as_it_was(workspace: Workspace) -> None:
    first = import_strategy(workspace, text=file())
    assert import_strategy(workspace, text=file(status="live", description="worse")).refused
    assert [(row.name, row.revision) for row in list_strategies(workspace)] == [("Good", first.revision)]


def test_a_file_that_is_not_there_is_told(workspace: Workspace, tmp_path: Path) -> None:
    for file_or_folder in (tmp_path / "none.json", tmp_path):
        with pytest.raises(UserError, match="cannot be read"):
            check_file(workspace, file=file_or_folder)
