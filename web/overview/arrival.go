package overview

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// arrival returns the field for the application at which people of an enterprise arrive
// after a sign-in, with those that admit the enterprise.
func (o *Overview) arrival(ctx context.Context, e sso.Enterprise) (ui.Field, error) {
	f := ui.Field{
		ID:    "default_application",
		Name:  "default_application",
		Label: "After a sign-in, people arrive at",
		Hint:  "Unless they opened an application or a page first. A person for whom the application does not open gets the list.",
		Kind:  "select",
		Value: string(e.DefaultApplication),
		Options: []ui.Option{{
			Value: "",
			Label: "the list of their applications",
		}},
	}
	all, _, err := o.Store.Applications(ctx, sso.Page{Limit: 200})
	if err != nil {
		return f, fmt.Errorf("list applications: %w", err)
	}
	known := e.DefaultApplication == ""
	for _, a := range all {
		if !a.Admits(e.ID) {
			continue
		}
		known = known || a.ID == e.DefaultApplication
		f.Options = append(f.Options, ui.Option{
			Value: string(a.ID),
			Label: a.Name,
		})
	}
	if !known {
		f.Value = ""
		f.Hint = "The application that was chosen no longer admits the enterprise, so people arrive at the list."
	}
	choose(&f, f.Value)
	return f, nil
}

// choose selects an option of a field; none if there is no such option.
func choose(f *ui.Field, value string) {
	f.Value = value
	for i := range f.Options {
		f.Options[i].Chosen = f.Options[i].Value == value
	}
}

// arrive chooses the application.
func (o *Overview) arrive(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	to := sso.ApplicationID(r.PostForm.Get("default_application"))
	changed, err := o.Service.UpdateEnterprise(r.Context(), v.Actor, v.Enterprise.ID, directory.EnterpriseEdit{
		DefaultApplication: &to,
	})
	if err == nil {
		return console.Done(w, console.Home(changed), "arrival")
	}
	if !console.OnForm(err) {
		return fmt.Errorf("choose the default application: %w", err)
	}
	return o.wrong(w, r, v, err, func(p *overviewPage) {
		f := p.Operator
		f.ArrivalOpen = true
		choose(&f.Arrival, string(to))
		p.Wrong = ui.Blame(err, &f.Arrival)
	})
}
