"""FAQ suggestions: articles, reply templates, and the engine that matches messages to articles."""
