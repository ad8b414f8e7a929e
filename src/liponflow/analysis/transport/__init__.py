"""Diffusion and conductivity of ions in trajectories."""
