package console

import (
	"gatehouse/sso"
	"gatehouse/web/ui"
)

// AcceptName returns the button that makes the asserted name of a near miss an IdP
// name of its group; nil if that would not help. test is the test connection to
// return to, "" for Verify groups.
func AcceptName(v Visit, m sso.NearMiss, test sso.TestRunID) *ui.Press {
	if !m.Acceptable() || len(sso.ValidateGroupName("", m.Asserted)) > 0 {
		return nil
	}
	p := &ui.Press{
		Label:  "Accept",
		About:  "Accept “" + m.Asserted + "” for " + m.Name + " in " + m.OrganizationName,
		Action: AtConnection(v.Enterprise, v.Connection.ID, "groups", "accept"),
		Fields: []ui.HiddenField{
			{Name: "name", Value: m.Asserted},
			{Name: "group", Value: string(m.Group)},
		},
	}
	if test != "" {
		p.Fields = append(p.Fields, ui.HiddenField{
			Name:  "test",
			Value: string(test),
		})
	}
	return p
}
