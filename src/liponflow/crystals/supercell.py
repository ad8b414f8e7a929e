"""Supercells as a user asks for them: three repeats, or a matrix of three rows."""

from collections.abc import Sequence

import numpy as np

from liponflow.arrays import FloatArray, IntArray

Repeats = tuple[int, int, int]
"""Cells along each lattice vector."""

Supercell = Repeats | tuple[Repeats, Repeats, Repeats]
"""Repeats, or rows that give each vector of the supercell in vectors of the cell."""

MOST_CELLS = 8_000
"""Largest number of cells in a supercell."""

MOST_ATOMS = 20_000
"""Largest number of atoms in a supercell: potentials need some 70 GiB for so many, DFT computes a
hundredth of them, and Python takes a minute to build the cell."""

AS_GIVEN = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
"""Matrix that keeps a cell as it is."""


def matrix_of(supercell: Sequence[int] | Sequence[Sequence[int]]) -> IntArray:
    """Return the matrix of a supercell, shape (3, 3), whose rows are its lattice vectors.

    Raises
    ------
    ValueError
        If it is neither three whole numbers of 1 or more nor such a matrix, its volume is not
        positive, or it has more than MOST_CELLS cells.

    Examples
    --------
    >>> matrix_of((2, 1, 1)).tolist()
    [[2, 0, 0], [0, 1, 0], [0, 0, 1]]
    """
    try:
        given = np.array(supercell)
    except ValueError:  # rows of unequal length
        given = np.array([])
    whole = given.dtype.kind in "iu" and given.shape in {(3,), (3, 3)}
    if not whole or np.abs(given).max() > MOST_CELLS or (given.ndim == 1 and given.min() < 1):
        raise ValueError(
            f"supercell {_shown(supercell)}: give three whole numbers of 1 or more, such as "
            "2,2,1, or a 3 x 3 matrix of whole numbers, such as 1,1,0;-1,1,0;0,0,1, whose rows "
            "are its vectors"
        )
    matrix: IntArray = np.diag(given) if given.ndim == 1 else given
    cells = round(float(np.linalg.det(matrix)))
    if not 1 <= cells <= MOST_CELLS:
        raise ValueError(
            f"supercell {_shown(supercell)} holds {cells} cells (its determinant), and 1 to "
            f"{MOST_CELLS:,} are possible; exchange two rows if it is negative"
        )
    return matrix


def check_atoms(
    atoms: int,
    supercell: Sequence[int] | Sequence[Sequence[int]],
    *,
    most: int = MOST_ATOMS,
    why: str = "",
) -> None:
    """Refuse a supercell with too many atoms, before it is built.

    Parameters
    ----------
    atoms
        Atoms in the cell that it repeats.
    supercell
        Repeats or matrix.
    most, why
        Largest number, and what limits it, for the message.

    Raises
    ------
    ValueError
        With the number, the limit and a supercell that is small enough.
    """
    total = atoms * cells_in(supercell)
    if total > most:
        fits = max(1, int((most / atoms) ** (1 / 3)))
        because = f" ({why})" if why else ""
        raise ValueError(
            f"supercell {label_of(supercell)} of a cell of {atoms} atoms holds {total:,} atoms, "
            f"more than {most:,}{because}: take a smaller one, such as "
            f"supercell={fits},{fits},{fits}"
        )


def is_matrix(supercell: Sequence[int] | Sequence[Sequence[int]]) -> bool:
    """Tell whether a supercell is given by a matrix."""
    return np.ndim(supercell[0]) == 1


def repeats_of(supercell: Sequence[int] | Sequence[Sequence[int]]) -> Supercell:
    """Return a supercell as tuples, for one that went through JSON.

    Examples
    --------
    >>> repeats_of([[1, 1, 0], [-1, 1, 0], [0, 0, 1]])
    ((1, 1, 0), (-1, 1, 0), (0, 0, 1))
    """
    first, second, third = ((int(x), int(y), int(z)) for x, y, z in matrix_of(supercell))
    if is_matrix(supercell):
        return first, second, third
    return first[0], second[1], third[2]


def cells_in(supercell: Sequence[int] | Sequence[Sequence[int]]) -> int:
    """Return the number of cells in a supercell."""
    return round(float(np.linalg.det(matrix_of(supercell))))


def label_of(supercell: Sequence[int] | Sequence[Sequence[int]]) -> str:
    """Return a short name.

    Examples
    --------
    >>> label_of((2, 2, 1)), label_of(((1, 1, 0), (-1, 1, 0), (0, 0, 1)))
    ('2x2x1', '1,1,0;-1,1,0;0,0,1')
    """
    if not is_matrix(supercell):
        return "x".join(map(str, supercell))
    return ";".join(",".join(map(str, row)) for row in matrix_of(supercell).tolist())


def cell_lengths(
    matrix: FloatArray, supercell: Sequence[int] | Sequence[Sequence[int]]
) -> FloatArray:
    """Return the lengths of the vectors of the cell that a supercell repeats.

    Parameters
    ----------
    matrix
        Lattice vectors of the supercell in rows (Å).
    supercell
        How it repeats the cell.

    Returns
    -------
    ndarray
        Shape (3,), Å.

    Examples
    --------
    >>> cell_lengths(np.diag([8.0, 4.0, 5.0]), (2, 1, 1)).tolist()
    [4.0, 4.0, 5.0]
    """
    lengths: FloatArray
    if is_matrix(supercell):
        lengths = np.linalg.norm(np.linalg.solve(matrix_of(supercell), matrix), axis=1)
    else:
        lengths = np.linalg.norm(matrix, axis=1) / np.array(supercell)
    return lengths


def _shown(supercell: object) -> str:
    return str(supercell)[:100]
