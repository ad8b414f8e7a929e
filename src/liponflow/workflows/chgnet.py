"""What is known of the embedded potential, without loading it."""

WEIGHTS = "0.3.0"
"""Version of the weights that chgnet's wheel holds and loads by default."""

FUNCTIONAL = "PBE/PBE+U (MPtrj), Materials Project 2020 corrections included"
"""Of the training data: Deng et al., Nature Machine Intelligence 5, 1031 (2023)."""

UNTRAINED = frozenset(
    {"Po", "At", "Rn", "Fr", "Ra", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr"}
)
"""Elements outside the training data.

MPtrj has 89 elements, H to Pu without Po, At, Rn, Fr and Ra: their embeddings still have the
norm of their random initialisation (8, that is the square root of the 64 features), all others
have more than 11. Beyond Pu the model has no embedding.
"""
