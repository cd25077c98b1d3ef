package page

// directoryPages are the lists of an enterprise and what is in them.
func directoryPages() []Page { return nil }

func galleryDirectory() []Example { return nil }
