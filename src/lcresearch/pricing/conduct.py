"""Whose profit a price is set for: rivalry, cooperation, and what lies between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lcresearch.errors import DataError, did_you_mean
from lcresearch.pricing.demand import Slopes, as_numbers

__all__ = ["Conduct", "ConductName", "owner_codes"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
ConductName = Literal["bertrand", "joint", "welfare"]

_NAMES = ("bertrand", "joint", "welfare")


@dataclass(frozen=True, eq=False)
class Conduct:
    r"""What the seller of one product counts of a sale of another.

    Parameters
    ----------
    owners
        Number of each product's owner, counted from zero without gaps, (J,).
    kappa
        Weight on the profit of products of other owners, from 0 (rivals) to 1 (one seller).
    matrix
        Weights of product k in the pricing of j, (J, J), in place of owners and `kappa`.
    consumer_weight
        Weight on consumer surplus.
    """

    owners: Codes
    kappa: float = 0.0
    matrix: Floats | None = None
    consumer_weight: float = 0.0

    @classmethod
    def of(
        cls,
        conduct: ConductName | npt.ArrayLike,
        *,
        owners: Codes,
        kappa: float = 0.0,
        consumer_weight: float = 1.0,
    ) -> Conduct:
        """Return a conduct from its name or matrix.

        Raises
        ------
        DataError
            If the name is unknown, the matrix not square with a diagonal of ones, or a weight
            outside its range.
        """
        if isinstance(conduct, str):
            if conduct not in _NAMES:
                raise DataError(
                    f"conduct must be one of {', '.join(map(repr, _NAMES))} or a matrix, not "
                    f"{conduct!r}.{did_you_mean(conduct, _NAMES)}"
                )
            if not 0 <= kappa <= 1:
                raise DataError(f"kappa must lie from 0 (rivals) to 1 (one seller), not {kappa}.")
            if kappa and conduct != "bertrand":
                raise DataError(f"kappa is for conduct 'bertrand': {conduct!r} has one seller.")
            if not 0 <= consumer_weight <= 1:
                raise DataError(f"consumer_weight must lie from 0 to 1, not {consumer_weight}.")
            return cls(
                owners,
                kappa if conduct == "bertrand" else 1.0,
                None,
                consumer_weight if conduct == "welfare" else 0.0,
            )
        if kappa:
            raise DataError("kappa is for conduct 'bertrand': put it into the matrix.")
        matrix = as_numbers("the conduct matrix", conduct)
        size = len(owners)
        if matrix.shape != (size, size):
            raise DataError(
                f"the conduct matrix has shape {matrix.shape}: it must be square, {size} by "
                f"{size}, with a row and a column for each product."
            )
        if not (np.isfinite(matrix).all() and np.allclose(np.diag(matrix), 1)):
            raise DataError(
                "the conduct matrix must hold finite numbers, with ones on its diagonal: a "
                "product counts its own profit in full."
            )
        return cls(owners, matrix=matrix)

    def weights(self) -> Floats:
        """Return the weight of product k in the pricing of j, (J, J)."""
        if self.matrix is not None:
            return self.matrix
        return np.where(self.owners[:, None] == self.owners, 1.0, self.kappa)

    def weigh(self, slopes: Slopes, margins: Floats) -> Floats:
        """Return the weights times Gamma, element by element, times margins, (J,).

        With owners no matrix of J by J is filled: a product's own seller and everybody else
        enter by sums of the factors alone.
        """
        if self.matrix is not None:
            return np.asarray((self.matrix * slopes.gamma()) @ margins)
        factor = slopes.factor
        earned = factor * margins[:, None]
        order, starts = self._by_owner
        counted = (1 - self.kappa) * np.add.reduceat(earned[order], starts)[self.owners]
        if self.kappa:
            counted += self.kappa * earned.sum(axis=0)
        return np.asarray((factor * counted) @ slopes.weights)

    @cached_property
    def _by_owner(self) -> tuple[Codes, Codes]:
        """Products in the order of their owners, and where each owner's begin."""
        order = np.argsort(self.owners, kind="stable")
        return order, np.searchsorted(self.owners[order], np.arange(self.owners.max() + 1))


def owner_codes(owners: npt.ArrayLike | None, products: int) -> tuple[Codes, list[object]]:
    """Return the number of each product's owner, and the owners' names.

    Parameters
    ----------
    owners
        Owner of each product; ``None`` gives every product its own.
    products
        How many products there are.

    Raises
    ------
    DataError
        If there is not one owner for each product.
    """
    if owners is None:
        return np.arange(products), list(range(products))
    if np.ndim(owners) != 1:
        raise DataError(
            f"owners must be a list with one seller for each of {products} products; weights "
            f"between products are a matrix given as conduct."
        )
    codes, names = pd.factorize(np.asarray(owners, dtype=object))
    # A missing owner has the code -1.
    if len(codes) != products or (codes < 0).any():
        raise DataError(f"owners must name one seller for each of {products} products.")
    return np.asarray(codes, dtype=np.int64), list(names)
