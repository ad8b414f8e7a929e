"""Computational-materials workflows for the LiPON thin-film battery."""

__version__ = "0.2.0"
