from itertools import pairwise

import numpy as np
import pytest
from glass_frames import dimer, po3n, random_structure
from pydantic import ValidationError
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.fingerprint import Fingerprinter, fingerprint, fingerprint_structure
from liponflow.analysis.glass.result import Fingerprint
from liponflow.analysis.glass.settings import FingerprintSettings
from liponflow.analysis.trajectory.frames import frames_of_structures
from liponflow.structures.phases import phase

HALF_BIN = 0.07
"""Neighbours of Li within half a bin (0.01 Å) at the first minimum of a hot crystal: about
4πr²ρ g × 0.01 Å with r = 4.3 Å, ρ = 0.047/Å³ and g = 0.6."""

SHARES = ("units", "nitrogen_sites", "oxygen_sites", "fragments", "li_environments")


def shares(found: Fingerprint, group: str) -> dict[str, float]:
    return {share.name: share.share for share in getattr(found, group)}


@pytest.fixture(scope="module")
def li2po2n() -> Fingerprint:
    return fingerprint_structure(phase("Li2PO2N_SD").structure())


def test_fingerprint_of_a_crystal_has_its_known_structure(li2po2n: Fingerprint) -> None:
    structure = phase("Li2PO2N_SD").structure()
    assert li2po2n.formula == "Li2PO2N"
    assert li2po2n.density == pytest.approx(structure.density)
    assert li2po2n.number_density == pytest.approx(len(structure) / structure.volume)
    assert shares(li2po2n, "units") == {"Q2_2": 1.0}
    assert shares(li2po2n, "nitrogen_sites") == {
        "bridging": 1.0,
        "apical": 0.0,
        "free": 0.0,
        "triply coordinated": 0.0,
    }
    assert shares(li2po2n, "oxygen_sites")["non-bridging"] == 1.0
    assert shares(li2po2n, "fragments") == {"infinite": 1.0}
    assert shares(li2po2n, "li_environments") == {"Li[O3N]": 1.0}
    assert not any(defect.worst for defect in li2po2n.defects)
    assert li2po2n.rings == []


def test_coordination_numbers_of_disordered_model_agree_with_a_count() -> None:
    """g(r) does not vanish at its minimum, so half a bin there holds many atoms."""
    chance = np.random.default_rng(4)
    crystal = Structure(Lattice.cubic(3.5), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]]) * (5, 5, 5)
    models = [
        Structure(
            crystal.lattice,
            crystal.species,
            crystal.cart_coords + 0.3 * chance.standard_normal((len(crystal), 3)),
            coords_are_cartesian=True,
        )
        for _ in range(4)
    ]
    [pair] = fingerprint_structure(models).pairs
    assert pair.first_minimum is not None
    assert np.interp(pair.first_minimum, np.arange(0.01, 10, 0.02), pair.g) > 0.3
    counted = [len(model.get_neighbor_list(pair.first_minimum)[0]) for model in models]
    mean = sum(counted) / len(models) / len(crystal)
    assert pair.coordination == pytest.approx(mean, abs=HALF_BIN / 5)
    assert pair.coordination_reverse == pytest.approx(mean, abs=HALF_BIN / 5)


def test_coordination_numbers_of_crystal_are_exact(li2po2n: Fingerprint) -> None:
    pairs = {pair.pair: pair for pair in li2po2n.pairs}
    assert list(pairs) == [
        *("Li-Li", "Li-P", "Li-O", "Li-N", "P-P", "P-O", "P-N", "O-O", "O-N", "N-N")
    ]
    for name, there, back in (("P-O", 2, 1), ("P-N", 2, 2), ("Li-O", 3, 3), ("Li-N", 1, 2)):
        assert pairs[name].coordination == pytest.approx(there, rel=1e-4), name
        assert pairs[name].coordination_reverse == pytest.approx(back, rel=1e-4), name
    assert pairs["P-N"].first_peak == pytest.approx(1.615, abs=0.02)


def test_shares_sum_to_1() -> None:
    symbols = ["Li"] * 4 + ["P"] * 3 + ["O"] * 7 + ["N"] * 2
    structures = [random_structure(seed, symbols) for seed in range(15)]
    found = fingerprint_structure(structures)
    for group in SHARES:
        assert sum(shares(found, group).values()) == pytest.approx(1), group


def test_fingerprint_does_not_depend_on_how_frames_are_split() -> None:
    symbols = ["Li"] * 3 + ["P"] * 2 + ["O"] * 5 + ["N"]
    structures = [random_structure(seed, symbols) for seed in range(12)]
    settings = FingerprintSettings(mobile_cutoff=2.5)
    whole = fingerprint_structure(structures, settings)
    parts = [frames_of_structures(structures[a:b]) for a, b in pairwise([0, 1, 5, 12])]
    pieces = fingerprint(parts, settings)
    for one, other in zip(whole.pairs, pieces.pairs, strict=True):
        assert one.g == pytest.approx(other.g, rel=1e-4)
        assert one.g_error == pytest.approx(other.g_error, rel=1e-4)
    for group in SHARES:
        assert shares(whole, group) == pytest.approx(shares(pieces, group))
    bonds, again = ({b.name: b.length for b in f.bonds} for f in (whole, pieces))
    assert bonds == pytest.approx(again)
    angles, again = ({a.name: a.angle for a in f.angles} for f in (whole, pieces))
    assert angles == pytest.approx(again)
    defects, again = ({d.name: (d.worst, d.last) for d in f.defects} for f in (whole, pieces))
    assert defects == again


def test_shares_have_means_and_errors_over_frames() -> None:
    """The bridge is broken in every third frame."""
    whole = dimer("N", "OOOOON")
    broken = whole.copy()
    broken.translate_sites([4], [0, 0, 0.3])
    found = fingerprint_structure([broken if i % 3 == 0 else whole for i in range(30)])
    assert shares(found, "nitrogen_sites") == pytest.approx(
        {"apical": 0.5, "bridging": 1 / 3, "free": 1 / 6, "triply coordinated": 0}
    )
    [free] = [defect for defect in found.defects if defect.name == "free N"]
    assert (free.mean, free.worst, free.last) == (pytest.approx(1 / 3), 1, 0)
    bridging = next(share for share in found.nitrogen_sites if share.name == "bridging")
    deviation = 0.5 * np.sqrt(1 / 3 * 2 / 3)
    assert bridging.error == pytest.approx(deviation / np.sqrt(29), rel=1e-6)
    [bonds] = [bond for bond in found.bonds if bond.name == "P-N (bridging)"]
    assert bonds.number == pytest.approx(2 * 2 / 3)
    assert bonds.length == pytest.approx(1.55)


def test_number_density_of_changing_cells_is_the_mean_of_the_frames() -> None:
    """Cells of 8³ and 10³ Å³: the inverse mean volume would be 10 % lower."""
    frames = [Structure(Lattice.cubic(edge), ["Li"], [[0, 0, 0]]) for edge in (8, 10)]
    found = fingerprint_structure(frames)
    assert found.number_density == pytest.approx((1 / 8**3 + 1 / 10**3) / 2, rel=1e-12)
    assert found.density == pytest.approx(np.mean([frame.density for frame in frames]))


def test_single_frame_has_no_errors() -> None:
    found = fingerprint_structure(po3n())
    assert found.density_error is None
    assert all(pair.g_error is None for pair in found.pairs)
    assert all(share.error is None for share in found.units)


def test_published_units_are_marked() -> None:
    structure = dimer("N")
    structure.append("Li", [0.1, 0.1, 0.1])
    found = fingerprint_structure(structure)
    [unit] = found.units
    assert (unit.name, unit.published) == ("Q1_1", "found (Cheng 2023)")


def test_scattering_functions_have_weights_and_grids(li2po2n: Fingerprint) -> None:
    neutron, xray = li2po2n.scattering
    assert (neutron.probe, xray.probe) == ("neutron", "x-ray")
    for item in (neutron, xray):
        assert sum(item.weights.values()) == pytest.approx(1)
        assert len(item.g) == len(li2po2n.r)
        assert len(item.s) == len(item.q)
    assert neutron.weights["Li-O"] < 0 < xray.weights["Li-O"]


def test_cutoffs_and_their_origin_are_reported(li2po2n: Fingerprint) -> None:
    [network, mobile] = li2po2n.cutoffs
    assert (network.pair, network.cutoff) == ("P-(O, N)", 2.1)
    assert mobile.pair == "Li-(O, N)"
    assert mobile.origin.startswith("first minimum of g(r)")
    assert 2.2 < mobile.cutoff < 3.2
    given = fingerprint_structure(
        phase("Li2PO2N_SD").structure(),
        FingerprintSettings(mobile_cutoff=2.5, cutoffs={"P": 2.0}),
    )
    assert [(c.cutoff, c.origin) for c in given.cutoffs] == [(2.0, "as given"), (2.5, "as given")]


def test_cutoff_off_the_minimum_of_later_frames_gives_a_note() -> None:
    chance = np.random.default_rng(1)

    def shells(radius: float) -> Structure:
        o = chance.standard_normal((10, 3))
        radii = np.array([radius] * 4 + [radius + 1.2] * 6)
        o *= (radii / np.linalg.norm(o, axis=1))[:, None]
        return Structure(
            Lattice.cubic(9), ["Li", *["O"] * 10], [[0, 0, 0], *o], coords_are_cartesian=True
        )

    notes: list[str] = []
    blocks = [
        frames_of_structures([shells(1.6) for _ in range(5)]),
        *[frames_of_structures([shells(2.1) for _ in range(60)]) for _ in range(2)],
    ]
    fingerprint(blocks, notes=notes)
    assert any(note.startswith("environments of Li were counted up to") for note in notes)


def test_small_cell_gives_a_note() -> None:
    notes: list[str] = []
    fingerprint([frames_of_structures(phase("Li2O").structure())], notes=notes)
    [note] = notes
    assert note.startswith("beyond 2.33 Å, half the narrowest width of the cell")


def test_elements_without_network_have_a_fingerprint() -> None:
    found = fingerprint_structure(phase("Li_bcc").structure())
    assert found.units == found.bonds == found.fragments == found.li_environments == []
    assert found.cutoffs == []
    assert found.pairs[0].coordination == pytest.approx(8)


def test_fingerprint_without_frames_is_refused() -> None:
    taker = Fingerprinter(("Li",), FingerprintSettings())
    with pytest.raises(ValueError, match="at least one frame"):
        taker.result()
    with pytest.raises(ValueError, match="at least one frame"):
        fingerprint([])


@pytest.mark.parametrize(
    "options", [{"r_max": 1.0}, {"bin_width": 0}, {"mobile_cutoff": 9.0}, {"unknown": 1}]
)
def test_invalid_settings_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        FingerprintSettings(**options)


def test_element_with_two_roles_is_refused() -> None:
    settings = FingerprintSettings(formers=("P", "S"), anions=("O", "S"))
    with pytest.raises(ValueError, match="S cannot be network former and anion at once"):
        fingerprint_structure(po3n(), settings)
