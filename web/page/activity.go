package page

// activityPages say what happened.
func activityPages() []Page { return nil }

func galleryActivity() []Example { return nil }
