package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"

	"gatehouse/internal/devtools/golist"
	"gatehouse/internal/devtools/structure"
	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// shownToAdmins are packages whose errors only admins and programs read. They are English.
func shownToAdmins() []string {
	return []string{
		"cmd", "config", "e2e", "internal/demo", "internal/devtools", "internal/mail", "scim", "store/storetest",
		"sso/access", "sso/branding", "sso/connections", "sso/directory", "sso/drift", "sso/provisioning", "sso/tokens",
		"sso/trial",
		"web/access", "web/activity", "web/api", "web/assistant", "web/connection", "web/console", "web/directory",
		"web/ops", "web/overview", "web/provisioning", "web/scim", "web/testconnection", "web/ui/gallery",
	}
}

// shownToPeople are packages whose errors people read, whatever their codes are.
func shownToPeople() []string { return append(ordinary(), "web/route", "web/session") }

// adminAreas are the parts of the catalogue of errors that admins and programs meet.
func adminAreas() []string {
	return []string{"API", "The console", "Test connections", "Connections and domains", "Provisioning by SCIM"}
}

// peopleCodes are codes of these parts that people meet as well.
func peopleCodes() []string {
	return []string{"not_found", "saml_transient_name_id", "setup_link_gone"}
}

// exempt are functions whose errors have a code of people and are not on the page of a
// failure.
func exempt() map[string]string {
	const (
		admins   = "for admins"
		programs = "for programs"
		attempt  = "in the attempt"
		code     = "on the page that asks for the code"
		passes   = "passes a sentence on"
	)
	return map[string]string{
		"groupsync/entra.errDenied":      attempt,
		"groupsync/entra.errTooMany":     attempt,
		"groupsync/entra.errUnavailable": attempt,
		"groupsync/entra.parseOrigin":    admins,
		"groupsync/okta.errDenied":       admins,
		"groupsync/okta.errURL":          admins,
		"groupsync/okta.errUnavailable":  admins,
		"oidc.errWrongIssuer":            admins,
		"oidc.errLogoutToken":            programs,
		"sso/branding.admit":             admins,
		"sso/directory.admit":            admins,
		"sso.CodeLocked":                 code,
		"sso.CodeWrong":                  code,
		"sso.LoginInUse":                 admins,
		"sso.MailUnavailable":            code,
		"sso.ProvisionedBySCIM":          programs,
		"sso.PushOfDeleted":              programs,
		"sso.PushOfDeparted":             programs,
		"sso.Text":                       passes,
		"sso.Unwrap":                     programs, // of an IdentityHeldError
		"sso/evaluate.emailCode":         attempt,
		"sso/identity.Linkable":          admins,
		"sso/identity.Mergeable":         admins,
		"sso/identity.Unlinkable":        admins,
		"sso/login.errMalformed":         code,
		"store.CountCode":                code,
		"store.checkAppointment":         admins,
		"store.mayHaveServiceToken":      admins,
		"store.mayHaveToken":             admins,
		"web/forwardauth.principal":      programs,
		"web/signin.FailurePage":         passes,
		"web/ui.NewFailure":              passes,
	}
}

// failures adds the texts of the page of a failure: the sentences that people read, and
// what the catalogue of errors says around them.
func (t *texts) failures(root string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	m, err := structure.Load(root)
	if err != nil {
		return err
	}
	all, unused := sentencesOf(m), exempt()
	for _, s := range all.found {
		t.used[s.pattern] = true
		if !s.met() {
			continue
		}
		if i := slices.IndexFunc(s.functions, func(f string) bool { return exempt()[f] != "" }); i >= 0 {
			delete(unused, s.functions[i])
			continue
		}
		t.said(s, all.values)
	}
	for f := range unused {
		t.wrong = append(t.wrong, f+" is exempt, and has no sentence for people")
	}
	for _, at := range all.read {
		t.wrong = append(t.wrong, fmt.Sprintf("%s: Public is a pattern: read Text", at))
	}
	t.around()
	return nil
}

// said notes a sentence that people read. values are those that exist, by package.
func (t *texts) said(s said, values map[string]bool) {
	if s.pattern == "" {
		t.wrong = append(t.wrong, fmt.Sprintf("%s: the sentence of %q is no constant: name its values", s.at, s.code))
		return
	}
	for _, name := range names(s.pattern) {
		if !slices.ContainsFunc(s.packages, func(p string) bool { return values[p+" "+name] }) {
			t.wrong = append(t.wrong, fmt.Sprintf("%s: %q has no value %q", s.at, s.pattern, name))
		}
	}
	t.need(s.pattern)
}

// met reports whether people read a sentence.
func (s said) met() bool {
	within := func(prefixes []string) bool {
		return slices.ContainsFunc(s.packages, func(p string) bool {
			return slices.ContainsFunc(prefixes, func(prefix string) bool { return golist.Within(p, prefix) })
		})
	}
	entry, known := catalog.Of(s.code)
	switch {
	case s.code == sso.CodeNotAnAdmin:
		return true
	case within(shownToAdmins()):
		return false
	}
	return within(shownToPeople()) ||
		!known ||
		!slices.Contains(adminAreas(), entry.Area) ||
		slices.Contains(peopleCodes(), s.code)
}

// around adds what stands around the sentence of each error.
func (t *texts) around() {
	codes := []string{""}
	for _, e := range catalog.All() {
		codes = append(codes, e.Code)
	}
	for status := http.StatusBadRequest; status < 600; status++ {
		for _, code := range codes {
			v := catalog.ForVisitor(status, code)
			t.need(v.Heading)
			t.need(v.Next)
			t.need(v.Label)
		}
	}
}

// need notes a text that each language has to have.
func (t *texts) need(text string) {
	t.used[text] = true
	if !slices.Contains(t.needed, text) {
		t.needed = append(t.needed, text)
	}
}
