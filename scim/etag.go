package scim

import "strings"

// MatchesETag reports whether an entity tag is among those of an If-Match or
// If-None-Match header. Weak and strong tags compare alike, and clients may leave
// out the quotation marks; "*" matches every tag.
func MatchesETag(header []string, tag string) bool {
	for _, line := range header {
		for one := range strings.SplitSeq(line, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || one != "" && opaqueTag(one) == opaqueTag(tag) {
				return true
			}
		}
	}
	return false
}

func opaqueTag(tag string) string {
	return strings.Trim(strings.TrimPrefix(tag, "W/"), `"`)
}
