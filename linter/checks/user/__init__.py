"""The signed-in user: whether rights and licences suffice for the calls. One module per subject."""
