"""Migration of dopants: barriers, rates, diffusion, and the result of the campaign."""
