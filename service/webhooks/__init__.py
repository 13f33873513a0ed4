"""Webhooks: events sent to addresses of the organization's choice, signed, until they are taken."""
