"""房卡: key cards of stays, made and made void by the hotel's lock system."""
