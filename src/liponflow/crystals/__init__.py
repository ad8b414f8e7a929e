"""Files of crystals: one reader and one set of checks for all that take a structure."""
