package page

// testPages are about test connections.
func testPages() []Page { return nil }

func galleryTest() []Example { return nil }
