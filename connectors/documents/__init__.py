"""Documents as PDF: the words in Python, the layout in Typst."""
