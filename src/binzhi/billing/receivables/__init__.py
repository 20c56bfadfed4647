"""Companies' accounts (挂账): what each took over, what it paid for which, how old the rest is."""
