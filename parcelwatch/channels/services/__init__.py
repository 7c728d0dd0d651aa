"""One file for each service whose answers are read here."""
