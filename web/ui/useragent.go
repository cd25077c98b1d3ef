package ui

import "strings"

// word is a mark in a user agent and what it means. Order matters: browsers
// name the ones they descend from as well.
type word struct{ mark, name string }

// Browser names the browser of a user agent as its owner would, "Firefox on
// Linux"; it is a hint to recognise a session by and nothing else.
func Browser(userAgent string) string {
	browser := firstOf(userAgent, []word{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	})
	system := firstOf(userAgent, []word{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"},
		{"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	})
	switch {
	case browser == "":
		return "Unknown browser"
	case system == "":
		return browser
	}
	return browser + " on " + system
}

func firstOf(s string, words []word) string {
	for _, w := range words {
		if strings.Contains(s, w.mark) {
			return w.name
		}
	}
	return ""
}
