"""How it looks: stylesheets, scripts, template tags, charts and the page frame of every door."""
