package console

import (
	"gatehouse/sso"
	"gatehouse/sso/remedy"
	"gatehouse/web/page"
)

// remedyPage is where a page that a remedy names is found.
type remedyPage struct {
	label string // of the link
	href  string
	need  Need
}

// Remedy is the link to the page on which a remedy is carried out. If the visitor
// may not open it, ask says whom to ask. Both are zero for a remedy that is
// carried out elsewhere, and for one of a connection that is gone.
func Remedy(v Visit, id sso.ConnectionID, p remedy.Page) (link *page.Link, ask string) {
	r, known := remedyPages(v, id)[p]
	if !known {
		return nil, ""
	}
	switch {
	case v.Role == sso.RoleSetupLink && r.need != Connection:
		return nil, "Ask an admin of " + v.Enterprise.Name + "."
	case v.Role != sso.RoleOperator && r.need == Operator:
		return nil, "Ask the team that runs this service."
	}
	return &page.Link{Label: r.label, Href: r.href}, ""
}

func remedyPages(v Visit, id sso.ConnectionID) map[remedy.Page]remedyPage {
	e := v.Enterprise
	all := map[remedy.Page]remedyPage{
		remedy.HeldSyncs:    {"Open held group syncs", At(e, "held"), Enterprise},
		remedy.People:       {"Open People", At(e, "people"), Enterprise},
		remedy.Logins:       {"Open Who has which login", At(e, "questions"), Enterprise},
		remedy.Groups:       {"Open Groups", At(e, "groups"), Enterprise},
		remedy.Domains:      {"Open Domains", At(e, "domains"), Connection},
		remedy.Activity:     {"Open Activity", At(e, "activity"), Enterprise},
		remedy.Access:       {"Open Access", At(e, "access"), Enterprise},
		remedy.Applications: {"Open Applications", Prefix + "/applications", Operator},
		remedy.Admins:       {"Open Admins & recovery", Prefix + "/admins", Operator},
	}
	if id == "" {
		return all
	}
	at := func(parts ...string) string { return AtConnection(e, id, parts...) }
	all[remedy.Configure] = remedyPage{"Open the step Configure connection", at("setup", "configure"), Connection}
	all[remedy.Mapping] = remedyPage{"Open the step Attribute mapping", at("setup", "attributes"), Connection}
	all[remedy.Tests] = remedyPage{"Open test connections", at("tests"), Connection}
	all[remedy.VerifyGroups] = remedyPage{"Open Verify groups", at("groups"), Connection}
	all[remedy.Settings] = remedyPage{"Open the settings", at("settings"), Enterprise}
	all[remedy.Connection] = remedyPage{"Open the connection", at(), Enterprise}
	all[remedy.Certificates] = remedyPage{"Open Certificates", at("certificates"), Enterprise}
	if v.Role == sso.RoleSetupLink {
		all[remedy.Certificates] = all[remedy.Configure]
	}
	return all
}
