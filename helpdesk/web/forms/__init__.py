"""Form models: one pydantic model per form that a browser posts, with its lengths and choices."""
