"""Interphases as stacked layers: resistance, leakage and the chemical potential of Li in them."""
