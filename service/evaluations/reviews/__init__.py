"""Reviews: when to look at an evaluation again, and whether anything it stands on has changed meanwhile."""
