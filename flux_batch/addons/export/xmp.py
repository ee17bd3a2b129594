"""The XMP packet that says how an image came to be, in the terms of the IPTC Photo Metadata Standard 2025.1.

``DigitalSourceType`` is the field by which search engines and platforms know generated images. Its vocabulary:
https://cv.iptc.org/newscodes/digitalsourcetype/. In a PNG the packet is uncompressed ``iTXt`` (XMP, part 3, 1.1.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from flux_batch.addons.export.carried import carried
from flux_batch.addons.export.parameters import model
from flux_batch.plan.job import JSON

KEYWORD = "XML:com.adobe.xmp"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED = "trainedAlgorithmicMedia"
"""Made by a model that was trained."""
ALGORITHM = "algorithmicMedia"
"""Made by an algorithm without training data: what the embedded server does."""

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
{properties}
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def xmp(line: Mapping[str, JSON], *, stand_in: bool) -> str:
    """Return the packet of one manifest *line*.

    An image of the embedded server (*stand_in*) is no model's, and its prompt was no model's prompt.
    """
    told = {"Iptc4xmpExt:DigitalSourceType": SOURCE_TYPE + (ALGORITHM if stand_in else TRAINED)}
    if stand_in:
        told["xmp:CreatorTool"] = "flux-batch, embedded server"
    else:
        told["Iptc4xmpExt:AISystemUsed"] = model(line)
        told["Iptc4xmpExt:AIPromptInformation"] = str(line.get("prompt"))
    properties = "\n".join(f"<{name}>{escape(carried(value))}</{name}>" for name, value in told.items())
    return PACKET.format(properties=properties)
