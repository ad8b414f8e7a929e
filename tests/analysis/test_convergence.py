import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.result import Calculation, EngineInfo


def calculation(
    max_force: float | None, limit: float | None, *, converged: bool = False
) -> Calculation:
    return Calculation(
        engine=EngineInfo(name="vasp", version="6.4.3", surrogate=False),
        structure=Structure(Lattice.cubic(3.4), ["Li"], [[0, 0, 0]]),
        energy=-1.9,
        max_force=max_force,
        force_limit=limit,
        converged=converged,
        ionic_steps=200,
        directory="cluster:/scratch/run-7",
    )


def test_converged_calculation_has_no_reason():
    assert unconverged_reason(calculation(0.01, 0.05, converged=True)) is None


@pytest.mark.parametrize(
    ("max_force", "limit", "said"),
    [
        (0.31, 0.05, ["0.310 eV/Å", "200 steps", "limit 0.05", "raise"]),
        (0.01, 0.05, ["cell or electrons", "0.010 eV/Å", "raise"]),
        (None, None, ["200 steps", "cluster:/scratch/run-7"]),
    ],
)
def test_reason_states_value_limit_and_remedy(
    max_force: float | None, limit: float | None, said: list[str]
) -> None:
    reason = unconverged_reason(calculation(max_force, limit))
    assert reason is not None
    assert [part for part in said if part not in reason] == []
