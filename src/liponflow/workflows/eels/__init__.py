"""The EELS campaign: edges of crystals and glasses, averaged over their absorbing sites."""
