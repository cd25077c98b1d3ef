package overview

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/sso/launch"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

const (
	listLabel = "the list of their applications"
	noCookie  = "The session cookie is not sent there: set session.cookie_domain to a domain that both hosts are in."
)

// arrivals is where people of an enterprise arrive after a sign-in.
type arrivals struct {
	choice  sso.ApplicationID
	reached []sso.Application // where they may
	far     []sso.Application // which do not get the session cookie
}

func (o *Overview) arrivals(ctx context.Context, e sso.Enterprise) (arrivals, error) {
	reached, far, err := o.Launch.Arrivals(ctx, e.ID)
	if err != nil {
		return arrivals{}, fmt.Errorf("find where people arrive: %w", err)
	}
	return arrivals{
		choice:  e.DefaultApplication,
		reached: reached,
		far:     far,
	}, nil
}

// chosen finds the choice in a list.
func (a arrivals) chosen(in []sso.Application) (sso.Application, bool) {
	i := slices.IndexFunc(in, func(known sso.Application) bool {
		return known.ID == a.choice
	})
	if i < 0 {
		return sso.Application{}, false
	}
	return in[i], true
}

// lost says why people do not arrive at the application that was chosen; "" if they do, or
// if none was.
func (a arrivals) lost() string {
	if _, ok := a.chosen(a.reached); ok || a.choice == "" {
		return ""
	}
	if far, ok := a.chosen(a.far); ok {
		return far.Name + " was chosen. " + noCookie
	}
	return "The application that was chosen is deleted, or no longer admits the enterprise."
}

// place names where people arrive.
func (a arrivals) place() arrivalPlace {
	if app, ok := a.chosen(a.reached); ok {
		return arrivalPlace{Label: app.Name, URL: launch.Start(app)}
	}
	return arrivalPlace{Label: listLabel, Lost: a.lost()}
}

// field offers the places.
func (a arrivals) field() ui.Field {
	f := ui.Field{
		ID:    "default_application",
		Name:  "default_application",
		Label: "After a sign-in, people arrive at",
		Hint:  "Unless they opened an application or a page first. A person for whom the application does not open gets the list.",
		Kind:  "select",
		Options: []ui.Option{{
			Value: "",
			Label: listLabel,
		}},
	}
	for _, app := range a.reached {
		f.Options = append(f.Options, ui.Option{
			Value: string(app.ID),
			Label: app.Name,
		})
	}
	if len(a.far) > 0 {
		f.Hint += " Left out: " + namesOf(a.far) + ". " + noCookie
	}
	choose(&f, "")
	if _, ok := a.chosen(a.reached); ok {
		choose(&f, string(a.choice))
	}
	return f
}

// mostNames is how many applications a hint names.
const mostNames = 5

func namesOf(all []sso.Application) string {
	var names []string
	for _, a := range all[:min(len(all), mostNames)] {
		names = append(names, a.Name)
	}
	if more := len(all) - mostNames; more > 0 {
		names = append(names, ui.Count(more, "other", "others"))
	}
	return strings.Join(names, ", ")
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
