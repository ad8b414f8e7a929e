"""Data on the weights of the embedded potential, without loading them."""

WEIGHTS = "0.3.0"
"""Version of the weights that chgnet's wheel holds and loads by default."""

ENERGY_SCALE = "Materials Project 2020 corrections included"
"""Energies of MPtrj, which the weights 0.2.0 and 0.3.0 were fitted to."""

FUNCTIONAL = f"PBE/PBE+U (MPtrj), {ENERGY_SCALE}"
"""Functional of the training data: Deng et al., Nature Machine Intelligence 5, 1031 (2023)."""

DEFAULT = "chgnet"
"""Engine with the weights that chgnet loads by default."""

VARIANTS = {DEFAULT: WEIGHTS, "chgnet-0.2.0": "0.2.0", "chgnet-r2scan": "r2scan"}
"""Weights in chgnet's wheel by the name of their engine.

Barriers of different weights may be compared, and their spread is an error bar; their total
energies may not: r2scan's are on the scale of that functional (bcc Li -2.38 eV/atom against -1.88
of 0.3.0 and -1.91 of 0.2.0).
"""

FUNCTIONALS = {
    WEIGHTS: FUNCTIONAL,
    "0.2.0": FUNCTIONAL,
    "r2scan": "r2SCAN (MP-r2SCAN, weights started from those of 0.3.0)",
}
"""Functionals of the training data, by weights, from the README files in chgnet's wheel."""

ENERGY_SCALES = {WEIGHTS: ENERGY_SCALE, "0.2.0": ENERGY_SCALE, "r2scan": None}
"""Corrections in the total energies, by weights; None if their source states none."""

UNTRAINED = frozenset(
    {"Po", "At", "Rn", "Fr", "Ra", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr"}
)
"""Elements outside the training data.

MPtrj has 89 elements, H to Pu without Po, At, Rn, Fr and Ra: their embeddings still have the
norm of their random initialisation (8, that is the square root of the 64 features), all others
have more than 11. Beyond Pu the model has no embedding.
"""
