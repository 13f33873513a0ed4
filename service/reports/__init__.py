"""An evaluation told to people: pictures and the page that holds them."""
