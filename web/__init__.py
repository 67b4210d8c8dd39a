"""How it is reached: the chat page and the HTTP API."""
