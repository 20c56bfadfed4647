"""Speed, as ratios: the product beside the same SQL run bare, and beside Y, pgbench's TPC-B rate."""
