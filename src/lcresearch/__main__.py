"""Run the command line as ``python -m lcresearch``."""

from lcresearch.workflow.cli import main

if __name__ == "__main__":
    main()
