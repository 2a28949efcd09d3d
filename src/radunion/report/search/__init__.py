"""The report of a search: one page with its figures and tables."""
