"""Facts put into words: templates, letters, messages, pages, and times as their readers write them."""
