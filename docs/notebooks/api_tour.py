# %% [markdown]
# # Python API tour
#
# Everything that the commands do can be done in Python. This page follows the data through the
# packages of liponflow: a structure, a campaign, its run, the stored result, and figures. It is a
# notebook that was executed when this site was built, and can be [downloaded](api_tour.py).

# %% [markdown]
# ## Structures
#
# Builders take facts and arguments and return pymatgen structures. The library has the
# [reference crystals](../../phases/) of the campaigns, each with its source.

# %%
from liponflow.structures.phases import phase

metal = phase("Li_bcc")
print(metal.formula, metal.spacegroup, "-", metal.source)
metal.primitive()

# %% [markdown]
# ## A campaign
#
# A campaign is an object in a registry. Its parameters are data with units and limits, and its
# presets name the source of every value.

# %%
from liponflow.workflows.campaign import get_campaign

campaign = get_campaign("phonons")
given = {"phase": "Li_bcc"}
flow = campaign.plan(preset="quick", engine="chgnet", overrides=given)
print(flow.name)
print([job.name for job in flow.jobs])

# %% [markdown]
# A wrong value is refused before anything is computed:

# %%
try:
    campaign.load_parameters("quick", {"min_length": 1})
except ValueError as error:
    print(error)

# %% [markdown]
# ## A run
#
# The flow is an ordinary jobflow `Flow`. The local runner spreads it over processes and survives a
# kill. Here the store and the directory of the runs are temporary.

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

from liponflow.settings import Settings
from liponflow.workflows.run import run

folder = TemporaryDirectory()
path = Path(folder.name)
settings = Settings(store=path / "results.db", runs_dir=path / "runs", workers=1)
report = run(flow, settings, {"kind": "phonons"}, ["chgnet"]).report
print(report.finished, "jobs finished,", len(report.failures), "failed")

# %% [markdown]
# ## The result
#
# It is a document with units, convergence and provenance. Every stored result says which engine
# made it.

# %%
from liponflow.store.results import find_results, open_store

store = open_store(settings.store, read_only=True)
(found,) = find_results(store, kind="phonons")
result = found.result
print(result.provenance.engine.label)
print(result.criterion)

# %% [markdown]
# CODATA's standard entropy of Li metal is 29.1 J/K/mol. The harmonic phonons of the potential
# give:

# %%
print(f"{result.entropy_300:.1f} J/K/mol at 300 K")
print(f"{result.imaginary_share:.1%} of the modes imaginary")

# %% [markdown]
# ## Figures
#
# A figure is a function of a result. `liponflow figures ID --out DIR` writes the same ones.

# %%
# %matplotlib inline
from liponflow.figures.phonons import all_figures

figures = all_figures(result)
print(list(figures))
next(iter(figures.values()))

# %% [markdown]
# ## Tables
#
# Results become pandas tables, with the units in `frame.attrs["units"]`.

# %%
from liponflow.store.frames import results_frame

frame = results_frame([found])
frame[["formula", "spacegroup", "zero_point_energy", "free_energy_300", "entropy_300"]]

# %%
store.close()
folder.cleanup()
