"""Who may have a rate: members, organisations with an agreement, holders of a promotion code."""
