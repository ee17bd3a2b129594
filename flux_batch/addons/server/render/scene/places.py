"""Place -> the painting of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flux_batch.addons.server.render.scene.abstract import abstract
from flux_batch.addons.server.render.scene.city import city, street
from flux_batch.addons.server.render.scene.coast import beach, sea
from flux_batch.addons.server.render.scene.deep import clouds_country, space, underwater
from flux_batch.addons.server.render.scene.desert import desert
from flux_batch.addons.server.render.scene.field import field
from flux_batch.addons.server.render.scene.forest import forest
from flux_batch.addons.server.render.scene.garden import garden
from flux_batch.addons.server.render.scene.river import river
from flux_batch.addons.server.render.scene.room import room, studio
from flux_batch.addons.server.render.scene.stage import Stage
from flux_batch.addons.server.render.scene.town import harbour, town
from flux_batch.addons.server.render.scene.weather import weather
from flux_batch.addons.server.render.scene.wild import lake, mountain

PLACES: Mapping[str, Callable[[Stage], None]] = {
    "abstract": abstract,
    "beach": beach,
    "city": city,
    "clouds": clouds_country,
    "desert": desert,
    "field": field,
    "forest": forest,
    "garden": garden,
    "harbour": harbour,
    "lake": lake,
    "mountain": mountain,
    "river": river,
    "room": room,
    "sea": sea,
    "space": space,
    "street": street,
    "studio": studio,
    "town": town,
    "underwater": underwater,
}


def paint_place(stage: Stage) -> None:
    """Paint the place of the theme, the subjects in it, and the weather before them."""
    PLACES[stage.theme.place](stage)
    weather(stage)
