"""VASP through atomate2 and custodian."""
