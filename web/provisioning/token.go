package provisioning

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// typedToken is what a form about a token has in it.
type typedToken struct {
	name    string
	scopes  []sso.ProvisioningScope
	expires string // a date; "" for never
}

func readToken(form url.Values) typedToken {
	t := typedToken{
		name:    strings.TrimSpace(form.Get("name")),
		expires: strings.TrimSpace(form.Get("expires_at")),
	}
	for _, s := range form["scopes"] {
		t.scopes = append(t.scopes, sso.ProvisioningScope(s))
	}
	return t
}

// typedOf returns what the form of a token begins with.
func typedOf(k sso.ProvisioningToken) typedToken {
	return typedToken{
		name:    k.Name,
		scopes:  k.Scopes,
		expires: lastDay(k.ExpiresAt),
	}
}

// lastDay returns the last day on which a token is valid for a part of it; "" if it
// does not expire.
func lastDay(expires time.Time) string {
	if expires.IsZero() {
		return ""
	}
	return expires.UTC().Add(-time.Microsecond).Format(time.DateOnly)
}

// expiresAt returns when a token expires: at the end of the day that was entered. A
// day that was not changed keeps the moment that is saved.
func (t typedToken) expiresAt(saved time.Time) (time.Time, error) {
	if t.expires == lastDay(saved) {
		return saved, nil
	}
	if t.expires == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, t.expires)
	if err != nil {
		return time.Time{}, sso.InvalidField(
			"validation_failed", "expires_at", "Enter a date such as 2027-11-24, or nothing.",
		)
	}
	return day.AddDate(0, 0, 1), nil
}

// form returns the form with what is typed.
func (t typedToken) form(action, button string) tokenForm {
	f := tokenForm{
		Action: action,
		Button: button,
		Name: ui.Field{
			ID:           "token-name",
			Name:         "name",
			Label:        "Name",
			Hint:         "Refusals mention it. For example: entra-1.",
			Value:        t.name,
			Autocomplete: "off",
		},
		Expires: ui.Field{
			ID:       "expires-at",
			Name:     "expires_at",
			Label:    "Last day",
			Hint:     "Until its end, UTC. Empty: the token does not expire.",
			Kind:     "date",
			Value:    t.expires,
			Optional: true,
		},
	}
	for _, s := range sso.ProvisioningScopes() {
		f.Scopes.Boxes = append(f.Scopes.Boxes, ui.Field{
			ID:       "scope-" + strings.ReplaceAll(string(s), ":", "-"),
			Name:     "scopes",
			Label:    scopeLabel(s),
			Kind:     "check",
			Value:    string(s),
			Checked:  slices.Contains(t.scopes, s),
			Optional: true,
		})
	}
	return f
}

// blame sets the errors of the fields and returns the summary.
func (f *tokenForm) blame(wrong error) []ui.Wrong {
	scopes := ui.Field{ID: "scopes", Name: "scopes", Label: "Scopes"}
	summary := ui.Blame(wrong, &f.Name, &scopes, &f.Expires)
	f.Scopes.Error = scopes.Error
	return summary
}

// blameEdit is blame for a form that changes a token: if it was made from an older
// revision, each field that differs says what is saved.
func (f *tokenForm) blameEdit(wrong error, saved tokenForm) []ui.Wrong {
	if sso.KindOf(wrong) != sso.Stale {
		return f.blame(wrong)
	}
	typed, now := f.Scopes.asText(), saved.Scopes.asText()
	summary := console.BlameEdit(
		wrong, []ui.Field{saved.Name, now, saved.Expires}, &f.Name, &typed, &f.Expires,
	)
	f.Scopes.Error = typed.Error
	return summary
}

// asText returns the scopes that are chosen as one field.
func (s scopeField) asText() ui.Field {
	var chosen []string
	for _, box := range s.Boxes {
		if box.Checked {
			chosen = append(chosen, box.Value)
		}
	}
	return ui.Field{
		ID:    "scopes",
		Name:  "scopes",
		Label: "Scopes",
		Value: strings.Join(chosen, ", "),
	}
}

// createToken creates a token and shows it, the only time.
func (h *Handlers) createToken(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	typed := readToken(r.PostForm)
	expires, err := typed.expiresAt(time.Time{})
	if err == nil && len(typed.scopes) == 0 {
		err = sso.InvalidField("validation_failed", "scopes", "Choose at least one scope.")
	}
	var k sso.ProvisioningToken
	var secret sso.Secret
	if err == nil {
		k, secret, err = h.Tokens.Create(
			r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID,
			provisioning.NewToken{
				Name:      typed.name,
				Scopes:    typed.scopes,
				ExpiresAt: expires,
			},
		)
	}
	switch {
	case console.OnForm(err):
		return h.showSCIM(w, r, v, shownSCIM{
			typed: &typed,
			wrong: err,
		})
	case err != nil:
		return fmt.Errorf("create a token: %w", err)
	}
	return h.showSCIM(w, r, v, shownSCIM{made: &madeToken{
		Name:  k.Name,
		Label: labelsOf(v.Connection.Provider).token,
		Value: ui.Copyable{ID: "made", Value: secret.Reveal()},
	}})
}

// tokenOf finds the token that the path names.
func (h *Handlers) tokenOf(r *http.Request, v console.Visit) (sso.ProvisioningToken, error) {
	id, err := sso.ParseID[sso.ProvisioningTokenID](r.PathValue("token"))
	if err != nil {
		return sso.ProvisioningToken{}, sso.NothingHere()
	}
	k, err := h.Records.ProvisioningToken(r.Context(), v.Enterprise.ID, v.Connection.ID, id)
	if err != nil {
		return k, fmt.Errorf("find a token: %w", err)
	}
	return k, nil
}

func (h *Handlers) token(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	k, err := h.tokenOf(r, v)
	if err != nil {
		return err
	}
	return h.showToken(w, v, k, typedOf(k), nil)
}

func (h *Handlers) showToken(
	w http.ResponseWriter, v console.Visit, k sso.ProvisioningToken, typed typedToken, wrong error,
) error {
	p := &connectionTokenPage{
		Base:  h.base(v, true),
		Name:  k.Name,
		State: h.stateOf(k),
		Facts: h.tokenFacts(k),
		Wrong: ui.Blame(wrong),
	}
	if k.RevokedAt.IsZero() {
		form := typed.form(at(v, "tokens", string(k.ID)), "Save")
		form.Hidden = []ui.HiddenField{console.RevisionField(k.Revision)}
		p.Wrong = form.blameEdit(wrong, typedOf(k).form("", ""))
		p.Form = &form
		p.Revoke = revocation(v, k)
	}
	return h.Console.Render(w, console.FormStatus(wrong), p)
}

func (h *Handlers) tokenFacts(k sso.ProvisioningToken) []ui.Fact {
	made, used, expires := h.time(k.CreatedAt), h.time(k.LastUsedAt), h.time(k.ExpiresAt)
	facts := []ui.Fact{
		{Label: "Scopes", Value: scopeWords(k.Scopes)},
		{Label: "Created", Time: &made},
		{Label: "Expires", Time: &expires, Badge: h.expiry(k)},
		{Label: "Last used", Time: &used},
	}
	if k.LastClient != "" {
		facts = append(facts, ui.Fact{Label: "Last client", Value: k.LastClient})
	}
	if k.Refusal != "" {
		refused := h.time(k.RefusedAt)
		facts = append(facts,
			ui.Fact{Label: "Last refusal", Time: &refused},
			ui.Fact{Label: "What was refused", Value: k.Refusal},
		)
	}
	return append(facts, ui.Fact{Label: "Identifier", Value: string(k.ID), Code: true})
}

func (h *Handlers) changeToken(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	k, err := h.tokenOf(r, v)
	if err != nil {
		return err
	}
	typed, revision := readToken(r.PostForm), console.Revision(r.PostForm)
	expires, refused := typed.expiresAt(k.ExpiresAt)
	if refused == nil {
		_, refused = h.Tokens.Edit(
			r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, k.ID,
			provisioning.TokenEdit{
				Revision:  revision,
				Name:      &typed.name,
				Scopes:    append([]sso.ProvisioningScope{}, typed.scopes...),
				ExpiresAt: &expires,
			},
		)
	}
	switch {
	case refused == nil:
		return console.Done(w, at(v), "token-saved")
	case !console.OnForm(refused):
		return fmt.Errorf("change a token: %w", refused)
	case sso.KindOf(refused) == sso.Stale: // it may have been changed after it was found
		if k, err = h.tokenOf(r, v); err != nil {
			return err
		}
	default: // the corrected form is still made from the revision of this one
		k.Revision = revision
	}
	return h.showToken(w, v, k, typed, refused)
}

// widenToken adds the scope scim to a token.
func (h *Handlers) widenToken(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	k, err := h.tokenOf(r, v)
	if err != nil {
		return err
	}
	_, err = h.Tokens.Widen(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, k.ID)
	switch {
	case console.OnForm(err):
		return h.showToken(w, v, k, typedOf(k), err)
	case err != nil:
		return fmt.Errorf("add a scope to a token: %w", err)
	}
	if r.PostForm.Get("from") == "problems" {
		return console.Done(w, at(v, "problems"), "token-widened")
	}
	return console.Done(w, at(v), "token-widened")
}

func (h *Handlers) revokeToken(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	k, err := h.tokenOf(r, v)
	if err != nil {
		return err
	}
	if err := h.Tokens.Revoke(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, k.ID); err != nil {
		return fmt.Errorf("revoke a token: %w", err)
	}
	return console.Done(w, at(v), "token-revoked")
}
