"""`viva demo`: a whole interview, from the POST to the verdict, seen as it happens."""
