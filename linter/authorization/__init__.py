"""What decides about a call beside permissions: roles, licences, other tenants, mailboxes."""
