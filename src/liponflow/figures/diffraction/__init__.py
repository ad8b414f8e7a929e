"""Figures of diffraction and of images of lattices."""
