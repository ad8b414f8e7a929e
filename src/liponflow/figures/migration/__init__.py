"""Figures of migration barriers and transport."""
