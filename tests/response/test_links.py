"""Where an image is fetched from: the order of its links, what their status means, and what is taken of an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.plan.job import JSON
from flux_batch.response.links import (
    LinkStep,
    fetch_id,
    fetch_requests,
    link_step,
    links_in,
    outputs,
    per_image,
)

STORE, PROXY, LATER = "https://store.example/g/", "https://cdn.example/g/", "https://later.example/g/"


def test_output_comes_first_then_proxy_then_future() -> None:
    """Each image has its best link, then its substitutes; one link is never tried twice."""
    assert per_image((STORE + "0.png",), (PROXY + "0.png",), (LATER + "0.png",)) == (
        (STORE + "0.png", PROXY + "0.png", LATER + "0.png"),
    )
    assert per_image((STORE + "0.png",), (), (STORE + "0.png",)) == ((STORE + "0.png",),)
    assert per_image((), (), ()) == ()


def test_substitutes_are_found_by_their_file_name() -> None:
    """Lists in another order or of another length do not put one image's link to another image."""
    first = (STORE + "0.png", STORE + "1.png", STORE + "2.png")

    assert per_image(first, (PROXY + "2.png?sig=1", PROXY + "0.png")) == (
        (STORE + "0.png", PROXY + "0.png"),
        (STORE + "1.png",),
        (STORE + "2.png", PROXY + "2.png?sig=1"),
    )


def test_other_names_are_paired_by_place_when_there_are_as_many() -> None:
    """Two hosts may name one file differently; then only the place can tell."""
    first = (STORE + "0.png", STORE + "1.png")

    assert per_image(first, (PROXY + "a", PROXY + "b")) == (
        (STORE + "0.png", PROXY + "a"),
        (STORE + "1.png", PROXY + "b"),
    )
    assert per_image(first, (PROXY + "a",)) == ((STORE + "0.png",), (STORE + "1.png",))
    assert per_image((STORE + "x/i.png", STORE + "y/i.png"), (PROXY + "x/i.png", PROXY + "y/i.png")) == (
        (STORE + "x/i.png", PROXY + "x/i.png"),
        (STORE + "y/i.png", PROXY + "y/i.png"),
    )


def test_a_link_named_like_another_image_is_no_substitute() -> None:
    """A list of the same length may still be another list."""
    first = (STORE + "0.png", STORE + "1.png")

    assert per_image(first, (PROXY + "1.png", PROXY + "x")) == ((STORE + "0.png",), (STORE + "1.png", PROXY + "1.png"))


@pytest.mark.parametrize(
    "value, links",
    [
        ([STORE], (STORE,)),
        ({"0": STORE, "1": PROXY}, (STORE, PROXY)),
        ({"10": PROXY, "9": STORE}, (STORE, PROXY)),
        ({"b": STORE, "a": PROXY}, (STORE, PROXY)),
        (STORE, (STORE,)),
        ([STORE, STORE, f" {PROXY} "], (STORE, PROXY)),
        ("", ()),
        ([], ()),
        (None, ()),
        (7, ()),
        ([None, 7, [STORE], {"url": STORE}], ()),
        (
            ["https://a.example/x y", "https://a.example/\n", "https://a.example/\x00", "https://a.example/\ud800"],
            ("https://a.example/",),
        ),
        (["https://a.example/" + "x" * 1983], ()),
        (["https://a.example/" + "x" * 1982], ("https://a.example/" + "x" * 1982,)),
        (
            ["http://127.0.0.1:8177/g/0.png", "HTTP://a.example/"],
            ("http://127.0.0.1:8177/g/0.png", "HTTP://a.example/"),
        ),
        (["https://a.example:99999/x", "https://a.example:0/x", "https://a.example:x/"], ()),
        (["https:///x.png", "https://:443/x.png"], ()),
    ],
)
def test_links_are_read_in_every_shape(value: JSON, links: tuple[str, ...]) -> None:
    """A list, an object, one text, or nothing; what is no link is left out."""
    assert links == links_in(value)


def test_a_base64_link_is_a_link_and_base64_text_is_not() -> None:
    """The live service gives links to ``.base64`` files; the text itself may stand there as well."""
    text = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1Pe"

    found = outputs(
        [STORE + "0.base64", text, "data:image/png;base64,AAAA", "An error came instead of an image"], None, None
    )

    assert found.output == (STORE + "0.base64",)
    assert (text, "data:image/png;base64,AAAA") == found.inline


def test_the_links_of_an_unfinished_job_are_its_future_ones() -> None:
    """Else whatever it gave."""
    assert outputs([STORE], [PROXY], [LATER]).later == (LATER,)
    assert outputs([STORE], [PROXY], []).later == (PROXY,)
    assert outputs([STORE], "", None).later == (STORE,)


@pytest.mark.parametrize(
    "status, young, old",
    [
        (200, LinkStep.READ, LinkStep.READ),
        (204, LinkStep.LATER, LinkStep.LATER),
        (206, LinkStep.LATER, LinkStep.LATER),
        (301, LinkStep.FOLLOW, LinkStep.FOLLOW),
        (302, LinkStep.FOLLOW, LinkStep.FOLLOW),
        (303, LinkStep.FOLLOW, LinkStep.FOLLOW),
        (304, LinkStep.ASK, LinkStep.ASK),
        (307, LinkStep.FOLLOW, LinkStep.FOLLOW),
        (308, LinkStep.FOLLOW, LinkStep.FOLLOW),
        (400, LinkStep.ASK, LinkStep.ASK),
        (401, LinkStep.ASK, LinkStep.ASK),
        (403, LinkStep.LATER, LinkStep.ASK),
        (404, LinkStep.LATER, LinkStep.ASK),
        (408, LinkStep.LATER, LinkStep.LATER),
        (410, LinkStep.ASK, LinkStep.ASK),
        (416, LinkStep.ASK, LinkStep.ASK),
        (425, LinkStep.LATER, LinkStep.LATER),
        (429, LinkStep.LATER, LinkStep.LATER),
        (500, LinkStep.LATER, LinkStep.LATER),
        (503, LinkStep.LATER, LinkStep.LATER),
        (524, LinkStep.LATER, LinkStep.LATER),
    ],
)
def test_a_missing_object_is_waited_for_and_then_asked_for(status: int, young: LinkStep, old: LinkStep) -> None:
    """Shortly after success a link may not be there yet; later it never will be, and the id gives a new one."""
    assert (young, young) == (link_step(status, 0.0), link_step(status, 119.9))
    assert (old, old) == (link_step(status, 120.0), link_step(status, 86_400.0))


@pytest.mark.parametrize(
    "url, known",
    [
        ("https://modelslab.com/api/v6/images/fetch/65919758", "65919758"),
        ("https://old.example/api/v3/dreambooth/fetch/32798037/", "32798037"),
        ("https://evil.example/fetch/abc-1?key=x#y", "abc-1"),
        ("https://evil.example/fetch/..%2f..%2fx", "..%2f..%2fx"),
        ("https://evil.example/api/v4/dreambooth/fetch", None),
        ("https://evil.example/other/7", None),
        ("", None),
    ],
)
def test_only_the_id_is_taken_from_fetch_result(url: str, known: str | None) -> None:
    """Host, path and query of an address the answer names are never used."""
    assert known == fetch_id(url)


def test_an_id_is_asked_for_below_our_own_base_url() -> None:
    """Both documented forms, as a path and a key-free body; an odd id cannot leave its place in the path."""
    assert fetch_requests("7") == (("images/fetch/7", {}), ("images/fetch", {"request_id": "7"}))
    assert fetch_requests("../../x?y")[0][0] == "images/fetch/..%2F..%2Fx%3Fy"


@given(
    st.recursive(
        st.none() | st.text(max_size=8) | st.just(STORE), lambda j: st.lists(j) | st.dictionaries(st.text(), j)
    )
)
def test_any_value_has_links_or_none(value: JSON) -> None:
    """Whatever stands in a link field, only whole links come out of it."""
    assert all(link.startswith("https://") for link in links_in(value))


@given(st.lists(st.lists(st.sampled_from("abcdef").map(STORE.__add__), unique=True).map(tuple), min_size=1, max_size=3))
def test_each_image_keeps_its_own_best_link(sources: list[tuple[str, ...]]) -> None:
    """There are as many images as the first source with links names, in its order, and no link repeats within one."""
    first = next(filter(None, sources), ())
    grouped = per_image(*sources)

    assert first == tuple(links[0] for links in grouped)
    assert all(len(set(links)) == len(links) for links in grouped)
