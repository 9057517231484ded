"""Speed of the engine as ratios within one run: machines are noisy, two loads on the same one are not.

`python3 dev.py bench` prints the figures. CPU seconds are compared, so that other work on the machine weighs less.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from canvas_app.operations.publishing import publish
from canvas_app.operations.running import run_until, sandbox_engine
from canvas_app.operations.strategies import import_strategy
from nodes.file import write_graph
from nodes.spec import FOREVER
from storage.workspace import Workspace, create_workspace
from tests.helpers.journey import fill, journey

NOW = 1_767_258_000
PEOPLE = 100_000
DAY = 86_400


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of some work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, float]:
    """A hundred thousand contacts after the journey of twelve nodes, and the CPU seconds it took."""
    path = tmp_path_factory.mktemp("bench") / "journey.sqlite"
    workspace = create_workspace(str(path), rehearsal_now=NOW)
    fill(workspace, PEOPLE, NOW)
    import_strategy(workspace, text=write_graph(journey()))
    publish(workspace, name="Journey")
    return workspace, cpu(lambda: run_until(workspace, until=NOW + 3 * DAY))


def raw_insert(path: Path, rows: int) -> float:
    """SQLite's own `INSERT … SELECT` of as many step rows, committed, with the workspace's settings."""
    workspace = create_workspace(str(path), rehearsal_now=NOW)
    with workspace.write() as connection:
        connection.exec_driver_sql("CREATE TABLE run (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
            " INSERT INTO run SELECT i FROM n"
        )

    def insert() -> None:
        with workspace.write() as connection:
            connection.exec_driver_sql("INSERT INTO step SELECT 1, id, 64, 0 FROM run")

    return cpu(insert)


def test_the_journey_beside_raw_inserts(walked: tuple[Workspace, float], tmp_path: Path) -> None:
    workspace, seconds = walked
    with workspace.read() as connection:
        steps = int(connection.scalar(text("SELECT count(*) FROM step")) or 0)
        touches = int(connection.scalar(text("SELECT count(*) FROM touch")) or 0)
    raw = raw_insert(tmp_path / "raw.sqlite", steps)
    print(f"\n{PEOPLE:,} contacts, {steps:,} steps, {touches:,} messages: {seconds:.2f} s CPU;"
          f" raw INSERT … SELECT {raw:.3f} s; ratio {raw / seconds:.3f} (wanted 0.10)")  # fmt: skip
    assert raw / seconds > 0.02


def test_the_journey_beside_an_orm_loop(walked: tuple[Workspace, float], tmp_path: Path) -> None:
    workspace, seconds = walked
    with workspace.read() as connection:
        steps = int(connection.scalar(text("SELECT count(*) FROM step")) or 0)
    each = orm_loop(tmp_path / "orm.sqlite", 300) / 300
    ratio = each / (seconds / steps)
    print(
        f"\nan ORM loop takes {each * 1e6:.0f} µs a step, the engine {seconds / steps * 1e6:.1f}: {ratio:.0f} times"
    )
    assert ratio > 50


def orm_loop(path: Path, steps: int) -> float:
    """CPU seconds of the naive way: load a run, decide, write a step, commit; one at a time."""

    class Base(DeclarativeBase):
        pass

    class Run(Base):
        __tablename__ = "run"
        id: Mapped[int] = mapped_column(primary_key=True)
        node: Mapped[int]
        score: Mapped[int]

    class Step(Base):
        __tablename__ = "step"
        id: Mapped[int] = mapped_column(primary_key=True)
        run: Mapped[int]
        node: Mapped[int]
        port: Mapped[int]

    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Run(id=number, node=1, score=number % 100) for number in range(steps))
        session.commit()

    def walk() -> None:
        for number in range(steps):
            with Session(engine) as session:
                run = session.get_one(Run, number)
                session.add(Step(run=run.id, node=run.node, port=int(run.score > 50)))
                run.node += 1
                session.commit()

    return cpu(walk)


def test_bytes_a_step_and_a_message(walked: tuple[Workspace, float]) -> None:
    workspace, _seconds = walked
    with workspace.read() as connection:
        found = connection.execute(text("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
        sizes = {row[0]: row[1] for row in found}
        steps = int(connection.scalar(text("SELECT count(*) FROM step")) or 0)
        touches = int(connection.scalar(text("SELECT count(*) FROM touch")) or 0)
    step = sum(
        size for name, size in sizes.items() if name in ("step", "token", "wave", "ix_token_enrollment")
    )
    touch = sum(size for name, size in sizes.items() if "touch" in name or name == "outcome")
    print(
        f"\n{step / steps:.1f} bytes a step (wanted 20), {touch / touches:.0f} bytes a message (wanted 150)"
    )
    assert step / steps <= 20
    assert touch / touches <= 150


def test_an_idle_tick_with_a_million_waiting(tmp_path: Path) -> None:
    workspace = create_workspace(str(tmp_path / "idle.sqlite"), rehearsal_now=NOW)
    import_strategy(workspace, text=write_graph(journey()))
    fill(workspace, 100, NOW)
    publish(workspace, name="Journey")
    run_until(workspace, until=NOW)
    with workspace.write() as connection:
        connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)"
            f" INSERT INTO token SELECT {NOW + 10 * DAY}, 1, 8, i + 1000, 0, 0, {NOW} FROM n"
        )
    engine = sandbox_engine(workspace)
    engine.tick(NOW + 1)
    spent = min(cpu(lambda second=second: engine.tick(NOW + second)) for second in range(2, 30))  # type: ignore[misc]
    print(f"\nidle tick with 1,000,000 waiting: {spent * 1000:.2f} ms (wanted under 5); FOREVER is {FOREVER}")
    assert spent < 0.02
