"""pymatgen's reader of vasprun.xml, for files with numbers that are too long for their columns."""

from pathlib import Path
from typing import Any

from pymatgen.io.vasp.inputs import Incar
from pymatgen.io.vasp.outputs import Vasprun

from liponflow.decompression import existing
from liponflow.freeformat.incar import read_incar


class LenientVasprun(Vasprun):
    """Vasprun that takes None for a parameter whose value is asterisks.

    pymatgen refuses the whole file for any of them, although VASP writes asterisks for values that
    hardly anybody needs, such as a seed. Of a list, such as ``2****`` for LDAUL, the INCAR beside
    the file has the values.
    """

    def _parse_params(self, elem: Any) -> Incar:  # an element of lxml
        overflown = [
            item
            for item in elem
            if item.tag in {"i", "v"} and item.get("type") != "string" and "*" in (item.text or "")
        ]
        for item in overflown:
            elem.remove(item)
        parameters = super()._parse_params(elem)
        for item in overflown:
            tag = item.get("name", "").strip()
            # Not by item assignment, which would turn lists of numbers into other types.
            parameters.data[tag] = self._written(tag) if item.tag == "v" else None
        return parameters

    def _written(self, tag: str) -> Any:
        """Return the value of a tag in the INCAR; None without it."""
        incar = existing(Path(self.filename).with_name("INCAR"))
        return None if incar is None else read_incar(incar).tags.get(tag)
