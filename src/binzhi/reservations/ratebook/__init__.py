"""The book of rates: prices painted over nights, rules that write them, what was painted and how to take it back."""
