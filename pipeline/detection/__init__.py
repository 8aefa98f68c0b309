"""Text and pixels in, findings out."""
