"""Records of relaxed crystals: problems, and entries of a phase diagram."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from pymatgen.core import Lattice

from liponflow.analysis.energy_scale import OWN
from liponflow.analysis.method import Method
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.gases import GASES
from liponflow.analysis.stability.magnetism import magnetic_state
from liponflow.analysis.stability.phase_record import (
    FAILED,
    PhaseRecord,
    gas_entries,
    lowest_order,
    phase_record,
    scaled_entries,
)
from liponflow.structures.phases import phase

DFT = EngineInfo(name="vasp", version="6.4.2", functional="PBE+U", surrogate=False)
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


def test_charged_crystal_is_refused() -> None:
    charged = made("Li2O", engine=DFT, recorded_method=Method(code="vasp", charge=-1.0))
    others = [made(name, engine=DFT) for name in ("Li_bcc", "Li2O2")]
    names = [record.name for record in (charged, *others)]
    found, _ = scaled_entries(names, [charged, *others], gases=["Li", "O"], corrections="none")
    [item] = [item for item in found.excluded if item.name == "Li2O"]
    assert "charge of -1 e" in item.reason


# Magnetic orders

ORDERS = ("ferromagnetic", "antiferromagnetic-1", "antiferromagnetic-2")


def ordered(order: str, energy: float, moments: Sequence[float], **fields: Any) -> PhaseRecord:
    """Return a record of NiO with DFT, energy per atom."""
    record = made("NiO", energy=2 * energy, engine=DFT, **fields)
    return record.model_copy(
        update={"magnetic_order": order, "magnetic_state": magnetic_state(moments)}
    )


def test_lowest_magnetic_order_is_kept_with_the_energies_of_all() -> None:
    records = [ordered(ORDERS[0], -5.9, [1.7, 0.1]), ordered(ORDERS[1], -6.0, [1.7, -1.7]), None]
    best = lowest_order(records, ORDERS)
    assert (best.magnetic_order, best.energy_per_atom) == (ORDERS[1], -6.0)
    assert [(item.order, item.state) for item in best.orders] == [
        (ORDERS[0], "ferromagnetic"),
        (ORDERS[1], "antiferromagnetic"),
        (ORDERS[2], None),
    ]
    assert best.orders[0].above == pytest.approx(0.1)
    assert best.orders[1].above == 0
    assert best.orders[2].problem == FAILED
    [entry] = [e for e in entries_of([best]).entries if e.formula == "NiO"]
    assert entry.magnetic_order == ORDERS[1]
    assert entries_of([best]).orders == tuple(best.orders)


def test_order_whose_energy_may_not_be_used_does_not_win() -> None:
    records = [
        ordered(ORDERS[0], -5.9, [1.7, 0.1]),
        ordered(ORDERS[1], -6.0, [1.7, -1.7], converged=False, max_force=0.3),
    ]
    best = lowest_order(records, ORDERS[:2])
    assert best.magnetic_order == ORDERS[0]
    assert "0.300 eV/Å" in str(best.orders[1].problem)
    with pytest.raises(ValueError, match="every magnetic order failed"):
        lowest_order([None], ORDERS[:1])


@pytest.mark.parametrize(
    ("names", "moments", "warned"),
    [
        (ORDERS[:1], [1.7, 0.1], True),
        (ORDERS[:1], [0.0, 0.0], False),  # no moment is left
        (ORDERS[:2], [1.7, 0.1], False),
    ],
)
def test_ferromagnetic_order_alone_is_said(
    names: Sequence[str], moments: list[float], *, warned: bool
) -> None:
    best = lowest_order([ordered(name, -6.0, moments) for name in names], names)
    remarks = [text for text in entries_of([best]).remarks if "only the ferromagnetic" in text]
    assert ["order of NiO was computed" in text for text in remarks] == [True] * warned


def test_cell_may_follow_its_magnetic_order() -> None:
    """A rhombohedral distortion along [111], as that of MnO and NiO below the Néel point."""
    facts = phase("NiO")
    stretched = facts.structure()
    strain = np.full((3, 3), 0.02) + 0.98 * np.eye(3)
    stretched.lattice = Lattice(stretched.lattice.matrix @ strain)
    primitive = stretched.get_primitive_structure()
    for ordered_group, kept in ((None, False), ("R-3m", True)):
        record = phase_record(
            Calculation(
                engine=DFT,
                structure=primitive,
                energy=-12.0,
                max_force=0.01,
                converged=True,
                ionic_steps=5,
            ),
            fingerprint="0" * 64,
            name="NiO",
            source=facts.source,
            spacegroup=facts.spacegroup,
            start_volume_per_atom=primitive.volume / 2,
            symmetry_tolerance=0.01,
            magnetic_order=ORDERS[1],
            ordered_spacegroup=ordered_group,
        )
        assert (record.problem is None) == kept
        assert record.keeps_symmetry == kept


def entries_of(records: Sequence[PhaseRecord]) -> EntrySet:
    others = [made(name, engine=DFT) for name in ("Li_bcc", "Ni")]
    every = [*others, *records]
    names = [record.name for record in every]
    return scaled_entries(names, every, gases=["Li", "Ni", "O"], corrections="none")[0]
