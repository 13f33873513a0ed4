"""Procurement: what is decided, in the forms that finance and buying take."""
