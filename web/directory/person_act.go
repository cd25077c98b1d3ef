package directory

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (d *Directory) personSessions(p *personDetailPage, here string, all []sso.Session) {
	for _, s := range all {
		if !s.Alive(d.Now()) {
			continue
		}
		browser := ui.NewBrowser(s.UserAgent).String()
		p.Sessions = append(p.Sessions, sessionRow{
			Browser: browser,
			Remote:  s.Remote,
			Began:   ui.NewTime(s.CreatedAt, d.Now()),
			Seen:    ui.NewTime(s.LastSeenAt, d.Now()),
			End: ui.Press{
				Label:  "End",
				About:  "End the session of " + browser,
				Action: here + "/sessions/" + string(s.ID) + "/revoke",
			},
		})
	}
	if len(p.Sessions) > 0 {
		p.EndAll = &ui.Press{
			Label:  "Sign them out everywhere",
			Action: here + "/sessions/revoke",
		}
	}
}

func (d *Directory) personActs(p *personDetailPage, here string, u sso.User) {
	p.Export = exportPress(here, called(u))
	vouch := &ui.Press{
		Label:  "Vouch for them",
		About:  "Vouch for them: " + called(u),
		Action: here + "/vouch",
	}
	switch {
	case u.Status == sso.UserPending:
		p.Waits = vouch
	case u.VouchedAt.IsZero():
		p.Vouch = vouch
	}
	if u.Status == sso.UserDeactivated {
		p.Reactivate = &ui.Press{
			Label:  "Reactivate",
			About:  "Reactivate " + called(u),
			Action: here + "/reactivate",
		}
		if u.EndedByPush && u.MergedInto == "" {
			p.KeepOff = keepOffConfirm(here)
		}
		return
	}
	p.Deactivate = &ui.Confirm{
		Label:  "Deactivate",
		Text:   "They are signed out everywhere at once, and cannot sign in until someone reactivates them. Their groups do not change.",
		Action: here + "/deactivate",
		Button: "Deactivate",
		Danger: true,
	}
}

// keepOffConfirm returns the button that makes an admin's deactivation of a push's.
func keepOffConfirm(here string) *ui.Confirm {
	return &ui.Confirm{
		Label: "Keep deactivated",
		Text: "From then on, no push of an identity provider reactivates them: only an admin does. " +
			"Their groups do not change.",
		Action: here + "/deactivate",
		Button: "Keep deactivated",
		Danger: true,
	}
}

// userChange is a change of a user that says no more than whom it is about.
type userChange = func(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.UserID) (sso.User, error)

// changing handles a button that changes a user; said is what the page says
// afterwards.
func (d *Directory) changing(said string, change userChange) console.Handler {
	return func(w http.ResponseWriter, r *http.Request, v console.Visit) error {
		u, err := d.userOf(r, v)
		if err != nil {
			return err
		}
		if _, err := change(r.Context(), v.Actor, v.Enterprise.ID, u.ID); err != nil {
			return fmt.Errorf("change a person: %w", err)
		}
		return console.Done(w, personHref(v.Enterprise, u.ID), said)
	}
}

// endSession ends one session of the user in the path.
func (d *Directory) endSession(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	id, err := sso.ParseID[sso.SessionID](r.PathValue("session"))
	if err != nil {
		return err
	}
	if err := d.Service.EndSessionOf(r.Context(), v.Actor, v.Enterprise.ID, u.ID, id); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return console.Done(w, personHref(v.Enterprise, u.ID), "session")
}

func (d *Directory) endSessions(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	if err := d.Service.EndSessions(r.Context(), v.Actor, v.Enterprise.ID, u.ID); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return console.Done(w, personHref(v.Enterprise, u.ID), "sessions")
}
