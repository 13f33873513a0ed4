"""Scenarios: what would be recommended if traffic, prices, offers or growth were other than they are."""
