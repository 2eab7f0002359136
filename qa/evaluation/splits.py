"""Which data chooses, and which only measures. Fixed once, before the first measurement."""

# The ten of the 25 articles in `shared/data/squad2_dev` whose id has the smallest SHA-256. No size, weight,
# threshold or model is ever chosen on them.
TEST_ARTICLES = frozenset(
    {
        "1973_oil_crisis",
        "Ctenophora",
        "French_and_Indian_War",
        "Fresno,_California",
        "Jacksonville,_Florida",
        "Packet_switching",
        "Prime_number",
        "Private_school",
        "Sky_(United_Kingdom)",
        "Victoria_(Australia)",
    }
)

# The three after them by the same order. They choose between models and fit the confidence; no model learns
# from them.
VALIDATION_ARTICLES = frozenset({"Geology", "Imperialism", "Scottish_Parliament"})
