"""Records of relaxed crystals: problems, and entries of a phase diagram."""

from typing import Any

import pytest

from liponflow.analysis.energy_scale import OWN
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.analysis.stability.gases import GASES
from liponflow.analysis.stability.phase_record import (
    PhaseRecord,
    gas_entries,
    phase_record,
    scaled_entries,
)
from liponflow.structures.phases import phase

ENGINE = EngineInfo(name="chgnet", version="0.4.2", weights="0.3.0", surrogate=True)


def made(name: str = "Li2O", shift: float = 0.0, scale: float = 1.0, **fields: Any) -> PhaseRecord:
    facts = phase(name)
    structure = facts.primitive()
    structure.translate_sites([0], [shift, 0, 0], frac_coords=False)
    structure.scale_lattice(scale * structure.volume)
    calculation = Calculation(
        **{
            "engine": ENGINE,
            "structure": structure,
            "energy": -15.0,
            "max_force": 0.01,
            "force_limit": 0.05,
            "converged": True,
            "ionic_steps": 10,
        }
        | fields
    )
    start = facts.structure()
    return phase_record(
        calculation,
        fingerprint="0" * 64,
        name=name,
        source=facts.source,
        spacegroup=facts.spacegroup,
        start_volume_per_atom=start.volume / len(start),
        symmetry_tolerance=0.1,
    )


def test_relaxed_crystal_that_keeps_its_symmetry_has_no_problem() -> None:
    record = made(scale=1.02)
    assert record.problem is None
    assert record.relaxed_spacegroup == "Fm-3m"
    assert record.volume_change_percent == pytest.approx(2)
    assert record.energy_per_atom == -5.0
    assert record.formula == "Li2O"


def test_change_of_symmetry_is_a_problem() -> None:
    record = made(shift=0.3)
    assert record.problem is not None
    assert "changed the space group from Fm-3m to" in record.problem
    assert "widen symmetry_tolerance" in record.problem


def test_noise_within_the_tolerance_is_no_problem() -> None:
    assert made(shift=0.02).problem is None


def test_problem_of_unconverged_crystal_has_value_limit_and_remedy() -> None:
    record = made(converged=False, max_force=0.2)
    assert record.problem is not None
    for part in ("0.200 eV/Å", "limit 0.05", "max_steps"):
        assert part in record.problem


def test_gas_entries_have_reference_energies() -> None:
    entries = gas_entries(["Li", "N", "O", "P"], ENGINE)
    assert {entry.name: entry.energy_per_atom for entry in entries} == {
        "N2": GASES["N"].reference_energy,
        "O2": GASES["O"].reference_energy,
    }
    assert all("by reference" in entry.source for entry in entries)
    assert all(entry.method is None for entry in entries)


def test_gas_entries_beside_dft_have_its_method() -> None:
    vasp = EngineInfo(name="vasp", version="6.4.2", functional="PBE", surrogate=False)
    [oxygen] = gas_entries(["O"], vasp)
    assert oxygen.method is not None
    assert oxygen.method.functional == "PBE"
    assert [block.potential for block in oxygen.method.blocks] == ["O"]


def test_gases_of_a_code_with_its_own_scale_follow_from_measured_enthalpies() -> None:
    gpaw = EngineInfo(
        name="gpaw",
        version="26.7.0",
        functional="PBE",
        energy_scale=OWN,
        method="PBE, PW 400 eV",
        surrogate=False,
    )
    names = ["Li_bcc", "Li2O"]
    records = [made("Li_bcc", engine=gpaw, energy=-2.0), made("Li2O", engine=gpaw, energy=-14.0)]
    found, engine = scaled_entries(names, records, gases=["Li", "O"], corrections="auto")
    assert engine == gpaw
    [oxygen] = [entry for entry in found.entries if entry.formula == "O2"]
    # Not the -4.95 eV of the Materials Project, which are on VASP's scale.
    atoms = len(phase("Li_bcc").primitive())
    assert oxygen.energy_per_atom == pytest.approx(-14.0 - 2 * (-2.0 / atoms) + 3 * 2.068)
    assert found.scale == "gpaw: PBE, total energies; gases by reference"
