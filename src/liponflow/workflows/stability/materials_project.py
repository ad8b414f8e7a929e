"""Entries of the Materials Project, fetched with the user's key."""

import os
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from jobflow import JobStore, job
from pydantic import Field

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.document import Document
from liponflow.formulas import reduced_formula
from liponflow.redaction import HIDDEN, without_secrets
from liponflow.store.outputs import find_outputs

KEY = "MP_API_KEY"
"""Environment variable of the key; pymatgen's PMG_MAPI_KEY serves as well."""

KEYS = (KEY, "PMG_MAPI_KEY")
"""Variables whose values are replaced in messages."""

THERMO_TYPE = "GGA_GGA+U"
"""The Materials Project's name of the scale: PBE and PBE+U with its corrections of 2020."""

JOB_NAME = "entries of the Materials Project"


class EntriesUnavailableError(ValueError):
    """The Materials Project cannot be queried; the message says what to do."""

    page = "docs/stability.md"


class FetchedEntries(Document):
    """Entries of a chemical system, kept in the store so that they are fetched once."""

    chemical_system: str = Field(description="Elements, joined by hyphens.")
    entries: EntrySet


def project_entries(
    elements: Sequence[str], store: JobStore | None = None, client: Any = None
) -> FetchedEntries:
    """Get the entries of a chemical system, from the store if an earlier run fetched them.

    Parameters
    ----------
    elements
        Symbols.
    store
        Open store; None to fetch in any case.
    client
        Client used in place of ``mp_api.client.MPRester()``.

    Returns
    -------
    FetchedEntries

    Raises
    ------
    EntriesUnavailableError
        If mp-api is not installed, there is no key, the key is refused, there is no network, or
        the answer is empty.
    """
    system = "-".join(sorted(elements))
    if store is not None:
        known = find_outputs(
            store,
            names=[JOB_NAME],
            field="chemical_system",
            values=[system],
            model=FetchedEntries,
        )
        if system in known:
            return known[system]
    return _fetch(system, client)


@job
def keep_entries(fetched: FetchedEntries) -> FetchedEntries:
    """Put fetched entries into the store, for later runs."""
    return fetched


def _fetch(system: str, client: Any) -> FetchedEntries:
    rester = client or _client()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with rester as session:
                found = session.get_entries_in_chemsys(
                    system.split("-"), additional_criteria={"thermo_types": [THERMO_TYPE]}
                )
                version = session.db_version
    except Exception as error:  # the client raises whatever its layers do
        raise EntriesUnavailableError(
            f"the Materials Project did not answer for {system}: {_first_line(error)}; check the "
            f"network and the key ({KEY}), or use source=engine, which needs neither"
        ) from error
    if not found:
        raise EntriesUnavailableError(
            f"the Materials Project has no {THERMO_TYPE} entries of {system}; use source=engine"
        )
    return FetchedEntries(
        chemical_system=system,
        entries=EntrySet.build(
            [_entry(item) for item in found],
            scale=f"Materials Project {version}, {THERMO_TYPE} with its corrections of 2020, "
            "total energies",
            kind="total",
        ),
    )


def _client() -> Any:
    try:
        client = import_module("mp_api.client")
    except ImportError:
        raise EntriesUnavailableError(
            "entries of the Materials Project need its client: pip install 'liponflow[mp]'; or "
            "use source=engine, which computes them"
        ) from None
    try:
        return client.MPRester(mute_progress_bars=True)
    except Exception as error:  # without a key or a network; it asks the server at once
        raise EntriesUnavailableError(
            f"the Materials Project cannot be asked ({_first_line(error)}): it needs a network "
            f"and your key (free, from next-gen.materialsproject.org/api) in {KEY}; or use "
            "source=engine, which needs neither"
        ) from error


def _entry(item: Any) -> Entry:
    """Return one entry with its corrections; its energies are on one scale already."""
    label = str(item.data.get("material_id") or item.entry_id)
    return Entry(
        name=reduced_formula(item.composition),
        composition=item.composition.get_el_amt_dict(),
        energy=float(item.energy),
        source=f"Materials Project {label}",
    )


def _first_line(error: Exception) -> str:
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    for key in filter(None, map(os.environ.get, KEYS)):
        line = line.replace(key, HIDDEN)
    return str(without_secrets(line))
