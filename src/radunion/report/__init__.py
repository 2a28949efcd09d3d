"""Reports that an editor could print: one self-contained HTML file, whose numbers are those of metrics.json."""
