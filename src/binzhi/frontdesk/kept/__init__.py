"""行李寄存与贵重物品: what guests leave in the house's keeping, by numbered receipts."""
