package connection

import (
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// named are groups as people know them; groups has their references by ID.
func named(ids []string, groups map[string]string) (refs []string) {
	for _, id := range ids {
		if ref, there := groups[id]; there {
			id = ref
		}
		refs = append(refs, id)
	}
	return refs
}

// changes are differences as a page shows them; groups has the references of
// groups by ID.
func changes(all []connections.Difference, groups map[string]string) []change {
	shown := make([]change, 0, len(all))
	for _, d := range all {
		c := change{
			Label:  console.FieldLabel(d.Field),
			Before: console.FieldValue(d.Field, d.Before),
			After:  console.FieldValue(d.Field, d.After),
			Gone:   d.Gone,
			New:    d.New,
			Secret: d.Secret,
		}
		switch d.Field {
		case "saml.certificates":
			c.Gone, c.New = shortened(d.Gone), shortened(d.New)
		case "default_groups":
			c.Gone, c.New = named(d.Gone, groups), named(d.New, groups)
		}
		shown = append(shown, c)
	}
	return shown
}

// shortened are fingerprints as people compare them: by how they begin.
func shortened(all []string) []string {
	var short []string
	for _, f := range all {
		short = append(short, fingerprint(f))
	}
	return short
}

const fingerprintShown = 16 // hexadecimal digits, of 64

func fingerprint(hex string) string {
	var pairs []string
	for i := 0; i+1 < min(len(hex), fingerprintShown); i += 2 {
		pairs = append(pairs, strings.ToUpper(hex[i:i+2]))
	}
	return "SHA-256 " + strings.Join(pairs, ":") + "…"
}

func state(c sso.Connection) ui.Badge {
	switch {
	case c.InPilot() && c.Draft != nil:
		return ui.Badge{Label: "enabled, SCIM pilot, with a draft", State: "ok"}
	case c.InPilot():
		return ui.Badge{Label: "enabled, SCIM pilot", State: "ok"}
	case c.State == sso.ConnectionEnabled && c.Draft != nil:
		return ui.Badge{Label: "enabled, with a draft", State: "ok"}
	case c.State == sso.ConnectionEnabled:
		return ui.Badge{Label: "enabled", State: "ok"}
	case c.State == sso.ConnectionDisabled:
		return ui.Badge{Label: "disabled"}
	}
	return ui.Badge{Label: "draft", State: "warn"}
}

func percent(n, of int) int {
	if of <= 0 {
		return 0
	}
	return min(100, n*100/of)
}
