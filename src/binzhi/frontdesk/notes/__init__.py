"""留言: messages taken for guests, and handed to them."""
