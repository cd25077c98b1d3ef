package sso

import (
	"strings"
)

// Limits of public paths.
const (
	maxPublicPaths      = 100
	maxPublicPathLength = 1024 // bytes, also of a path that is compared
)

// publicPathMessage is the message for an invalid public path.
const publicPathMessage = "Use a path such as /health, or one that ends in /* such as /public/*. " +
	"A path has letters, digits and ! $ & ' ( ) + , - . : = @ _ ~ between single slashes; no part of it ends in a dot."

// publicPathProblem returns the problem of a public path, or "".
func publicPathProblem(path string) string {
	prefix, all := strings.CutSuffix(path, "*")
	switch {
	case path == "/*":
		return "This would open the whole application without a sign-in. Name the paths that need none."
	case all && !strings.HasSuffix(prefix, "/"), !isCanonicalPath(prefix):
		return publicPathMessage
	}
	return ""
}

// IsPublicPath reports whether a request path, without its query, is one of the
// public paths: the same byte for byte, or below one that ends in "/*". A path
// that another program could read as a different one is not public, however it
// was spelled: escaped bytes, empty and dot segments, parameters and backslashes
// never are.
func IsPublicPath(public []string, path string) bool {
	if len(public) == 0 || !isCanonicalPath(path) {
		return false
	}
	for _, p := range public {
		if prefix, all := strings.CutSuffix(p, "*"); all && strings.HasPrefix(path, prefix) || p == path {
			return true
		}
	}
	return false
}

// isCanonicalPath reports whether a path has one reading: no program that decodes
// it, removes dot segments, joins slashes or strips parameters makes another
// path of it. A segment that ends in a dot is another file's name on Windows.
func isCanonicalPath(path string) bool {
	if path == "" || path[0] != '/' || len(path) > maxPublicPathLength {
		return false
	}
	before := byte(0)
	for i := range len(path) {
		c := path[i]
		switch {
		case c == '/' && (before == '/' || before == '.'):
			return false
		case c != '/' && !isPlainInPath(c):
			return false
		}
		before = c
	}
	return before != '.'
}

func isPlainInPath(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("!$&'()+,-.:=@_~", c) >= 0
}
