"""How the server spells its answers: every way the real service has been seen to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Manners:
    """The ways in which the service's answers are known to vary; every default is what is seen most today.

    Attributes:
        status_codes: ``documented`` (400, 401, 402, 429, ...) or ``always-200``, as the live service did for years.
        spelling: the key of an error's words: ``message``, or ``messege`` as older endpoints write it.
        ids: whether generation ids are numbers or text.
        output: where a success names its images: ``output``, only ``proxy_links``, or only ``future_links``.
        proxy_links: a list, an object keyed by index, or absent.
        pending_output: what ``output`` is while a request is processing.
        eta: whole seconds or a float.
        fetched: whether a fetch's success has all of the first answer or only id and links.
        busy: the words of a full queue: documented, the live ones (``current_queue``), or ``try again in``.
        base64: what ``base64: yes`` yields: a link to a text file, text in ``output``, a data URI in
            ``output``, or a link to a text file holding a data URI.
        padding: whether base64 text keeps its ``=``.
        meta: the names in ``meta``: as on the documented page, as captured live, or as the realtime family writes them.
        file_name: ``<uuid>-0.png`` or ``0-<uuid>.png``.
        image_type: the content type of a picture.
        slashes: ``escaped`` (``\\/``, as PHP encodes JSON) or ``plain``.
    """

    status_codes: Literal["documented", "always-200"] = "documented"
    spelling: Literal["message", "messege"] = "message"
    ids: Literal["int", "str"] = "int"
    output: Literal["output", "proxy", "future"] = "output"
    proxy_links: Literal["list", "object", "absent"] = "list"
    pending_output: Literal["list", "string", "absent"] = "list"
    eta: Literal["int", "float"] = "int"
    fetched: Literal["short", "full"] = "short"
    busy: Literal["documented", "live", "wait"] = "documented"
    base64: Literal["link", "inline", "data-uri", "link-data-uri"] = "link"
    padding: Literal["yes", "no"] = "yes"
    meta: Literal["page", "live", "realtime"] = "page"
    file_name: Literal["uuid-first", "index-first"] = "uuid-first"
    image_type: Literal["image/png", "text/plain"] = "image/png"
    slashes: Literal["escaped", "plain"] = "escaped"
