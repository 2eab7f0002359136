"""Which data chooses, and which only measures. Fixed once, before the first measurement."""

from zlib import crc32

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


# The seven of the fourteen documents of `natural` with the largest SHA-256 of their id. They only measure;
# the others tune thresholds and confidence.
NATURAL_TEST_DOCUMENTS = frozenset(
    {
        "dryvane-manual.md",
        "handbook-time-off.md",
        "norrvik-announcement.md",
        "orvesca-guide.md",
        "plotter-email-thread.txt",
        "thingery-faq.md",
        "zelvaprin-leaflet.txt",
    }
)

# What `quoth evaluate --about test` asks about.
TEST_DOCUMENTS = TEST_ARTICLES | NATURAL_TEST_DOCUMENTS


def is_kept_back(document_id: str) -> bool:
    """Whether a document of a training set is kept from the readers, for the confidence: one in twelve."""
    return crc32(document_id.encode()) % 12 == 0
