"""What Jupyter starts for a warm kernel."""

from lcresearch.workflow.warm.client import main

main()
