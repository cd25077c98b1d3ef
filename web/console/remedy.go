package console

import (
	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/web/ui"
)

// remedyPage is the link to a page that a remedy names.
type remedyPage struct {
	label string // of the link
	href  string
	need  Need
}

// Remedy returns the link to the page where a remedy is carried out. If the visitor
// may not open it, ask says whom to ask. Both are zero for a remedy outside the
// console, and for one of a deleted connection.
func Remedy(v Visit, id sso.ConnectionID, p catalog.Page) (link *ui.Link, ask string) {
	r, known := remedyPages(v, id)[p]
	if !known {
		return nil, ""
	}
	switch {
	case v.Role == sso.RoleSetupLink && !r.need.admits(v.Visitor):
		return nil, "Ask an admin of " + v.Enterprise.Name + "."
	case v.Role != sso.RoleOperator && r.need == Operator:
		return nil, "Ask the team that runs this service."
	}
	return &ui.Link{Label: r.label, Href: r.href}, ""
}

func remedyPages(v Visit, id sso.ConnectionID) map[catalog.Page]remedyPage {
	e := v.Enterprise
	all := map[catalog.Page]remedyPage{
		catalog.HeldSyncs:    {"Open held group syncs", At(e, "held"), Enterprise},
		catalog.People:       {"Open People", At(e, "people"), Enterprise},
		catalog.Logins:       {"Open Login conflicts", At(e, "questions"), Enterprise},
		catalog.Groups:       {"Open Groups", At(e, "groups"), Enterprise},
		catalog.Domains:      {"Open Domains", At(e, "domains"), Domains},
		catalog.Activity:     {"Open Activity", At(e, "activity"), Enterprise},
		catalog.Access:       {"Open Access", At(e, "access"), Enterprise},
		catalog.Applications: {"Open Applications", Prefix + "/applications", Operator},
		catalog.Admins:       {"Open Admins & recovery", Prefix + "/admins", Operator},
	}
	if id == "" {
		return all
	}
	at := func(parts ...string) string { return AtConnection(e, id, parts...) }
	all[catalog.Configure] = remedyPage{
		"Open the step Configure connection", at("setup", "configure"), SignOn,
	}
	all[catalog.Mapping] = remedyPage{
		"Open the step Attribute mapping", at("setup", "attributes"), SignOn,
	}
	all[catalog.Tests] = remedyPage{"Open test connections", at("tests"), SignOn}
	all[catalog.VerifyGroups] = remedyPage{"Open Verify groups", at("groups"), Groups}
	all[catalog.Settings] = remedyPage{"Open the settings", at("settings"), Enterprise}
	all[catalog.SCIM] = remedyPage{"Open SCIM", at("provisioning"), Enterprise}
	all[catalog.Connection] = remedyPage{"Open the connection", at(), Enterprise}
	all[catalog.Certificates] = remedyPage{"Open Certificates", at("certificates"), Enterprise}
	if v.Role == sso.RoleSetupLink {
		all[catalog.Certificates] = all[catalog.Configure]
	}
	return all
}
