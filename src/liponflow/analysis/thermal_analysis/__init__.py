"""Glass transitions in calorimetry, by tangents."""
