package page

// adminPages are those about who administers, and the enterprises they do it
// for.
func adminPages() []Page { return nil }

func galleryAdmins() []Example { return nil }
