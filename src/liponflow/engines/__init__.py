"""Engines, which compute energies and forces; see :mod:`liponflow.engines.engine`."""
