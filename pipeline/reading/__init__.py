"""Pages in, lines of text with one box a character out."""
