# src/liponflow_eos/__init__.py
"""Equations of state as a campaign, and effective medium theory as an engine, of liponflow."""
