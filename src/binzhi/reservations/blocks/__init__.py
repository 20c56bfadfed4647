"""Groups (团队): rooms kept by type and night, taken up by people, released at the cut-off."""
