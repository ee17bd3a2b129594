"""What a plan takes in money, time and disk, less what its folder already holds. The folder comes in as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flux_batch.grid.settings import EMBEDDED
from flux_batch.plan.plan import Plan

DOCUMENTED_SECONDS = 5.0
"""Generation time the documented page names for this model: 4 to 5 seconds."""
BYTES_PER_PIXEL = 1.5
"""A PNG of a photograph at 8 bits a channel: between 1 and 2; assumed only until a run has measured its own."""
LOOKED_AT = 256
"""Jobs whose size is looked at for the mean, spread evenly over the plan."""
MOST_COMPARED = 5_000_000
"""Jobs compared with the folder unless a comparison is asked for; their ids take about three seconds per million."""


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier runs left in the output folder.

    Attributes:
        images: job id as a number -> images kept.
        bytes: of all kept images together.
        seconds: median generation time, as the service said; None where no line has one.
        price: USD per image paid so far, None where no run knew a price.
    """

    images: Mapping[int, int] = field(default_factory=dict)
    bytes: int = 0
    seconds: float | None = None
    price: float | None = None


@dataclass(frozen=True, slots=True)
class Diff:
    """A plan against its folder, in jobs and in images.

    Attributes:
        kept, kept_images: planned, and all of their images are there.
        new, new_images: planned, and not there, or not whole.
        orphaned, orphaned_images: there, and no longer planned. Nothing deletes them.
    """

    kept: int
    kept_images: int
    new: int
    new_images: int
    orphaned: int
    orphaned_images: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What is left to make and what it takes.

    Attributes:
        jobs, images: of the whole plan.
        kept: images already in the folder; None where the plan is too long to compare without being asked.
        posts: requests to make.
        to_make: images to make.
        price: USD per image; *priced_by* says whether the grid names it or earlier runs paid it.
        cost: USD, None where no price is known.
        service: seconds per request; *timed_by* says whether it was measured or is the documented one.
        slots: requests at once.
        seconds: the whole run, None where nothing is known about the endpoint.
        bytes: on disk; *sized_by* says whether a run measured it.
    """

    jobs: int
    images: int
    kept: int | None
    posts: int
    to_make: int
    price: float | None
    priced_by: str | None
    cost: float | None
    service: float | None
    timed_by: str | None
    slots: int
    seconds: float | None
    bytes: int
    sized_by: str


def diff(plan: Plan, past: Past) -> Diff:
    """Compare *plan* with what is there, job by job."""
    left = dict(past.images)
    kept = kept_images = 0
    samples = _samples(plan)
    for index, name in enumerate(plan.ids()) if left else ():
        there = left.pop(int(name, 16), 0)
        wanted = 0 if not there else samples if samples is not None else plan[index].samples
        if there and there >= wanted:
            kept += 1
            kept_images += wanted
    new, new_images = len(plan) - kept, plan.images - kept_images
    return Diff(kept, kept_images, new, new_images, len(left), sum(left.values()))


def quote(plan: Plan, past: Past, found: Diff | None = None) -> Quote:
    """Return what *plan* takes beyond what *past* holds.

    Args:
        found: the comparison, where it was made; without it a plan of up to five million jobs is compared.
    """
    if found is None and (len(plan) <= MOST_COMPARED or not past.images):
        found = diff(plan, past)
    posts, to_make = (len(plan), plan.images) if found is None else (found.new, found.new_images)
    limits = plan.grid.limits
    price = plan.grid.price if plan.grid.price is not None else past.price
    service, timed_by = _service(plan, past)
    slots = sum(account.queue_limit for account in plan.grid.accounts)
    slots = min(slots, limits.concurrency) if isinstance(limits.concurrency, int) else slots
    seconds = None if service is None else max(posts * service / slots, posts / (limits.per_second or float("inf")))
    kept_images = sum(past.images.values())
    each = past.bytes / kept_images if kept_images else _pixels(plan) * BYTES_PER_PIXEL
    return Quote(
        jobs=len(plan),
        images=plan.images,
        kept=None if found is None else found.kept_images,
        posts=posts,
        to_make=to_make,
        price=price,
        priced_by=None if price is None else "earlier runs" if plan.grid.price is None else "endpoint.price",
        cost=None if price is None else price * to_make,
        service=service,
        timed_by=timed_by,
        slots=slots,
        seconds=seconds,
        bytes=round(each * to_make),
        sized_by="measured" if kept_images else f"assumed, {BYTES_PER_PIXEL} bytes a pixel",
    )


def _service(plan: Plan, past: Past) -> tuple[float | None, str | None]:
    if past.seconds is not None:
        return past.seconds, "measured"
    if plan.grid.accounts[0].base_url == EMBEDDED:
        return None, None
    return DOCUMENTED_SECONDS, "documented"


def _samples(plan: Plan) -> int | None:
    """Return the samples of every job, None where they differ."""
    differ = any("samples" in part.axes.names for part in plan.grid.parts) or len(plan.grid.parts) > 1
    return None if differ or not plan else plan[0].samples


def _pixels(plan: Plan) -> float:
    """Return the mean pixels of an image, from jobs spread over the plan."""
    if not plan:
        return 0
    jobs = plan[:: max(1, len(plan) // LOOKED_AT)]
    return sum(int(str(job.body["width"])) * int(str(job.body["height"])) for job in jobs) / len(jobs)
