"""What a rate contains (包价): parts that are posted to their own charge codes out of the agreed price."""
