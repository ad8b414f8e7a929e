"""Data on the weights of the embedded potential, without loading them."""

from liponflow.analysis.energy_scale import MP2020
from liponflow.engines.potential import mptrj

WEIGHTS = "0.3.0"
"""Version of the weights that chgnet's wheel holds and loads by default."""

ENERGY_SCALE = f"{MP2020} included"
"""Energies of MPtrj, which the weights 0.2.0 and 0.3.0 were fitted to."""

FUNCTIONAL = f"{mptrj.FUNCTIONAL}, {ENERGY_SCALE}"
"""Functional of the training data."""

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
