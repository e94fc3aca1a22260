"""Parts that all pages use: routes, templates, figures in words, charts of series; no page of its own."""
