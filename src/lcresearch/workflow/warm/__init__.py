"""Kernels that start by forking a process in which the libraries are loaded already.

Starting an ordinary kernel and loading pandas, statsmodels and seaborn takes seconds; forking
takes milliseconds. The kernelspec ``lcresearch-warm`` is used like any other. Three processes
take part:

- the *kernel's command* (`client`), which Jupyter starts, watches and kills;
- the *template* (`server`), one for each user and each state of the code, which has loaded
  everything, runs nothing, and forks;
- the *kernel* itself, a child of the template, which lives as long as its command does.
"""

__all__ = ["KERNEL"]

KERNEL = "lcresearch-warm"
