package sso

import (
	"strings"
	"testing"
)

func TestOriginOf(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://wiki.example.com":                  "https://wiki.example.com",
		"https://wiki.example.com/a/../b?c#d":       "https://wiki.example.com",
		"HTTPS://Wiki.Example.COM:443/":             "https://wiki.example.com",
		"http://localhost:80":                       "http://localhost",
		"http://localhost:8080?x":                   "http://localhost:8080",
		"https://wiki.example.com:80":               "https://wiki.example.com:80",
		"https://192.0.2.1:8443/":                   "https://192.0.2.1:8443",
		"http://[::1]:3000/":                        "http://[::1]:3000",
		"":                                          "",
		"/":                                         "",
		"wiki.example.com":                          "",
		"//wiki.example.com/":                       "",
		"https:wiki.example.com":                    "",
		"https:/wiki.example.com":                   "",
		"https:///wiki.example.com":                 "",
		"https://":                                  "",
		"https://:443":                              "",
		"https://wiki.example.com:":                 "",
		"https://wiki.example.com:0":                "",
		"https://wiki.example.com:0443":             "",
		"https://wiki.example.com:65536":            "",
		"https://wiki.example.com:x":                "",
		"https://wiki.example.com.":                 "",
		"https://wiki..example.com":                 "",
		"https://-wiki.example.com":                 "",
		"https://wi_ki.example.com":                 "",
		"https://w%69ki.example.com":                "",
		"https://wiki.example.com%2f.evil.test":     "",
		"https://ada@wiki.example.com":              "",
		"https://@wiki.example.com":                 "",
		"https://wiki.example.com\\.evil.test":      "",
		"https://wiki.example.com\t.evil.test":      "",
		"https://wiki.example.com\x00":              "",
		" https://wiki.example.com":                 "",
		"https://wi\u212ai.example.com":             "",
		"https://xn--wi\u00ad.example.com":          "",
		"https://[::1%25eth0]/":                     "",
		"https://[0:0::1]/":                         "",
		"https://[::1]evil.test/":                   "",
		"ftp://wiki.example.com":                    "",
		"javascript://wiki.example.com/%0aalert(1)": "",
		"https://" + strings.Repeat("a", 8192):      "",
	} {
		got, err := OriginOf(address)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", address, got, err, want)
		}
	}
}
