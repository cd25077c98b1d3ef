package connection

import (
	"net/url"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

const (
	// byClaim is the value of the field "by" for a claim, whose name is in the field
	// "claim".
	byClaim = "claim"
	// fromNone is the value of the field "from" for people whom no connection knows.
	fromNone = "none"
)

// moveRequest reads the form.
func moveRequest(v console.Visit, form url.Values) (r connections.MoveRequest, err error) {
	r = connections.MoveRequest{
		From: v.Connection.ID,
		To:   sso.ConnectionID(form.Get("to")),
		By:   sso.MoveBy(form.Get("by")),
	}
	if form.Get("from") == fromNone {
		r.From = ""
	}
	switch r.By {
	case "":
		r.By = sso.MoveByLogin
	case byClaim:
		r.By = sso.MoveByAttribute + sso.MoveBy(form.Get("claim"))
		if len(r.By.Validate()) > 0 {
			return r, sso.InvalidField(
				"validation_failed", "claim",
				"Enter the name of the claim as both identity providers send it, such as employee_number.",
			)
		}
	}
	return r, nil
}

// moveQuery returns the form of a request.
func moveQuery(r connections.MoveRequest) url.Values {
	query := url.Values{"to": {string(r.To)}, "by": {string(r.By)}}
	if name, is := r.By.Attribute(); is {
		query.Set("by", byClaim)
		query.Set("claim", name)
	}
	if r.From == "" {
		query.Set("from", fromNone)
	}
	return query
}

// moveHref is the address at which a move is tried.
func moveHref(v console.Visit, r connections.MoveRequest) string {
	return at(v, "move") + "?" + moveQuery(r).Encode()
}

// moveFields returns the form; targets are the enabled connections.
func moveFields(v console.Visit, targets []sso.Connection, form url.Values) []ui.Field {
	from := ui.Field{
		ID:    "from",
		Name:  "from",
		Label: "Who",
		Kind:  "select",
	}
	if len(targets) > 1 || len(targets) == 1 && targets[0].ID != v.Connection.ID {
		from.Options = append(from.Options, ui.Option{Label: "The people of " + v.Connection.Name})
	}
	from.Options = append(from.Options, ui.Option{
		Value:  fromNone,
		Label:  "People whom no connection knows",
		Chosen: form.Get("from") == fromNone,
	})
	to := ui.Field{
		ID:    "to",
		Name:  "to",
		Label: "To",
		Kind:  "select",
		Hint:  "An enabled connection, through which they sign in from now on.",
	}
	for _, c := range targets {
		to.Options = append(to.Options, ui.Option{
			Value:  string(c.ID),
			Label:  c.Name,
			Chosen: form.Get("to") == string(c.ID),
		})
	}
	by := ui.Field{
		ID:    "by",
		Name:  "by",
		Label: "Found by",
		Kind:  "select",
		Hint:  "A value that both identity providers know of each person.",
	}
	for _, o := range []ui.Option{
		{Value: string(sso.MoveByLogin), Label: "Login"},
		{Value: string(sso.MoveByEmail), Label: "E-mail address"},
		{Value: string(sso.MoveByExternalID), Label: "externalId of SCIM"},
		{Value: byClaim, Label: "A claim"},
	} {
		o.Chosen = form.Get("by") == o.Value
		by.Options = append(by.Options, o)
	}
	return []ui.Field{from, to, by, {
		ID:       "claim",
		Name:     "claim",
		Label:    "Name of the claim",
		Value:    form.Get("claim"),
		Optional: true,
		Mono:     true,
		Hint:     "Only if found by a claim, such as employee_number.",
	}}
}
