"""The pure core: measure, compute, compare, decide. No web, no database, no clock, no environment."""
