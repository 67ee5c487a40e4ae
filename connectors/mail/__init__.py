"""Mail by SMTP or into a folder, and its wording in two languages."""
