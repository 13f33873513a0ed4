"""Jobs: the work that outlives its requests, as an organization sees its own."""
