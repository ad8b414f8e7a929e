"""What computes energies and forces; see :mod:`liponflow.engines.engine` for the contract."""
