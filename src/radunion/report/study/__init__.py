"""The report of a study: one HTML page, its tables as CSV and LaTeX, its figures as SVG, a card for every model."""
