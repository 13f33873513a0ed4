"""Renewals: what comes to its end, until when somebody must act, and what staying or leaving costs."""
