"""The FAQ: articles, their templates, and the engine that finds the right one for a message."""
