"""Property tests are about laws and never about time: no example has a deadline."""

from hypothesis import settings

settings.register_profile("laws", deadline=None)
settings.load_profile("laws")
