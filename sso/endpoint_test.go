package sso

import (
	"strings"
	"testing"
)

func TestCheckEndpoint(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://idp.example/sso":              true,
		"https://idp.example:8443/sso?a=b":     true,
		"http://127.0.0.1:9000/sso":            true,
		"http://[::1]/sso":                     true,
		"http://localhost:8080/":               true,
		"http://idp.localhost/":                true,
		"http://idp.example/sso":               false,
		"http://127.0.0.1.evil.example/":       false,
		"http://notlocalhost/":                 false,
		"javascript:alert(1)":                  false,
		"javascript://idp.example/%0aalert()":  false,
		"data:text/html,x":                     false,
		"//idp.example/sso":                    false,
		"/sso":                                 false,
		"":                                     false,
		"https://":                             false,
		"https://:443/":                        false,
		"https://user@idp.example/":            false,
		"https://user:pw@idp.example/":         false,
		"https://idp.example/#frag":            false,
		"https://b\u00fccher.example/":         false,
		"https://b%C3%BCcher.example/":         false,
		"https://xn--bcher-kva.example/\u00fc": true,
		"https://idp.example/\n":               false,
		" https://idp.example/":                false,
		"https://idp.example/" + strings.Repeat("a", maxEndpointLength): false,
	} {
		if err := CheckEndpoint(address); (err == nil) != ok {
			t.Errorf("%.60q: %v, want ok = %t", address, err, ok)
		}
	}
}
