"""Who may do what: organizations, API keys, roles and their scopes."""
