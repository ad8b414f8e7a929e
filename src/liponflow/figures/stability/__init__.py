"""Figures of voltage windows, hulls and interfaces."""
