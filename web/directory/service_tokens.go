package directory

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/tokens"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// serviceTokens creates, lists and revokes the tokens of services; tokens.Service does.
type serviceTokens interface {
	CreateService(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID,
		r tokens.ServiceRequest,
	) (sso.ServiceToken, sso.Secret, error)
	ServiceTokens(
		ctx context.Context, ent sso.EnterpriseID, organization sso.OrganizationID, page sso.Page,
	) ([]sso.ServiceToken, string, error)
	RevokeServiceToken(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID,
		id sso.ServiceTokenID,
	) error
	ServiceChoices(ctx context.Context, ent sso.EnterpriseID) ([]sso.Application, error)
}

func (d *Directory) serviceTokenPages() []console.Page {
	const path = "service-tokens"
	return []console.Page{
		ofOrganization("GET", path, d.services),
		ofOrganization("POST", path, d.createServiceToken),
		ofOrganization("POST", path+"/{service_token}/revoke", d.revokeServiceToken),
	}
}

func servicesHref(e sso.Enterprise, o sso.OrganizationID) string {
	return console.At(e, "organizations", string(o), "service-tokens")
}

func (d *Directory) services(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return d.showServices(w, r, v, typedService{days: usualDays}, nil, nil)
}

// createServiceToken creates a service with its first token, or another token of the
// service in the form.
func (d *Directory) createServiceToken(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	typed := typedService{
		service:      r.PostForm.Get("service"),
		name:         r.PostForm.Get("name"),
		owner:        r.PostForm.Get("owner_group"),
		groups:       r.PostForm["groups"],
		applications: r.PostForm["applications"],
		days:         r.PostForm.Get("days"),
	}
	k, secret, err := d.Services.CreateService(
		r.Context(), v.Actor, v.Enterprise.ID, v.Organization.ID, typed.request(d.Now()),
	)
	switch {
	case onOwnForm(err):
		return d.showServices(w, r, v, typed, err, nil)
	case err != nil:
		return fmt.Errorf("create a token of a service: %w", err)
	}
	return d.showServices(w, r, v, typedService{days: usualDays}, nil, &madeServiceToken{
		Name:    k.Service.Name,
		Value:   ui.Copyable{ID: "made", Value: secret.Reveal()},
		Command: ui.Copyable{ID: "command", Value: d.serviceCommand(r.Context(), k, secret)},
	})
}

// request returns what is asked for; days that are none of those offered leave the end
// out, which the service refuses.
func (t typedService) request(now time.Time) tokens.ServiceRequest {
	request := tokens.ServiceRequest{
		Service: sso.ServiceID(t.service),
		Name:    t.name,
		Owner:   sso.GroupID(t.owner),
	}
	if days, err := strconv.Atoi(t.days); err == nil && days > 0 && days <= int(sso.MaxTokenAge/hoursOfDay) {
		request.ExpiresAt = now.Add(time.Duration(days) * hoursOfDay)
	}
	for _, id := range t.groups {
		request.Groups = append(request.Groups, sso.GroupID(id))
	}
	for _, id := range t.applications {
		request.Applications = append(request.Applications, sso.ApplicationID(id))
	}
	return request
}

// serviceCommand returns a command that uses a token at its first application.
func (d *Directory) serviceCommand(ctx context.Context, k sso.ServiceToken, secret sso.Secret) string {
	address := "https://…/"
	choices, err := d.Services.ServiceChoices(ctx, k.Service.Enterprise)
	for _, c := range choices {
		if err == nil && len(k.Applications) > 0 && c.ID == k.Applications[0] {
			address = c.Origins[0] + "/"
		}
	}
	return "curl -H 'Authorization: Bearer " + secret.Reveal() + "' " + address
}

func (d *Directory) revokeServiceToken(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.ServiceTokenID](r.PathValue("service_token"))
	if err != nil {
		return err
	}
	if err := d.Services.RevokeServiceToken(r.Context(), v.Actor, v.Enterprise.ID, v.Organization.ID, id); err != nil {
		return fmt.Errorf("revoke a token of a service: %w", err)
	}
	return console.Done(w, servicesHref(v.Enterprise, v.Organization.ID), "token")
}

// showServices renders the page: with what was typed and is wrong, or with the token
// that was made.
func (d *Directory) showServices(
	w http.ResponseWriter,
	r *http.Request,
	v console.Visit,
	typed typedService,
	wrong error,
	made *madeServiceToken,
) error {
	q, here := queryOf(r), servicesHref(v.Enterprise, v.Organization.ID)
	all, next, err := d.Services.ServiceTokens(r.Context(), v.Enterprise.ID, v.Organization.ID, q.page())
	if err != nil {
		return fmt.Errorf("list the tokens of services: %w", err)
	}
	choices, err := d.Services.ServiceChoices(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list applications: %w", err)
	}
	groups, err := d.allGroups(r.Context(), v.Enterprise.ID, v.Organization.ID)
	if err != nil {
		return err
	}
	p := &serviceTokensPage{
		Base:         d.ownBase(v, console.AreaServices),
		Organization: v.Organization.Name,
		Made:         made,
		Services:     d.serviceRows(v, all, groups, choices),
		Pager:        q.pager(here, next),
	}
	p.Flash = console.Said(r, map[string]string{
		"token": "The token is revoked. Every node refuses it within a second.",
	})
	p.form(here, typed, openGroups(v, groups), choices, wrong)
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// form adds the form of a new service, with what is wrong with one or with a further token.
func (p *serviceTokensPage) form(
	here string, typed typedService, groups []sso.GroupCount, choices []sso.Application, wrong error,
) {
	if typed.service != "" {
		p.Wrong = ui.Blame(wrong)
		typed = typedService{days: usualDays}
		wrong = nil
	}
	if len(choices) == 0 {
		p.Refusal = "No application here accepts services. An operator decides that for each application."
		return
	}
	p.Form = serviceFormOf(here, typed, groups, choices)
	if wrong != nil {
		p.Wrong = p.Form.blame(wrong)
	}
}

// allGroups returns the groups of an organization.
func (d *Directory) allGroups(
	ctx context.Context, ent sso.EnterpriseID, o sso.OrganizationID,
) (groups []sso.GroupCount, err error) {
	for page := (sso.Page{Limit: 200}); ; {
		some, next, err := d.Structure.Groups(ctx, ent, sso.GroupFilter{Organization: o}, page)
		if err != nil {
			return nil, fmt.Errorf("list groups: %w", err)
		}
		groups = append(groups, some...)
		if page.Cursor = next; next == "" {
			return groups, nil
		}
	}
}

// serviceRows returns the tokens of a list by service.
func (d *Directory) serviceRows(
	v console.Visit, all []sso.ServiceToken, groups []sso.GroupCount, choices []sso.Application,
) (rows []serviceRow) {
	owners, applications := map[sso.GroupID]sso.Group{}, map[sso.ApplicationID]string{}
	for _, g := range groups {
		owners[g.Group.ID] = g.Group
	}
	for _, c := range choices {
		applications[c.ID] = c.Name
	}
	at, live := map[sso.ServiceID]int{}, map[sso.ServiceID]int{}
	for _, k := range all {
		s := k.Service
		if _, ok := at[s.ID]; !ok {
			at[s.ID] = len(rows)
			rows = append(rows, serviceRow{
				Name:  s.Name,
				Facts: serviceFacts(v, s, owners[s.Owner].Name),
				Another: &anotherForm{
					Action:  servicesHref(v.Enterprise, s.Organization),
					Service: string(s.ID),
					Days:    daysField("days-"+strconv.Itoa(len(rows)+1), usualDays),
				},
			})
		}
		row := &rows[at[s.ID]]
		row.Tokens = append(row.Tokens, d.serviceTokenRow(v.Enterprise, k, applications))
		if k.Live(d.Now()) {
			live[s.ID]++
		}
		if live[s.ID] == sso.MaxServiceTokens {
			row.Another = nil
		}
		if !opens(v, s, owners) {
			row.Another, row.Closed = nil, true
			row.Tokens[len(row.Tokens)-1].Revoke = nil
		}
	}
	return rows
}

// opens reports whether the visitor may change the tokens of a service: all of its groups
// are within reach.
func opens(v console.Visit, s sso.Service, groups map[sso.GroupID]sso.Group) bool {
	reach := func(id sso.GroupID) bool { return reachOf(v, groups[id]).OfService() == nil }
	for _, g := range s.Groups {
		if !reach(g.ID) {
			return false
		}
	}
	return reach(s.Owner)
}

// openGroups returns the groups that the visitor may put a service into.
func openGroups(v console.Visit, groups []sso.GroupCount) (open []sso.GroupCount) {
	for _, g := range groups {
		if reachOf(v, g.Group).OfService() == nil {
			open = append(open, g)
		}
	}
	return open
}

func serviceFacts(v console.Visit, s sso.Service, owner string) []ui.Fact {
	groups := make([]string, len(s.Groups))
	for i, g := range s.Groups {
		groups[i] = g.Name
	}
	answers := ui.Fact{Label: "Answered for by", Value: "a group that was deleted"}
	if owner != "" {
		answers.Value, answers.Href = owner, groupHref(v.Enterprise, s.Owner)
		if v.Role == sso.RoleOrganizationAdmin {
			answers.Href = ownHref(v, "groups", string(s.Owner))
		}
	}
	facts := []ui.Fact{
		{Label: "Groups", Value: strings.Join(groups, ", ")},
		answers,
		{Label: "Login at applications", Value: string(s.ID), Code: true},
	}
	if len(groups) == 0 {
		facts[0].Value = "none"
	}
	return facts
}

func (d *Directory) serviceTokenRow(
	e sso.Enterprise, k sso.ServiceToken, names map[sso.ApplicationID]string,
) serviceTokenRow {
	var opens []string
	for _, id := range k.Applications {
		if name := names[id]; name != "" {
			opens = append(opens, name)
		}
	}
	row := serviceTokenRow{
		Opens:  "For " + strings.Join(opens, ", "),
		State:  ui.Badge{Label: "valid", State: "ok"},
		Made:   ui.NewTime(k.CreatedAt, d.Now()),
		Ends:   ui.NewTime(k.ExpiresAt, d.Now()),
		Used:   ui.NewTime(k.LastUsedAt, d.Now()),
		Client: k.LastClient,
	}
	if len(opens) == 0 {
		row.Opens = "For no application that accepts services now"
	}
	switch {
	case !k.RevokedAt.IsZero():
		row.State, row.Ended = ui.Badge{Label: "revoked"}, true
		row.Ends = ui.NewTime(k.RevokedAt, d.Now())
	case !k.Live(d.Now()):
		row.State, row.Ended = ui.Badge{Label: "expired"}, true
	default:
		row.Revoke = &ui.Confirm{
			Label:  "Revoke",
			About:  "the token of " + k.Service.Name + ", created " + row.Made.Exact,
			Text:   "A program that presents it is refused within a second. This cannot be undone.",
			Action: servicesHref(e, k.Service.Organization) + "/" + string(k.ID) + "/revoke",
			Button: "Revoke this token",
			Danger: true,
		}
	}
	return row
}
