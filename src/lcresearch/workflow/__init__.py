"""From data to page: notebooks run, claims gathered, the book built. Nothing below knows this."""
