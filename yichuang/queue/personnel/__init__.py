"""The rules of people: staff, signing in, posts and whereabouts; and `hall.people`."""
