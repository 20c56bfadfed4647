"""Rooming lists (住客名单): a file of a group's people, checked cell by cell, taken over in one go or not at all."""
