"""Inputs of FEFF."""
