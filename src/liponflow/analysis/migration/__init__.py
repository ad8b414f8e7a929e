"""Analysis of dopant migration: barriers, rates, diffusion and their result."""
