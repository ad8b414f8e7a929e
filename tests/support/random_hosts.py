"""Results of lithiations of random hosts, to draw their figures."""

import numpy as np
from lithiation_example import Campaign

from liponflow.analysis.lithiation.host_facts import HostFacts
from liponflow.analysis.lithiation.result import (
    InsertionVoltage,
    LithiationResult,
    LithiationState,
)
from liponflow.analysis.lithiation.voltage import (
    energy_above_hull,
    energy_above_line,
    lower_hull,
    voltage_staircase,
)

HOSTS = (
    # formula as pymatgen reduces it, intercalant, formula unit, with x, contents, shape, metals
    ("LiCoO2", "Li", "LiCoO2", "LixCoO2", (0.0, 1.0, 1.0), "other", ("Co",)),
    ("LiFePO4", "Li", "LiFePO4", "LixFePO4", (0.0, 1.0, 1.0), "other", ("Fe",)),
    ("LiMn2O4", "Li", "LiMn2O4", "LixMn2O4", (0.0, 1.0, 2.0), "pseudo-cubic", ("Mn",)),
    (
        "Li3MnCoNiO6",
        "Li",
        "LiNi0.333Co0.333Mn0.333O2",
        "LixNi0.333Co0.333Mn0.333O2",
        (0.0, 1.0, 1.0),
        "other",
        ("Ni", "Co", "Mn"),
    ),
    ("Li2MnO3", "Li", "Li2MnO3", "LixMnO3", (0.0, 2.0, 2.0), "other", ("Mn",)),
    ("NaCoO2", "Na", "NaCoO2", "NaxCoO2", (0.0, 1.0, 1.0), "other", ("Co",)),
    ("Li4Ti5O12", "Li", "Li4Ti5O12", "LixTi5O12", (4.0, 4.0, 7.0), "pseudo-cubic", ("Ti",)),
    ("K2Mn3O7", "K", "K2Mn3O7", "KxMn3O7", (0.0, 2.0, 3.0), "tetragonal", ("Mn",)),
)


def random_host(seed: int) -> LithiationResult:
    """Return a result with random contents, energies, lattices and moments."""
    chance = np.random.default_rng(seed)
    formula, intercalant, unit, variable, (low, own, high), shape, metals = HOSTS[
        seed % len(HOSTS)
    ]
    example = Campaign().summarise()
    inner = chance.choice([0, 1, 2, 3, 7])
    x = sorted({low, own, high, *np.round(chance.uniform(low, high, inner), 3).tolist()})
    slope = chance.uniform(-4.5, -1.0)
    curve = chance.uniform(-0.6, 0.3) * chance.uniform(0.2, 1, len(x))
    energies = [-40 + (slope - 1.9) * v + c for v, c in zip(x, curve, strict=True)]
    formation = energy_above_line(x, energies, (0, len(x) - 1))
    above, hull = energy_above_hull(x, energies), lower_hull(x, energies)
    families = ("vacancy", "octahedral-added", "all-octahedral", "tetrahedral-added")
    states: list[LithiationState] = []
    for n, content in enumerate(x):
        a, b, c = chance.uniform(0.9, 1.1, 3) * (8.2 if shape == "pseudo-cubic" else (3, 5, 14))
        here = families[1:] if content > own else families[:1]
        moments = {metal: chance.uniform(0, 5, 4).tolist() for metal in metals}
        states.append(
            example.states[0].model_copy(
                update={
                    "x": content,
                    "family": here[0],
                    "a": a,
                    "b": b,
                    "c": c,
                    "unique_axis": None if shape == "other" else "c",
                    "c_over_a": None if shape == "other" else 2 * c / (a + b),
                    "volume_per_formula": 60 * chance.uniform(0.8, 1.3),
                    "energy_per_formula": energies[n],
                    "formation_energy": float(formation[n]),
                    "energy_above_hull": float(above[n]),
                    "on_hull": n in hull,
                    "family_energies": {f: i * chance.uniform(0, 2) for i, f in enumerate(here)},
                    "site_moments": moments,
                    "moments": {metal: float(np.mean(v)) for metal, v in moments.items()},
                }
            )
        )
    return example.model_copy(
        update={
            "formula": formula,
            "host": HostFacts(
                intercalant=intercalant, formula=unit, variable=variable, x=own, shape=shape
            ),
            "states": states,
            "voltages": [
                InsertionVoltage.model_validate(step.model_dump())
                for step in voltage_staircase(x, energies, -1.9)
            ],
        }
    )
