"""What a cashier does beyond charge and payment: allowances, paid-outs, foreign cash, damage, late charges."""
