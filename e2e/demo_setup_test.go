package e2e

import (
	"slices"
	"strings"
)

// demoSetup connects the third company by following the pages: of the console, and of
// its directory in a second window.
func demoSetup(v demoVisit) {
	v.step(14)
	v.Arrive(v.base + "/admin/enterprises/initech/connections/new")
	v.Submit(`a.choice[href$="provider=custom&protocol=saml"]`)
	v.Fill("#name", "Initech Directory")
	v.Submit("main form button")
	directory := demoVisit{v.Another(v.t), v.t, v.base}
	directory.Open(v.base + "/demo/idp/initech/applications/new")
	directory.Fill("#name", "Gatehouse")
	directory.Fill("#acs", v.shown("/acs"))
	directory.Fill("#entity", v.shown("/metadata"))
	directory.Submit("button[data-primary]")
	directory.Shoot("initech-application")
	v.Submit(next)
	v.Fill(`[name="saml.metadata_url"]`, directory.One("#metadata"))
	v.Submit("main form.form button:not([name])")
	v.Says("What was read")
	v.ticked(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)

	v.step(15)
	v.Arrive(v.base + "/admin/enterprises/initech/connections")
	v.Shoot("initech-connections")
	v.Submit(`main a[href*="/setup"]`)
	v.Submit(`a[href$="/setup/test"]`)
	v.Submit("main form button")
	tester := demoVisit{v.Another(v.t), v.t, v.base}
	tester.Open(v.One(".value code"))
	tester.as("initech", "initech-0003") // Luca, whose group is a near miss
	tester.Says("passed")
	v.Open(v.At())
	v.Says("Bookkeepers")
	v.Says("bookkeepers")
	v.Shoot("initech-tested")
	v.ticked(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

	v.step(15)
	v.Arrive(v.base + "/admin/enterprises/initech/connections")
	v.Submit(`main a[href*="/setup"]`)
	v.Submit(`a[href$="/setup/enable"]`)
	v.Submit("main form button")
	v.Says("Initech Directory is enabled")
	v.step(16)
	v.switches()
	v.as("initech", "initech-0001")
	v.Arrive(v.base + "/demo/whoami")
	v.Says("Barbara Liskov")
	v.ticked(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
}

// shown returns the value on the page that has this suffix.
func (v demoVisit) shown(end string) string {
	v.t.Helper()
	values := v.List(".value code")
	i := slices.IndexFunc(values, func(value string) bool {
		return strings.HasSuffix(value, end)
	})
	if i < 0 {
		v.t.Fatalf("no value that ends with %s is shown: %q", end, values)
	}
	return values[i]
}
