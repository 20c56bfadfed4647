"""E-invoices (数电发票): asked for with everything complete, issued by a provider, never for more than was paid."""
