"""The interface in other languages: Blender looks each label, tooltip and message up here by itself."""

_GERMAN = {
    "Prompt": "Beschreibung",
    "Negative Prompt": "Ausschluss",
    "What is to be seen": "Was zu sehen sein soll",
    "What is not to be seen": "Was nicht zu sehen sein soll",
    "Random Seed": "Zufälliger Startwert",
    "Seed": "Startwert",
    "Variations": "Varianten",
    "Seamless": "Nahtlos",
    "Seamless X": "Nahtlos in X",
    "Seamless Y": "Nahtlos in Y",
    "Start From": "Ausgehen von",
    "Strength": "Stärke",
    "Result": "Ergebnis",
    "PBR Maps": "PBR-Karten",
    "Outlines": "Umrisse",
    "Pose": "Pose",
    "Sampler": "Sampler",
    "Schedule": "Rauschplan",
    "Guidance": "Führung",
    "Steps": "Schritte",
    "Jobs": "Aufträge",
    "Paint Texture": "Textur malen",
    "Paint Render": "Kamerabild malen",
    "Paint Object": "Objekt bemalen",
    "From Camera": "Von der Kamera aus",
    "Views": "Ansichten",
    "Texture Size": "Größe der Textur",
    "Cancel Job": "Auftrag abbrechen",
    "Next Variation": "Nächste Variante",
    "Use These Again": "Wieder verwenden",
    "Show Result": "Ergebnis zeigen",
    "Keep as Preset": "Als Vorgabe behalten",
    "Start the Daemon": "Daemon starten",
    "Connect": "Verbinden",
    "Connecting …": "Verbindet …",
    "The scene has no camera": "Die Szene hat keine Kamera",
    "This image has no other variations": "Dieses Bild hat keine weiteren Varianten",
    "No parameters travelled with this image": "Diesem Bild liegen keine Angaben bei",
    "That image is gone": "Dieses Bild gibt es nicht mehr",
}
_CONTEXTS = ("*", "Operator")

TRANSLATIONS = {
    "de_DE": {(context, english): german for english, german in _GERMAN.items() for context in _CONTEXTS},
}
"""As `bpy.app.translations.register` takes them."""
