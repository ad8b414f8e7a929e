"""Figures of a fingerprint taken from files: those of a glass."""

from liponflow.analysis.figures.glass import all_figures

__all__ = ["all_figures"]
