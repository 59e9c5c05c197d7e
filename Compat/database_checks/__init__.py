"""Checks of the database engine against real servers."""
