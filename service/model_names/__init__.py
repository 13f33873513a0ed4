"""Names of models: one canonical name for every spelling, shipped ones and those that an organization adds."""
