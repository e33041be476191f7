"""Shows plans and what became of them: one view, and a file for each format."""
