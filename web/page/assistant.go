package page

// assistantPages are the steps of the setup assistant.
func assistantPages() []Page { return nil }

func galleryAssistant() []Example { return nil }
