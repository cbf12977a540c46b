"""Run the notebooks afresh, hold their claims against the recorded ones, certify what was found.

- `compare`: what agrees between recorded and found claims, and within which tolerance;
- `rerun`: notebooks run again in an empty place, several at once;
- `surroundings`: machine, versions, git and data, as a reader needs them to judge a difference;
- `certificate`: all this as one document, as JSON and as text;
- `command`: what ``lcresearch verify`` does.
"""
