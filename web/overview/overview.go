package overview

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/sso/firststeps"
	"gatehouse/sso/health"
	"gatehouse/sso/launch"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// summaryReader reads the summaries of enterprises; store.DB does.
type summaryReader interface {
	EnterpriseSummaries(ctx context.Context, contains string, p sso.Page) ([]sso.EnterpriseSummary, string, error)
	Domains(ctx context.Context, ent sso.EnterpriseID) ([]sso.Domain, error)
	ProvisioningCounts(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
	) (sso.ProvisioningCounts, error)
}

// healthReader returns the health of an enterprise; health.Service does.
type healthReader interface {
	Examine(ctx context.Context, ent sso.EnterpriseID) (health.State, []sso.Finding, error)
}

// firstStepsReader knows what a new installation needs first; firststeps.Service does.
type firstStepsReader interface {
	Open(ctx context.Context) ([]firststeps.Item, error)
	Hide(ctx context.Context) error
}

// Options configure the handlers; every field is required.
type Options struct {
	Store   summaryReader
	First   firstStepsReader
	Service *directory.Service
	Launch  *launch.Service
	Health  healthReader
	Console *console.Console
	BaseURL string
	Now     func() time.Time
}

// Overview has the handlers.
type Overview struct{ Options }

// New returns the handlers.
func New(o Options) *Overview { return &Overview{o} }

const list = console.Prefix + "/enterprises"

// Register adds the pages.
func (o *Overview) Register(rt *route.Router) {
	o.Console.Add(rt,
		console.Page{Pattern: "GET " + list, Need: console.Operator, Handle: o.list},
		console.Page{Pattern: "POST " + list, Need: console.Operator, Handle: o.create},
		console.Page{Pattern: "POST " + hidePath, Need: console.Operator, Handle: o.hideFirst},
		console.Page{
			Pattern: "GET " + list + "/{enterprise}",
			Need:    console.Enterprise,
			Handle:  o.show,
		},
		console.Page{
			Pattern: "POST " + list + "/{enterprise}/rename",
			Need:    console.Operator,
			Handle:  o.rename,
		},
		console.Page{
			Pattern: "POST " + list + "/{enterprise}/arrival",
			Need:    console.Operator,
			Handle:  o.arrive,
		},
		console.Page{
			Pattern: "POST " + list + "/{enterprise}/delete",
			Need:    console.Operator,
			Handle:  o.remove,
		},
	)
}

func (o *Overview) list(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	p, err := o.enterprises(r, v)
	if err != nil {
		return err
	}
	p.Flash = console.Said(r, map[string]string{
		"deleted": "Enterprise deleted, with everything in it.",
		"hidden":  "The first steps are hidden. The README has them, too.",
	})
	return o.Console.Render(w, http.StatusOK, p)
}

func (o *Overview) enterprises(r *http.Request, v console.Visit) (*enterpriseListPage, error) {
	sought, cursor := r.URL.Query().Get("q"), r.URL.Query().Get("cursor")
	all, next, err := o.Store.EnterpriseSummaries(r.Context(), sought, sso.Page{Cursor: cursor})
	if err != nil {
		return nil, fmt.Errorf("list enterprises: %w", err)
	}
	p := &enterpriseListPage{
		Base:   o.Console.Base(v, console.AreaEnterprises),
		Sought: sought != "",
		Fields: fields("", "", ""),
		Search: ui.Field{
			ID:           "q",
			Name:         "q",
			Label:        "Name or key",
			Optional:     true,
			Value:        sought,
			Autocomplete: "off",
		},
	}
	if sought == "" && cursor == "" {
		if p.First, err = o.firstSteps(r.Context()); err != nil {
			return nil, err
		}
	}
	at := func(cursor string) string {
		q := url.Values{}
		if sought != "" {
			q.Set("q", sought)
		}
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		return list + "?" + q.Encode()
	}
	if next != "" {
		p.Pager.Next = at(next)
	}
	if cursor != "" {
		p.Pager.First = at("")
	}
	for _, s := range all {
		p.Rows = append(p.Rows, enterpriseRow{
			Name:        s.Enterprise.Name,
			Key:         s.Enterprise.Key,
			Href:        console.Home(s.Enterprise),
			State:       state(s),
			People:      s.People,
			Connections: s.Enabled,
			LastSignIn:  ui.NewTime(s.LastSuccess, o.Now()),
		})
	}
	return p, nil
}

func state(s sso.EnterpriseSummary) ui.Badge {
	switch {
	case s.Enabled > 0 && s.Drafts > 0:
		return ui.Badge{Label: "draft pending", State: "warn"}
	case s.Enabled > 0:
		return ui.Badge{Label: "enabled", State: "ok"}
	case s.Drafts > 0:
		return ui.Badge{Label: "being set up", State: "warn"}
	}
	return ui.Badge{Label: "not set up"}
}

func fields(name, key, organization string) []ui.Field {
	return []ui.Field{
		{
			ID:           "name",
			Name:         "name",
			Label:        "Name",
			Value:        name,
			Autocomplete: "off",
		},
		{
			ID:           "key",
			Name:         "key",
			Label:        "Key",
			Value:        key,
			Hint:         "Lower-case letters, digits and hyphens. It appears in the sign-in link.",
			Mono:         true,
			Autocomplete: "off",
			Most:         63,
		},
		{
			ID:    "organization",
			Name:  "organization",
			Label: "First organization",
			Value: organization,
			Hint: "An organization groups teams within the enterprise. You can add more later. " +
				"Defaults to the name of the enterprise.",
			Optional:     true,
			Autocomplete: "off",
		},
	}
}

func (o *Overview) create(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	name := r.PostForm.Get("name")
	key := r.PostForm.Get("key")
	organization := r.PostForm.Get("organization")
	created, err := o.Service.CreateEnterprise(r.Context(), v.Actor, directory.NewEnterprise{
		Key:          key,
		Name:         name,
		Organization: &organization,
	})
	if err != nil {
		return o.again(w, r, v, err, fields(name, key, organization))
	}
	return console.Done(w, console.Home(created), "created")
}

// again shows the list with the refused input and its problems.
func (o *Overview) again(w http.ResponseWriter, r *http.Request, v console.Visit, err error, entered []ui.Field) error {
	if !console.OnForm(err) {
		return fmt.Errorf("create enterprise: %w", err)
	}
	p, failed := o.enterprises(r, v)
	if failed != nil {
		return failed
	}
	p.Fields = entered
	p.Wrong = ui.Blame(err, &p.Fields[0], &p.Fields[1], &p.Fields[2])
	return o.Console.Render(w, console.FormStatus(err), p)
}

func (o *Overview) rename(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	name, key := r.PostForm.Get("name"), r.PostForm.Get("key")
	edit := directory.EnterpriseEdit{Key: &key, Name: &name}
	changed, err := o.Service.UpdateEnterprise(r.Context(), v.Actor, v.Enterprise.ID, edit)
	if err == nil {
		return console.Done(w, console.Home(changed), "renamed")
	}
	if !console.OnForm(err) {
		return fmt.Errorf("rename enterprise: %w", err)
	}
	return o.wrong(w, r, v, err, func(p *overviewPage) {
		f := p.Operator
		f.Open, f.Fields[0].Value, f.Fields[1].Value = true, name, key
		p.Wrong = ui.Blame(err, &f.Fields[0], &f.Fields[1])
	})
}

// wrong shows the overview again with the refused input.
func (o *Overview) wrong(
	w http.ResponseWriter, r *http.Request, v console.Visit, refused error, fill func(*overviewPage),
) error {
	p, err := o.overview(r.Context(), v)
	if err != nil {
		return err
	}
	fill(p)
	return o.Console.Render(w, console.FormStatus(refused), p)
}

func (o *Overview) remove(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	if typed := r.PostForm.Get("confirm"); typed != v.Enterprise.Key {
		err := sso.InvalidField(
			"validation_failed", "confirm",
			"This is not the key of the enterprise. Nothing was deleted.",
		)
		return o.wrong(w, r, v, err, func(p *overviewPage) {
			f := &p.Operator.Delete
			f.Open, f.Field.Value = true, typed
			p.Wrong = ui.Blame(err, &f.Field)
		})
	}
	if err := o.Service.DeleteEnterprise(r.Context(), v.Actor, v.Enterprise.ID); err != nil {
		return fmt.Errorf("delete enterprise: %w", err)
	}
	return console.Done(w, list, "deleted")
}
