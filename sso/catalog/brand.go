package catalog

// brandCodes returns the codes of brands.
func brandCodes() []Entry {
	const area = "API"
	return []Entry{
		{
			"logo_unusable", area,
			"the file is no picture that can be served: neither an SVG nor a PNG, too large, too narrow, or nothing " +
				"visible is left once scripts, text and references are taken out",
			Operator,
			"the message says which; save the drawing as plain SVG with text as paths, or as a PNG of at most " +
				"1024 × 1024 pixels",
		},
		{
			"contrast_too_low", area, "links in the accent color could not be read on our pages", Operator,
			"the message names the nearest color that can",
		},
		{
			"brand_not_allowed", area, "the company has no brand of its own", Operator,
			"an operator permits it for the company, or the setting `brand.per_company` for all",
		},
		{
			"brand_locked", area, "the configuration sets this field of the brand", Operator,
			"change it there, `brand.…`, or remove it there and restart",
		},
	}
}
