"""Derivatives of LiPON: published compositions, their charge and their conductivities."""
