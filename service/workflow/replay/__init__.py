"""Replay: what would have happened to every logged request on a given capacity, compiled and exact."""
