"""A notebook run with many parameters, and one table of everything that the runs claim."""
