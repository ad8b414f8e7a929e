"""Glass transitions in files of calorimetry."""
