"""The engine moves every contact exactly as a walk in plain Python does, however its work is cut up."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from canvas_app.runtime import seeds
from storage.workspace import open_workspace
from tests.helpers.journeys import DAY, START, cases
from tests.helpers.oracle import PARTS, Case, Told, by_engine, by_walk, prepared, salt_of

PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)  # explaining a failure takes minutes
QUICK = settings(max_examples=40, phases=PHASES)
LONG = settings(max_examples=2000, phases=PHASES, suppress_health_check=list(HealthCheck))
MOMENTS = st.lists(st.integers(1, 5 * DAY).map(lambda seconds: START + seconds), max_size=6)


def engine(case: Case) -> tuple[Told, int]:
    """What the engine does with a new workspace; strategies that the check refuses are passed over."""
    workspace = prepared(case)
    assume(workspace is not None)
    assert workspace is not None
    try:
        return by_engine(case, workspace), salt_of(workspace)
    finally:
        workspace.close()


def agree(case: Case) -> None:
    found, salt = engine(case)
    expected = by_walk(case, salt)
    for part in PARTS:
        assert found[part] == expected[part], part


@QUICK
@given(cases(forks=False, loops=False))
def test_a_way_without_forks_is_walked_exactly(case: Case) -> None:
    agree(case)


@QUICK
@given(cases())
def test_forks_merges_and_loops_are_walked_exactly(case: Case) -> None:
    agree(case)


@settings(QUICK, max_examples=20)
@given(cases(keyed=True, most=5))
def test_runs_side_by_side_keep_to_their_own_events(case: Case) -> None:
    agree(case)


@settings(QUICK, max_examples=20)
@given(cases(most=7), MOMENTS)
def test_more_ticks_and_new_engines_in_between_change_nothing(case: Case, moments: Sequence[int]) -> None:
    assert engine(replace(case, ticks=moments)) == engine(case)


@settings(QUICK, max_examples=8)
@given(cases(most=7), MOMENTS.filter(bool))
def test_a_workspace_that_is_closed_and_opened_again_goes_on(case: Case, moments: Sequence[int]) -> None:
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "one.canvas")
        workspace = prepared(case, path)
        assume(workspace is not None)
        assert workspace is not None
        workspace.close()
        for moment in [*sorted(moments), case.end]:
            workspace = open_workspace(path)
            found = by_engine(replace(case, end=moment), workspace)
            workspace.close()
    assert found == engine(case)[0]


@pytest.mark.parametrize("size", [1, 7])
@settings(QUICK, max_examples=20)
@given(case=cases(most=7))
def test_the_size_of_a_wave_changes_nothing(size: int, case: Case) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seeds, "LARGEST_WAVE", size)
        small = engine(case)
    assert small == engine(case)


@pytest.mark.soak
@LONG
@given(st.booleans().flatmap(lambda forks: cases(forks=forks, loops=forks)))
def test_thousands_of_strategies_are_walked_exactly(case: Case) -> None:
    agree(case)


@pytest.mark.soak
@LONG
@given(cases(keyed=True))
def test_thousands_of_strategies_with_a_key_are_walked_exactly(case: Case) -> None:
    agree(case)


@pytest.mark.soak
@LONG
@given(cases(), MOMENTS, st.sampled_from([1, 3, 7]))
def test_thousands_of_strategies_do_not_depend_on_how_the_work_is_cut_up(
    case: Case, moments: Sequence[int], size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seeds, "LARGEST_WAVE", size)
        small = engine(replace(case, ticks=moments))
    assert small == engine(case)
