"""Schedules: evaluations that the clock asks for, each week or month, on what is newest then."""
