"""Result document of spectra that are fitted by non-negative sums of reference spectra."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Result
from liponflow.document import Document

Background = Literal["none", "constant", "power-law"]
Scale = Literal["area", "given"]
Noise = Literal["poisson", "estimated"]


class MixtureReference(Document):
    """Reference spectrum of a mixture."""

    name: Annotated[str, Column(heading="reference", wraps=True)] = Field(
        description="Name of the reference, under which its shares are given."
    )
    low: Annotated[float, Quantity("eV", heading="from", fmt=".1f")] = Field(
        description="First energy of the reference."
    )
    high: Annotated[float, Quantity("eV", heading="to", fmt=".1f")] = Field(
        description="Last energy of the reference."
    )
    area: Annotated[float, Quantity("eV", heading="area", fmt=".4g")] = Field(
        description="Area of the reference in the fitted window, times the unit of its intensity."
    )


class MixturePoint(Document):
    """One spectrum of the scan, as a sum of the references."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "point",
        "position",
        "shares",
        "share_lows",
        "share_highs",
        "shift",
        "chi2_per_dof",
        "counts",
    )
    """Fields for a narrow table."""

    point: Annotated[int, Column(heading="point")] = Field(
        description="Number of the point along the scan, from 1."
    )
    position: Annotated[float | None, Quantity("nm", heading="position", fmt=".4g")] = Field(
        None, description="Distance from the first point, if the step is known."
    )
    shares: Annotated[dict[str, float] | None, Quantity("", heading="{key}", fmt=".3f")] = Field(
        description="Share of each reference; they sum to 1. None without counts of any reference."
    )
    share_lows: Annotated[
        dict[str, float] | None, Quantity("", heading="{key}\nfrom", fmt=".3f")
    ] = Field(description="Lower end of the 95 % interval of each share.")
    share_highs: Annotated[
        dict[str, float] | None, Quantity("", heading="{key}\nto", fmt=".3f")
    ] = Field(description="Upper end of the 95 % interval of each share.")
    weights: Annotated[dict[str, float], Quantity("")] = Field(
        description="Fitted multiple of each reference as it was given."
    )
    weight_errors: Annotated[dict[str, float | None], Quantity("")] = Field(
        description="Standard error of each weight; None for a weight of 0, whose limit is the "
        "upper end of the share."
    )
    background_share: Annotated[float, Quantity("")] = Field(
        description="Share of the fitted counts in the background."
    )
    shift: Annotated[float, Quantity("eV", heading="shift", fmt="z.3f")] = Field(
        description="Energy shift of all references; positive moves them to higher energies."
    )
    shift_error: Annotated[float | None, Quantity("eV")] = Field(
        None, description="Standard error of the shift; None if it is fixed or at its bound."
    )
    shift_at_bound: bool = Field(description="Whether the shift ends at its bound.")
    counts: Annotated[float, Quantity("", heading="counts", fmt=".4g")] = Field(
        description="Sum of the counts in the fitted window."
    )
    dispersion: Annotated[float, Quantity("")] = Field(
        description="Variance of the residuals over their mean; 1 for counts, estimated otherwise."
    )
    chi2_per_dof: Annotated[float, Quantity("", heading="chi²/dof", fmt=".2f")] = Field(
        description="Pearson chi² per degree of freedom; of counts, in bins of at least 10."
    )
    deviance_per_dof: Annotated[float, Quantity("")] = Field(
        description="Deviance of the Poisson likelihood per degree of freedom, in the same bins."
    )
    converged: bool = Field(description="Whether the fit ended at the largest likelihood.")
    degrees_of_freedom: int = Field(description="Bins less fitted parameters.")
    misfit_probability: Annotated[float | None, Quantity("")] = Field(
        description="Probability of at least this chi² if the references suffice; None where it "
        "cannot be told: the dispersion is estimated, or the counts are too few."
    )
    residual_correlation: Annotated[float, Quantity("")] = Field(
        description="Correlation of neighbouring residuals, near 0 if the references suffice."
    )
    correlation_probability: Annotated[float, Quantity("")] = Field(
        description="Probability of at least this correlation if the references suffice."
    )


class FittedSpectrum(Document):
    """Spectrum of one point with its fit, on the energies of the result."""

    point: int = Field(description="Number of the point, from 1.")
    measured: Annotated[list[float], Quantity("", label="intensity (counts)")] = Field(
        description="Counts, or intensity in the unit of the file."
    )
    fitted: Annotated[list[float], Quantity("", label="intensity (counts)")] = Field(
        description="Fit in the same unit."
    )
    components: Annotated[dict[str, list[float]], Quantity("", label="intensity (counts)")] = (
        Field(description="Part of each reference, and of the background if one is fitted.")
    )
    residuals: Annotated[list[float], Quantity("", label="residual (standard deviations)")] = (
        Field(description="Measured less fitted, in standard deviations.")
    )


class FreeComponents(Document):
    """Fit by free non-negative components (NMF), a diagnosis of the references only."""

    components: int = Field(
        description="Free components: as many as there are references and background components."
    )
    references_deviance: Annotated[float, Quantity("")] = Field(
        description="Deviance per degree of freedom of the fit by references."
    )
    free_deviance: Annotated[float, Quantity("")] = Field(
        description="Deviance per degree of freedom of as many free components."
    )
    one_more_deviance: Annotated[float, Quantity("")] = Field(
        description="Deviance per degree of freedom of one more free component."
    )
    verdict: Literal["not better", "references differ", "reference missing"] = Field(
        description="Whether free components describe the scan better: no; yes, as many suffice; "
        "yes, one more is needed."
    )


class MixtureFit(Document):
    """Mixtures along a scan."""

    references: list[MixtureReference] = Field(description="References, in the order given.")
    energies: Annotated[list[float], Quantity("eV", label="energy loss")] = Field(
        description="Fitted channels."
    )
    shift_bound: Annotated[float, Quantity("eV", heading="shift bound", fmt="g")] = Field(
        description="Largest energy shift of a point; 0 fixes it."
    )
    background: Annotated[Background, Column(heading="background")] = Field(
        description="Background that is fitted with the references."
    )
    scale: Annotated[Scale, Column(heading="scale")] = Field(
        description="Scale of the references: equal areas in the window, so that shares are of "
        "counts, or as given, so that they are of weights."
    )
    noise: Annotated[Noise, Column(heading="noise")] = Field(
        description="Poisson noise of counts, or noise whose size is estimated from the residuals."
    )
    condition_number: Annotated[float, Quantity("", heading="condition number", fmt=".1f")] = (
        Field(description="Condition number of the components, each scaled to unit length.")
    )
    excluded: Annotated[list[float], Quantity("eV")] = Field(
        description="Energies of dark or saturated channels, which are not fitted."
    )
    points: list[MixturePoint] = Field(description="Points along the scan.")
    mean_residuals: Annotated[list[float], Quantity("")] = Field(
        description="Residuals summed over the points, in standard deviations of the sum."
    )
    worst: FittedSpectrum = Field(description="Point with the largest misfit.")
    free_components: FreeComponents | None = Field(
        None, description="Diagnosis by free components; None if the scan is too short for it."
    )
    references_suffice: Annotated[bool, Column(heading="references suffice")] = Field(
        description="Whether the residuals show no more than noise."
    )


class MixtureResult(MixtureFit, Result):
    """Shares of reference spectra along a scan of measured spectra."""

    kind: Literal["mixture"] = "mixture"
