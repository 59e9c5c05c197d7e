"""One module for each area of the API, each with its CHECKS."""
