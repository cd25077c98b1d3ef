package page

// connectionPages are about a connection as it is, and the groups it brings.
func connectionPages() []Page { return nil }

func galleryConnection() []Example { return nil }
