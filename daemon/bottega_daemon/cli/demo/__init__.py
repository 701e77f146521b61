"""The demo: a daemon on the starter model, six jobs at once through the real client, pictures and a contact sheet."""
