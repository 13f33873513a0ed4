"""Traffic sources: statements over the user's own warehouse instead of a file, and what they return."""
