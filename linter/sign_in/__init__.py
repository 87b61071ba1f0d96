"""How a flow gets its token: where it signs in, what it asks for, and for whom the token is."""
