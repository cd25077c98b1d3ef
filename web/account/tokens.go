package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/tokens"
	"gatehouse/web/ui"
)

// tokenService creates, lists and revokes the tokens of users; tokens.Service does.
type tokenService interface {
	Create(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, r tokens.Request,
	) (sso.PersonalToken, sso.Secret, error)
	ShownTokens(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.PersonalToken, error)
	RevokePersonalToken(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, id sso.PersonalTokenID,
	) error
	TokenRules(ctx context.Context, ent sso.EnterpriseID) (sso.TokenRules, error)
	// Choices are the applications for which users of an enterprise may make tokens.
	Choices(ctx context.Context, ent sso.EnterpriseID) ([]sso.Application, error)
}

// accountTokensPage shows a user's own tokens.
type accountTokensPage struct {
	ui.Base
	Wrong   []ui.Wrong
	Made    *madeToken
	Tokens  []tokenRow
	Refusal string     // why there is no form
	Form    *tokenForm // nil: see Refusal
}

func (accountTokensPage) Title() string { return "Tokens for programs" }

// madeToken is a token that was just created; it is shown this once.
type madeToken struct {
	Name           string
	Value, Command ui.Copyable
}

type tokenRow struct {
	ID, Name         string
	Applications     string // their names; "" if none accepts programs now
	State            ui.Badge
	Made, Ends, Used ui.Time
	Ended, Revocable bool
	ByAdmin          bool // an admin created it, or a program with an API token
	Client           string
}

type tokenForm struct {
	Name, Expires ui.Field
	Applications  []ui.Field
	Error         string // about the applications
}

// typedToken is what a form to create a token has.
type typedToken struct {
	name         string
	applications []string
	days         string
}

func (a *Account) tokens(w http.ResponseWriter, r *http.Request) error {
	p, err := a.Sessions.Principal(r)
	if err != nil {
		return fmt.Errorf("find session: %w", err)
	}
	return a.showTokens(w, r, p, typedToken{days: "90"}, nil, nil)
}

func (a *Account) createToken(w http.ResponseWriter, r *http.Request) error {
	p, err := a.Sessions.Principal(r)
	if err != nil {
		return fmt.Errorf("find session: %w", err)
	}
	typed := typedToken{
		name:         r.PostForm.Get("name"),
		applications: r.PostForm["applications"],
		days:         r.PostForm.Get("days"),
	}
	request := tokens.Request{Name: typed.name}
	if days, err := strconv.Atoi(typed.days); err == nil && days > 0 && days <= longestDays {
		request.ExpiresAt = a.Now().Add(time.Duration(days) * 24 * time.Hour)
	}
	for _, id := range typed.applications {
		request.Applications = append(request.Applications, sso.ApplicationID(id))
	}
	k, secret, err := a.Tokens.Create(r.Context(), sso.Actor(p.User.ID), p.Enterprise.ID, p.User.ID, request)
	switch sso.KindOf(err) {
	case sso.Invalid, sso.Conflict:
		return a.showTokens(w, r, p, typed, err, nil)
	}
	if err != nil {
		return fmt.Errorf("create a token: %w", err)
	}
	return a.showTokens(w, r, p, typedToken{days: "90"}, nil, &madeToken{
		Name:    k.Name,
		Value:   ui.Copyable{ID: "made", Value: secret.Reveal()},
		Command: ui.Copyable{ID: "command", Value: a.commandOf(r.Context(), p.Enterprise.ID, k, secret)},
	})
}

// commandOf returns a command that uses a token at its first application.
func (a *Account) commandOf(
	ctx context.Context, ent sso.EnterpriseID, k sso.PersonalToken, secret sso.Secret,
) string {
	address := "https://…/"
	choices, err := a.Tokens.Choices(ctx, ent)
	for _, c := range choices {
		if err == nil && c.ID == k.Applications[0] {
			address = c.Origins[0] + "/"
		}
	}
	return "curl -H 'Authorization: Bearer " + secret.Reveal() + "' " + address
}

func (a *Account) revokeToken(w http.ResponseWriter, r *http.Request) error {
	p, err := a.Sessions.Principal(r)
	if err != nil {
		return fmt.Errorf("find session: %w", err)
	}
	id, err := sso.ParseID[sso.PersonalTokenID](r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := a.Tokens.RevokePersonalToken(
		r.Context(), sso.Actor(p.User.ID), p.Enterprise.ID, p.User.ID, id,
	); err != nil {
		return fmt.Errorf("revoke a token: %w", err)
	}
	w.Header().Set("Location", "/account/tokens?done=token")
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// showTokens renders the page: with what was typed and is wrong, or with the token
// that was made.
func (a *Account) showTokens(
	w http.ResponseWriter, r *http.Request, p sso.Principal, typed typedToken, wrong error, made *madeToken,
) error {
	rules, err := a.Tokens.TokenRules(r.Context(), p.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("read the rules of tokens: %w", err)
	}
	choices, err := a.Tokens.Choices(r.Context(), p.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list applications: %w", err)
	}
	all, err := a.Tokens.ShownTokens(r.Context(), p.Enterprise.ID, p.User.ID)
	if err != nil {
		return fmt.Errorf("list tokens: %w", err)
	}
	page := &accountTokensPage{
		Base: ui.Base{
			Enterprise: p.Enterprise.Name,
			Of:         p.Enterprise.ID,
			User:       &ui.Person{Name: p.User.Name, Login: p.User.Login},
			Flash:      flash(r),
		},
		Made:   made,
		Tokens: a.tokenRows(all, rules, choices),
	}
	switch {
	case !rules.Personal:
		page.Refusal = sso.PersonalTokensForbidden().Text().String()
	case len(choices) == 0:
		page.Refusal = noneAccepts
	default:
		page.Form = tokenFormOf(typed, choices, rules)
		page.Wrong = page.Form.blame(wrong)
	}
	status := http.StatusOK
	if wrong != nil {
		status = http.StatusUnprocessableEntity
	}
	return a.Pages.Render(w, r, status, page)
}

func (a *Account) tokenRows(
	all []sso.PersonalToken, rules sso.TokenRules, choices []sso.Application,
) (rows []tokenRow) {
	names := map[sso.ApplicationID]string{}
	for _, c := range choices {
		names[c.ID] = c.Name
	}
	for _, k := range all {
		var applications []string
		for _, id := range k.Applications {
			if name := names[id]; name != "" {
				applications = append(applications, name)
			}
		}
		row := tokenRow{
			ID:           string(k.ID),
			Name:         k.Name,
			Applications: strings.Join(applications, ", "),
			State:        ui.Badge{Label: "valid", State: "ok"},
			Made:         ui.NewTime(k.CreatedAt, a.Now()),
			Ends:         ui.NewTime(rules.End(k), a.Now()),
			Used:         ui.NewTime(k.LastUsedAt, a.Now()),
			Revocable:    k.RevokedAt.IsZero(),
			Client:       k.LastClient,
			ByAdmin:      k.MadeByOther(),
		}
		switch {
		case !k.RevokedAt.IsZero():
			row.State, row.Ended = ui.Badge{Label: "revoked"}, true
			row.Ends = ui.NewTime(k.RevokedAt, a.Now())
		case !a.Now().Before(rules.End(k)):
			row.State, row.Ended = ui.Badge{Label: "expired"}, true
			row.Revocable = false
		case !rules.Personal:
			row.State = ui.Badge{Label: "not allowed", State: "warn"}
		}
		rows = append(rows, row)
	}
	return rows
}

// noneAccepts is why there is no form if no application accepts programs.
const noneAccepts = "No application here accepts programs. An operator decides that for each application."

// longestDays is the longest time in the form.
const longestDays = 365

// offeredDays returns how many days a token may be good for, as offered: at most the
// longest age, which may be shorter than all that are usual.
func offeredDays(longest time.Duration) (days []int) {
	most := int(longest / (24 * time.Hour))
	for _, n := range []int{7, 30, 90, longestDays} {
		if n <= most {
			days = append(days, n)
		}
	}
	if len(days) == 0 && most > 0 {
		days = append(days, most)
	}
	return days
}

func tokenFormOf(typed typedToken, choices []sso.Application, rules sso.TokenRules) *tokenForm {
	f := &tokenForm{
		Name: ui.Field{
			ID:           "name",
			Name:         "name",
			Label:        "Name",
			Hint:         "What it is for, such as Backup.",
			Value:        typed.name,
			Autocomplete: "off",
		},
		Expires: ui.Field{
			ID:    "expires_at",
			Name:  "days",
			Label: "Good for",
			Kind:  "select",
		},
	}
	for _, days := range offeredDays(rules.MaxAge) {
		f.Expires.Options = append(f.Expires.Options, ui.Option{
			Value:  strconv.Itoa(days),
			Days:   days,
			Chosen: typed.days == strconv.Itoa(days),
		})
	}
	for i, c := range choices {
		f.Applications = append(f.Applications, ui.Field{
			ID:       "application-" + strconv.Itoa(i+1),
			Name:     "applications",
			Kind:     "check",
			Value:    string(c.ID),
			Label:    c.Name,
			Data:     true,
			Checked:  slices.Contains(typed.applications, string(c.ID)),
			Optional: true,
		})
	}
	return f
}

// blame shows an error at the fields that it is about.
func (f *tokenForm) blame(wrong error) []ui.Wrong {
	wrong = ofForm(wrong)
	applications := ui.Field{ID: "applications", Name: "applications", Label: "Applications"}
	expires := f.Expires
	expires.Name = "expires_at"
	all := ui.Blame(wrong, &f.Name, &applications, &expires)
	f.Expires.Error, f.Error = expires.Error, applications.Error
	return all
}

// ofForm returns an error with what the form says of its lists. The service says it of
// times and IDs, which the form does not show.
func ofForm(wrong error) error {
	known, ok := errors.AsType[*sso.Error](wrong)
	if !ok {
		return wrong
	}
	shown := *known
	shown.Fields = slices.Clone(known.Fields)
	for i := range shown.Fields {
		switch f := &shown.Fields[i]; f.Field {
		case "applications":
			f.Message = "Choose 1 to 100 applications from the list."
		case "expires_at":
			f.Message = "Choose one of the times in the list."
		}
	}
	return &shown
}
