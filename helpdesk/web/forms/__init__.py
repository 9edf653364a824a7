"""Form models: one pydantic model per form that a browser posts, with its length limits and choices."""
