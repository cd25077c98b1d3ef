package directory

import (
	"embed"
	"net/url"
	"strings"

	"gatehouse/sso"
)

// snippetFiles are the configurations of docs/integrations, word for word, with
// {hosts}, {key} and {cookie} where they depend on the application.
//
//go:embed snippets/*.txt
var snippetFiles embed.FS

// proxy is a reverse proxy that there is a configuration for.
type proxy struct {
	file, name string
	tested     bool
	hosts      func([]string) string // the application's, as the proxy wants them
	replace    string
}

func proxies() []proxy {
	const addresses = "Replace 127.0.0.1:8080 by where Gatehouse listens, and 127.0.0.1:3000 by where the application does."
	return []proxy{
		{
			"nginx",
			"nginx",
			true,
			func(all []string) string {
				return strings.Join(all, " ")
			},
			addresses,
		},
		{
			"caddy",
			"Caddy",
			true,
			func(all []string) string {
				return strings.Join(all, ", ")
			},
			addresses,
		},
		{
			"haproxy",
			"HAProxy",
			true,
			func(all []string) string {
				return strings.Join(all, " ")
			},
			addresses + " The script below belongs in /etc/haproxy/gatehouse.lua.",
		},
		{
			"haproxy-lua",
			"HAProxy, gatehouse.lua",
			true,
			func([]string) string {
				return ""
			},
			"It is the same for every application.",
		},
		{
			"traefik",
			"Traefik",
			false,
			func(all []string) string {
				return "Host(`" + strings.Join(all, "`) || Host(`") + "`)"
			},
			"Replace gatehouse:8080 by where Gatehouse listens, and the address at the end by where the application does.",
		},
		{
			"envoy",
			"Envoy",
			false,
			func([]string) string {
				return ""
			},
			"Replace gatehouse:8080 by where Gatehouse listens, and gatehouse by the name of its cluster.",
		},
	}
}

// snippets are what to configure the proxy of an application with.
func (d *Directory) snippets(a sso.Application) []snippet {
	var hosts []string
	for _, o := range a.Origins {
		if u, err := url.Parse(o); err == nil {
			hosts = append(hosts, u.Hostname())
		}
	}
	var all []snippet
	for _, p := range proxies() {
		text, _ := snippetFiles.ReadFile("snippets/" + p.file + ".txt") // they are part of the program
		filled := strings.NewReplacer(
			"{hosts}", p.hosts(hosts), "{key}", a.Key, "{cookie}", d.SessionCookie,
		).Replace(string(text))
		all = append(all, snippet{
			ID:      "snippet-" + p.file,
			Proxy:   p.name,
			Tested:  p.tested,
			Text:    filled,
			Replace: p.replace,
		})
	}
	return all
}
