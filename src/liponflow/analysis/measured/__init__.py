"""What the measurements of files share: tables of numbers, and fits with intervals."""
