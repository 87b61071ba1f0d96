"""Token types: whether a token carries what the called operation takes. One module per subject."""
