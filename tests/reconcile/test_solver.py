"""The solver leaves standard output to results."""

from __future__ import annotations

import os

import pytest

from extractor.reconcile.solver import _without_noise


def test_lines_of_the_solver_are_dropped_and_all_others_kept(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(1, b"before\n")
    with _without_noise():
        os.write(1, b"HighsMipSolverData::transformNewIntegerFeasibleSolution tmpSolver.run();\nmeanwhile\n")
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "before\nmeanwhile\nafter\n"
