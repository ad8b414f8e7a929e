"""What is refused before GPAW runs."""

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.engines.engine import EngineError
from liponflow.engines.gpaw.checks import check_elements, check_memory, check_parity

GIB = 2**30


def cell(**numbers: int) -> Structure:
    symbols = [symbol for symbol, number in numbers.items() for _ in range(number)]
    places = [[index / len(symbols)] * 3 for index in range(len(symbols))]
    return Structure(Lattice.cubic(10), symbols, places)


def test_element_without_data_is_refused_by_name() -> None:
    check_elements(cell(Li=2, O=1), {"Li": 1.0, "O": 6.0})
    with pytest.raises(
        EngineError, match=r"no PAW data set of Tc, U for PBE \(Li2 U1 Tc1\)"
    ) as caught:
        check_elements(cell(Li=2, U=1, Tc=1), {"Li": 1.0, "O": 6.0})
    assert "GPAW_SETUP_PATH" in str(caught.value)


@pytest.mark.parametrize(
    "structure",
    [
        cell(Li=8, O=4),  # even
        cell(Li=1),  # odd metals
        cell(Li=54, P=1),
        cell(Li=15, Si=4),
    ],
    ids=lambda structure: structure.composition.reduced_formula,
)
def test_even_numbers_and_metals_need_no_spin(structure: Structure) -> None:
    check_parity(structure, polarised=False)


@pytest.mark.parametrize(
    "structure",
    [cell(Li=7, O=4), cell(Li=3, N=2), cell(Li=4, P=1, O=4), cell(Li=8, P=4, O=8, N=5)],
    ids=lambda structure: structure.composition.reduced_formula,
)
def test_odd_number_of_a_compound_needs_spin(structure: Structure) -> None:
    check_parity(structure, polarised=True)
    with pytest.raises(EngineError, match="odd number of electrons") as caught:
        check_parity(structure, polarised=False)
    assert "spin=true" in str(caught.value)


def test_too_little_memory_is_refused_with_both_numbers() -> None:
    check_memory(1.6 * GIB, 2.5 * GIB, "Li54N1")
    with pytest.raises(EngineError, match=r"Li54N1 takes up to 3\.0 GiB .* 2\.5 GiB left"):
        check_memory(2.0 * GIB, 2.5 * GIB, "Li54N1")
