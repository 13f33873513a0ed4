"""Mathematics over finished answers: attribution of differences, repricing, merged traffic."""
