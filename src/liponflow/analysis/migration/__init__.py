"""Foreign atoms that hop: barriers, rates, diffusion, and the result of the campaign."""
