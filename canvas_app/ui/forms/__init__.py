"""Form fields made from params: one editor class a kind."""
