"""The replication archive that data editors of journals ask for, made from what the project knows.

The archive follows the template of the social science data editors: L. Vilhuber, M. Connolly,
M. Koren, J. Llull and P. Morrow (2022), *A template README for social science replication
packages*, https://doi.org/10.5281/zenodo.7293838.

- `tree`: which files belong to the archive;
- `provenance`: data, sources, licences;
- `programs`: notebooks, their parameters, seeds, charts and claims;
- `seeds`: whether a notebook that draws can be repeated;
- `readme`: the README, from a template;
- `archive`: the zip, the same bytes from the same inputs;
- `command`: what ``lcresearch package`` does.
"""
