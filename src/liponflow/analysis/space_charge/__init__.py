"""Space charge of lithium defects at the contact of two phases."""
