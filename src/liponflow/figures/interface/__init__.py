"""Figures and movies of interfaces."""
