"""One module per page: what it shows, as values; templates write the HTML."""
