"""What the painter knows by name: one table per kind of thing, tag -> the words that mean it.

Words are lower case and without plural s; English first, then a few German, French, Spanish and Italian ones.
"""

from __future__ import annotations

from flux_batch.addons.server.render.colour import Colour, rgb

SUBJECTS = {
    "lighthouse": "lighthouse beacon leuchtturm phare faro",
    "fox": "fox vixen fuchs renard zorro volpe",
    "wolf": "wolf dog husky coyote hound puppy wolfe hund chien perro lobo loup cane shepherd",
    "cat": "cat kitten kitty tomcat panther leopard lynx katze chat gato gatto tiger lion lioness cheetah",
    "owl": "owl eule hibou buho gufo",
    "deer": "deer stag elk reindeer moose hirsch cerf ciervo cervo fawn antelope gazelle",
    "rabbit": "rabbit hare bunny hase lapin conejo coniglio",
    "bear": "bear grizzly panda bär ours oso orso",
    "horse": "horse pony stallion mare unicorn pferd cheval caballo cavallo zebra centaur",
    "bird": "bird sparrow robin crow raven parrot hummingbird vogel oiseau pajaro uccello pigeon dove magpie",
    "heron": "heron crane flamingo stork egret kranich",
    "swan": "swan duck goose schwan cygne cisne",
    "whale": "whale orca humpback wal baleine ballena",
    "fish": "fish koi goldfish shark salmon trout fisch poisson pez pesce",
    "elephant": "elephant mammoth elefant elefante",
    "camel": "camel dromedary caravan kamel",
    "dragon": "dragon wyvern drache dinosaur",
    "penguin": "penguin pinguin pingouin puffin",
    "turtle": "turtle tortoise schildkröte tortue tortuga",
    "jellyfish": "jellyfish medusa octopus squid qualle",
    "butterfly": "butterfly moth schmetterling papillon mariposa farfalla",
    "portrait": "portrait woman man girl boy face lady queen king person model actress warrior princess prince wizard "
    "witch elf samurai geisha child selfie frau mann mädchen femme homme mujer hombre donna uomo bride diva human",
    "walker": "walker traveler traveller wanderer hiker figure pilgrim monk knight couple fisherman farmer stranger",
    "house": "house cottage cabin hut home barn farmhouse chalet haus maison casa lodge",
    "castle": "castle fortress palace citadel schloss burg chateau castillo castello",
    "church": "church chapel cathedral monastery kirche eglise iglesia chiesa",
    "temple": "temple pagoda shrine torii tempel mosque",
    "windmill": "windmill mill mühle moulin molino",
    "tower": "tower skyscraper spire obelisk turm eiffel",
    "bridge": "bridge viaduct aqueduct brücke pont puente ponte",
    "boat": "boat sailboat yacht sailing dinghy boot bateau barco barca schooner sail",
    "ship": "ship galleon frigate steamer vessel schiff navire ferry tanker",
    "balloon": "balloon hot-air zeppelin airship ballon",
    "rocket": "rocket spaceship spacecraft shuttle starship rakete",
    "astronaut": "astronaut cosmonaut spaceman",
    "robot": "robot android mech cyborg droid automaton",
    "car": "car automobile taxi sedan convertible truck van auto voiture coche vehicle",
    "train": "train locomotive tram railway zug",
    "bicycle": "bicycle bike cyclist fahrrad",
    "tree": "tree cherry-tree apple-tree oak willow maple sakura baum arbre arbol albero bonsai baobab",
    "palm": "palm coconut palmtree",
    "flower": "flower rose tulip daisy lily poppy sunflower lotus orchid peony blossom bouquet blume fleur flor fiore "
    "dandelion iris lavender-field wildflower",
    "cactus": "cactus cacti saguaro",
    "mushroom": "mushroom toadstool fungus pilz champignon",
    "cup": "cup mug coffee tea teapot espresso kaffee kettle",
    "fruit": "fruit apple oranges pear lemon cherry peaches still-life stilllife bowl food grape apfel pomme",
    "vase": "vase jar bottle pottery amphora perfume wine",
    "book": "book library tome buch livre libro",
    "lamp": "lantern candle lamp torch lampion laterne",
    "guitar": "guitar violin cello instrument",
    "crystal": "crystal gem diamond jewel",
    "skull": "skull skeleton bone",
    "campfire": "campfire bonfire fire flame tent camping",
}
PLACES = {
    "sea": "sea ocean coast coastline shore seaside cliff bay lagoon meer ozean mer mar mare atlantic pacific "
    "wave waves surf",
    "beach": "beach sand-beach strand plage playa spiaggia tropical island",
    "harbour": "harbour harbor seaport marina dock quay pier wharf hafen",
    "lake": "lake pond see lac lago reservoir fjord loch",
    "river": "river stream creek brook canal fluss rivière rio fiume waterfall cascade",
    "mountain": "mountain peak alp alps alpine summit range himalaya berg montagne montaña montagna glacier volcano",
    "forest": "forest wood woods woodland jungle rainforest taiga grove wald forêt bosque foresta glade thicket",
    "desert": "desert dune sahara oasis wüste desierto deserto canyon mesa mars savanna",
    "city": "city skyline metropolis downtown megacity stadt ville ciudad città cityscape manhattan tokyo urban",
    "street": "street alley road boulevard avenue lane market straße rue calle highway sidewalk",
    "town": "town village hamlet dorf townscape old-town townhouse pueblo borgo",
    "field": "field meadow hill countryside farm pasture prairie grassland valley vineyard feld prairie champ campo "
    "landscape farmland steppe moor plain wheat",
    "garden": "garden park greenhouse orchard backyard garten jardin giardino",
    "space": "space galaxy nebula cosmos planet universe asteroid saturn weltraum espace espacio orbit milkyway",
    "underwater": "underwater reef coral deep-sea seabed aquarium abyss submarine",
    "clouds": "cloud clouds sky heaven wolke nuage nube cloudscape",
    "room": "room interior kitchen table window studio desk café cafe restaurant bedroom shelf indoor",
    "abstract": "abstract geometric",
}
TIMES = {
    "dawn": "dawn sunrise daybreak morgengrauen aube amanecer alba",
    "morning": "morning morgen matin mañana mattina",
    "day": "day noon midday afternoon sunny tag jour dia giorno summer",
    "golden": "golden-hour goldenhour golden afterglow sunlight sunlit",
    "dusk": "dusk sunset sundown evening abend abenddämmerung crépuscule atardecer tramonto",
    "twilight": "twilight blue-hour gloaming dämmerung",
    "night": "night midnight moonlight moonlit nocturnal nacht nuit noche notte starry starlit moon",
    "overcast": "overcast grey-sky gloomy cloudy",
    "storm": "storm stormy thunderstorm lightning tempest thunder hurricane gewitter orage",
    "space": "space galaxy nebula cosmos universe astronaut asteroid orbit interstellar",
    "underwater": "underwater reef coral seabed abyss",
    "neon": "neon cyberpunk synthwave futuristic blade-runner",
}
WEATHERS = {
    "snow": "snow snowy blizzard winter wintry frozen icy ice frost schnee neige nieve neve arctic snowfall christmas",
    "rain": "rain rainy drizzle downpour regen pluie lluvia pioggia wet",
    "fog": "fog foggy mist misty haze hazy nebel brouillard niebla nebbia smoke",
    "storm": "storm stormy thunderstorm lightning tempest thunder hurricane gewitter",
    "aurora": "aurora northern-lights borealis polarlicht",
    "autumn": "autumn autumnal fall october november herbst automne otoño autunno",
    "spring": "spring cherry-tree april blossom cherry-blossom frühling printemps primavera sakura",
    "moon": "moon moonlight moonlit full-moon mond lune luna crescent",
    "sun": "sun sunny sunshine sunlight sonne soleil sol sole",
    "stars": "star stars starry stern milkyway étoile estrella stella",
    "bird": "seagull gull birds flock",
    "wave": "wave waves surf swell",
    "waterfall": "waterfall cascade wasserfall cascada",
}
COLOURS: dict[str, Colour] = {
    word: rgb(code)
    for code, words in {
        "d8342c": "red rot rouge rojo rosso scarlet ruby",
        "a3152e": "crimson burgundy maroon",
        "f0822a": "orange tangerine amber",
        "f2b92e": "yellow gelb jaune amarillo giallo",
        "d9a53a": "gold golden",
        "3f9b4a": "green grün vert verde",
        "1f8f6a": "emerald jade",
        "9bc53d": "lime chartreuse",
        "7a8b3c": "olive moss",
        "1fa5a0": "teal turquoise türkis",
        "35c4e0": "cyan aqua",
        "2f66c8": "blue blau bleu azul blu cobalt sapphire",
        "1d2f6f": "navy indigo",
        "6fb1e8": "azure sky-blue",
        "7b4bc0": "purple lila violet viola violett amethyst",
        "b79be0": "lavender lilac mauve",
        "d23c9a": "magenta fuchsia",
        "f08ab0": "pink rosa rose-pink blush",
        "f58f74": "coral salmon-pink peach",
        "7a4a2b": "brown braun marron chocolate",
        "a86a3d": "bronze copper rust",
        "f4f1ea": "white weiss weiß blanc blanco bianco ivory",
        "25252b": "black schwarz noir negro nero ebony",
        "8d9299": "grey gray grau gris grigio silver",
        "e8d9b8": "beige cream sand",
    }.items()
    for word in words.split()
}
NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 4,
    "pair": 2,
    "several": 3,
    "many": 4,
    "herd": 4,
    "flock": 4,
    "pack": 3,
    "fleet": 4,
    "group": 3,
}
"""Words for how many; more than four become four."""


def inverted(table: dict[str, str]) -> dict[str, str]:
    """Word -> tag; the first tag that claims a word keeps it."""
    words: dict[str, str] = {}
    for tag, names in table.items():
        for name in names.split():
            words.setdefault(name, tag)
    return words
