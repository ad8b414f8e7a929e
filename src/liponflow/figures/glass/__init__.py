"""Figures of glass models and fingerprints."""
