"""Commands of codes, kiosks and rehearsals."""
