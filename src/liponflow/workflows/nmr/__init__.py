"""³¹P spectra of files, beside models of glasses."""
