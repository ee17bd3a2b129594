"""What ``multi_lingual: yes`` knows: a few hundred German, French, Spanish and Italian words, and their English ones.

Word by word and no grammar: enough to see that the attribute was understood.
"""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W\d_]+")

ENGLISH = {
    "a": "ein eine einen einem einer un une una uno",
    "the": "der die das den dem des le les el los lo il gli la",
    "and": "und et e ed",
    "with": "mit avec con",
    "without": "ohne sans sin senza",
    "in": "im dans en nel nella",
    "at": "am beim au aux al alla",
    "on": "auf sur sobre sul sulla",
    "of": "von du de del della di",
    "above": "über audessus sopra",
    "under": "unter sous bajo sotto",
    "by": "bei neben près junto vicino",
    "lighthouse": "leuchtturm phare faro",
    "house": "haus maison casa",
    "castle": "schloss burg château chateau castillo castello",
    "church": "kirche église eglise iglesia chiesa",
    "bridge": "brücke pont puente ponte",
    "tower": "turm torre",
    "boat": "boot bateau barco barca",
    "ship": "schiff navire nave",
    "train": "zug treno",
    "car": "wagen voiture coche macchina",
    "tree": "baum arbre árbol albero",
    "trees": "bäume arbres árboles alberi",
    "flower": "blume fleur flor fiore",
    "flowers": "blumen fleurs flores fiori",
    "fox": "fuchs renard zorro volpe",
    "cat": "katze chat gato gatto",
    "dog": "hund chien perro cane",
    "wolf": "loup lobo lupo",
    "bear": "bär ours oso orso",
    "horse": "pferd cheval caballo cavallo",
    "owl": "eule hibou búho gufo",
    "bird": "vogel oiseau pájaro uccello",
    "fish": "fisch poisson pez pesce",
    "woman": "frau femme mujer donna",
    "man": "mann homme hombre uomo",
    "child": "kind enfant niño bambino",
    "sea": "meer mer mar mare",
    "beach": "strand plage playa spiaggia",
    "harbour": "hafen porto puerto",
    "lake": "lac lago",
    "river": "fluss fleuve rivière río fiume",
    "mountain": "berg montagne montaña montagna",
    "mountains": "berge montagnes montañas montagne",
    "forest": "wald forêt bosque foresta",
    "desert": "wüste désert desierto deserto",
    "city": "stadt ville ciudad città",
    "street": "straße strasse rue calle strada",
    "village": "dorf villaggio pueblo",
    "garden": "garten jardin jardín giardino",
    "field": "feld champ campo",
    "sky": "himmel ciel cielo",
    "cloud": "wolke nuage nube nuvola",
    "star": "stern étoile estrella stella",
    "moon": "mond lune luna",
    "sun": "sonne soleil sol sole",
    "snow": "schnee neige nieve neve",
    "rain": "regen pluie lluvia pioggia",
    "fog": "nebel brouillard niebla nebbia",
    "storm": "sturm gewitter tempête tormenta tempesta",
    "winter": "hiver invierno inverno",
    "summer": "sommer été verano estate",
    "autumn": "herbst automne otoño autunno",
    "spring": "frühling printemps primavera",
    "dawn": "morgengrauen aube alba amanecer",
    "morning": "morgen matin mañana mattina",
    "dusk": "abenddämmerung dämmerung crépuscule atardecer crepuscolo",
    "evening": "abend soir tarde sera",
    "night": "nacht nuit noche notte",
    "red": "rot rote roter rotes rouge rojo roja rosso rossa",
    "blue": "blau blaue blauer blaues bleu bleue azul blu",
    "green": "grün grüne grüner grünes vert verte verde",
    "yellow": "gelb gelbe gelber jaune amarillo amarilla giallo",
    "white": "weiß weiss weiße blanc blanche blanco blanca bianco bianca",
    "black": "schwarz schwarze schwarzer noir noire negro negra nero nera",
    "old": "alt alte alter altes vieux vieille viejo vieja vecchio vecchia",
    "small": "klein kleine kleiner kleines petit petite pequeño pequeña piccolo piccola",
    "big": "groß große großer großes grand grande",
}
KNOWN = {foreign: english for english, words in ENGLISH.items() for foreign in words.split()}


def translated(prompt: str) -> str:
    """*prompt* with every word that is known put into English; the rest stays."""
    return WORD.sub(lambda found: KNOWN.get(found[0].lower(), found[0]), prompt)
