package ui

import "strings"

// Browser is a browser as its owner would name it, "Firefox" on "Linux"; a part that is
// not known is "". It is a hint to recognise a session by and nothing else.
type Browser struct{ Name, System string }

// word is a mark in a user agent and what it means. Order matters: browsers
// name the ones they descend from as well.
type word struct{ mark, name string }

// NewBrowser returns the browser of a user agent.
func NewBrowser(userAgent string) Browser {
	name := firstOf(userAgent, []word{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	})
	if name == "" {
		return Browser{}
	}
	return Browser{
		Name: name,
		System: firstOf(userAgent, []word{
			{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"},
			{"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
		}),
	}
}

// String returns the browser in English; a translated page has {{browser}} of it.
func (b Browser) String() string {
	switch {
	case b.Name == "":
		return "Unknown browser"
	case b.System == "":
		return b.Name
	}
	return b.Name + " on " + b.System
}

func firstOf(s string, words []word) string {
	for _, w := range words {
		if strings.Contains(s, w.mark) {
			return w.name
		}
	}
	return ""
}
