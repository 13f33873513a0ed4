"""Readers of the price lists of the field, each a pure function from a file or package to documents of sheets."""
