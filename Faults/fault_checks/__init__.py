"""One module for each kind of fault, each with its CHECKS."""
