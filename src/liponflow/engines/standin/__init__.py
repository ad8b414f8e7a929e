"""A stand-in for VASP, for rehearsing workflows where there is no licence.

``liponflow-vasp`` runs in a VASP directory: it reads INCAR, POSCAR, KPOINTS and POTCAR (or
POTCAR.spec), computes with an embedded machine-learned potential and writes OUTCAR, OSZICAR,
CONTCAR, XDATCAR and vasprun.xml in VASP's formats. It has no electrons: tags of the electronic
minimisation are read, checked and echoed, and change nothing. Every file states what wrote it.
"""
