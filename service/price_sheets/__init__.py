"""Price sheets: what providers charge, as versions that never change."""
