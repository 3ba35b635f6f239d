"""What is printed: content, wording, figures, rendering. Reads report.* only."""
