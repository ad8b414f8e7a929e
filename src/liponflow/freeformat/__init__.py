"""VASP's free format: numbers as Fortran writes and reads them, INCAR and KPOINTS."""
