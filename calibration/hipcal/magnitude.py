"""The fit |K (m - b)| = 1 g by Gauss and Newton, and what it leaves unknown.

Nine parameters: offset b (3), scale (3) and cross-axis yz, zx, xy (3) of K = 1 + E, E symmetric, for magnitudes do not
see a rotation (Frosio, Pedersini and Borghese 2009, IEEE Trans Instrum Meas 58:2034, doi 10.1109/TIM.2008.2006137, fit
nine as well; Tedaldi, Pretto and Menegatti 2014, doi 10.1109/ICRA.2014.6907297, take a triangular K, which is another
choice of that rotation). Fits of 3 and 6 parameters leave the last ones at zero. The start is a sensor without errors:
those of a chip are a few percent, and four steps from there are enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipdrop.samples import Array

SIZES = (3, 6, 9)  # offset; and scale; and cross-axis
_STEPS = 20
# What poses do not tell is taken to be of the class, 1 SD: 20 mg, entries of 0.5 %; cross-axis is the mean of two
_CLASS = np.diag([0.02**2] * 3 + [0.005**2] * 3 + [0.5 * 0.005**2] * 3)

# Mean over all directions of the squared inclination error, as a quadratic form of the errors of the nine: an offset
# counts with the two thirds of it that are across gravity; of E |E u|² - (u E u)², which is |E|²/5 - tr(E)²/15.
_INCLINATION = np.zeros((9, 9))
_INCLINATION[:3, :3] = np.eye(3) * 2.0 / 3.0
_INCLINATION[3:6, 3:6] = np.eye(3) / 5.0 - 1.0 / 15.0
_INCLINATION[6:, 6:] = np.eye(3) * 2.0 / 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fit of some of the nine.

    Attributes
    ----------
    parameters
        (9,) offset in g, scale, cross-axis; what was not fitted is 0.
    size
        How many were.
    residuals
        (N,) |K (m - b)| - 1.
    jacobian
        (N, 9) of the residuals.
    """

    parameters: Array
    size: int
    residuals: Array
    jacobian: Array

    @property
    def matrix(self) -> Array:
        """K (3, 3)."""
        return matrix(self.parameters)

    def inclination_deg(self, noise: float) -> float:
        """Give the RMS error of directions to expect, with noise of so many g in a pose.

        Noise goes through the fit; what was not fitted, or cannot be told, is as large as in a chip of the class.
        """
        inverse = np.zeros((9, len(self.jacobian)))
        inverse[: self.size] = np.linalg.pinv(self.jacobian[:, : self.size])
        untold = inverse @ self.jacobian - np.eye(9)
        return inclination_deg_of_covariance(untold @ _CLASS @ untold.T + noise**2 * inverse @ inverse.T)

    def misfit(self, noise: float) -> float:
        """Give the residuals against what noise and the class let expect: chi-square over its 99.9 % quantile."""
        design = self.jacobian[:, : self.size]
        free = len(design) - self.size
        rest = np.eye(len(design)) - design @ np.linalg.pinv(design)
        others = self.jacobian[:, self.size :]
        spread = others @ _CLASS[self.size :, self.size :] @ others.T + noise**2 * np.eye(len(design))
        chi2 = self.residuals @ np.linalg.pinv(rest @ spread @ rest, rcond=1e-6, hermitian=True) @ self.residuals
        return float(chi2) / _quantile(free)


def matrix(parameters: Array) -> Array:
    """Give K (3, 3) of the nine."""
    (xx, yy, zz), (yz, zx, xy) = parameters[3:6], parameters[6:]
    k: Array = np.eye(3) + np.array([[xx, xy, zx], [xy, yy, yz], [zx, yz, zz]])
    return k


def fit(measured: Array, size: int) -> Fit:
    """Fit the first `size` of the nine to (N, 3) specific forces in g, N at least `size`."""
    parameters = np.zeros(9)
    for _ in range(_STEPS):
        residuals, jacobian = _model(measured, parameters)
        step = np.linalg.lstsq(jacobian[:, :size], -residuals, rcond=None)[0]
        parameters[:size] += step
        if np.abs(step).max() < 1e-13:
            break
    return Fit(parameters, size, *_model(measured, parameters))


def inclination_deg(parameters: Array) -> float:
    """Give the RMS error of directions that a sensor with these nine makes uncorrected."""
    return inclination_deg_of_covariance(np.outer(parameters, parameters))


def inclination_deg_of_covariance(errors: Array) -> float:
    """Give the RMS error of directions, in deg, of errors of the nine with this covariance (9, 9)."""
    return float(np.rad2deg(np.sqrt(np.trace(_INCLINATION @ errors))))


def _model(measured: Array, parameters: Array) -> tuple[Array, Array]:
    """Give residuals (N,) and Jacobian (N, 9)."""
    k = matrix(parameters)
    off = measured - parameters[:3]
    corrected = off @ k
    length = np.linalg.norm(corrected, axis=1)
    up = corrected / length[:, None]
    cross = [up[:, i] * off[:, j] + up[:, j] * off[:, i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return length - 1.0, np.hstack([-up @ k, up * off, np.column_stack(cross)])


def _quantile(free: int) -> float:
    """Give the 99.9 % quantile of chi-square (Wilson and Hilferty 1931, PNAS 17:684, doi 10.1073/pnas.17.12.684)."""
    part = 2.0 / (9.0 * free)
    return free * float(1.0 - part + 3.09 * np.sqrt(part)) ** 3
