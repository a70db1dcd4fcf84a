"""The one probing service: candidates, limits, journal, samples and ransom notes."""
