"""What every operation of the API shares: blueprints, the unit of work, bodies, queries, problems, pages."""
