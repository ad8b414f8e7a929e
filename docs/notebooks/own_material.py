# %% [markdown]
# # Your own material
#
# From a CIF to voltages, with LiCoO2 as the example: the same as in
# [the guide](../../own_material/), in Python, with what the campaign understands printed before
# anything is computed. It is a notebook that was executed when this site was built, and can be
# [downloaded](own_material.py).

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

from pymatgen.core import Lattice, Structure

folder = TemporaryDirectory()
path = Path(folder.name)
cif = path / "LiCoO2.cif"
lattice = Lattice.hexagonal(2.816, 14.05)
sites = [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.2605]]
crystal = Structure.from_spacegroup("R-3m", lattice, ["Li", "Co", "O"], sites)
text = crystal.to(str(cif), symprec=0.01)

# %% [markdown]
# Your file goes here: anything that pymatgen reads, fully lithiated. `supercell` counts repeats,
# and `x` the Li per formula unit.

# %%
from functools import partial

from liponflow.workflows.campaign import get_campaign

campaign = get_campaign("lithiation")
given = {"supercell": [2, 1, 1], "x": [0.5, 1]}
plan = partial(campaign.plan, preset="quick", engine="chgnet", overrides=given)
flow = plan(structure_file=cif)
for job in flow.jobs:
    print(job.name)

# %% [markdown]
# A structure that cannot be meant is refused with the number and the limit. Here a factor of ten
# was forgotten in the lattice:

# %%
wrong = path / "nanometres.cif"
text = crystal.copy().scale_lattice(crystal.volume / 1000).to(str(wrong), symprec=0.001)
try:
    plan(structure_file=wrong)
except ValueError as error:
    print(str(error).replace(folder.name, "."))

# %% [markdown]
# ## Run

# %%
from liponflow.settings import Settings
from liponflow.workflows.run import run

settings = Settings(store=path / "results.db", runs_dir=path / "runs", workers=1)
outcome = run(flow, settings, {"kind": "lithiation"}, ["chgnet"])
result = outcome.result.result
print(result.provenance.engine.label)
print("converged:", result.converged)
for warning in result.warnings:
    print("warning:", warning)

# %% [markdown]
# ## Voltages and states
#
# The measured plateau lies between 3.9 and 4.2 V; [the page of hosts](../../hosts/) compares seven
# hosts with measurements. What CHGNet predicts is an estimate by a machine-learned potential.

# %%
from liponflow.store.frames import states_frame

states_frame(result, "voltages")

# %%
states_frame(result, "states")[["x", "energy_per_atom", "moments.Co"]]

# %%
# %matplotlib inline
from liponflow.figures.lithiation import all_figures

figures = all_figures(result)
print(list(figures))
figures["voltage"]

# %%
folder.cleanup()
