"""The kinds of options: what can be bought, what it costs and how it feels."""
