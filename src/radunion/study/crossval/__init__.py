"""Cross-validation of protocols, by patient or, on purpose, by image; a finished fold is kept and never run twice."""
