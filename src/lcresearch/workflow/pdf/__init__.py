"""The book as one PDF, printed from its pages by a browser."""
