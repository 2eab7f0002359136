"""How the numbers that ship were made. Imported by nothing; run by hand, with the data folder at hand."""
