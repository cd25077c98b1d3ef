package directory

import (
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
		browser := ui.Browser(s.UserAgent)
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

func deactivate(u sso.User) (sso.User, error) {
	u.Status = sso.UserDeactivated
	return u, nil
}

// reactivate lets somebody in again. Who waits for an admin is not confirmed by
// that.
func reactivate(u sso.User) (sso.User, error) {
	if u.Status == sso.UserDeactivated {
		u.Status = sso.UserActive
	}
	return u, nil
}

// vouch confirms somebody. Who was deactivated stays so: that is another matter.
func (d *Directory) vouch(u sso.User) (sso.User, error) {
	if !u.VouchedAt.IsZero() && u.Status != sso.UserPending {
		return u, nil
	}
	u.VouchedAt, u.EmailVerified = d.Now(), u.Email != ""
	if u.Status == sso.UserPending {
		u.Status = sso.UserActive
	}
	return u, nil
}

// changing is a button that changes somebody. It does so once, however often it
// is pressed.
func (d *Directory) changing(said string, change func(sso.User) (sso.User, error)) console.Handler {
	return func(w http.ResponseWriter, r *http.Request, v console.Visit) error {
		u, err := d.userOf(r, v)
		if err != nil {
			return err
		}
		if _, err := d.Store.UpdateUser(r.Context(), v.Actor, v.Enterprise.ID, u.ID, change); err != nil {
			return fmt.Errorf("change a person: %w", err)
		}
		return console.Done(w, personHref(v.Enterprise, u.ID), said)
	}
}

// endSession ends one session of the person in the path. One of somebody else is
// as unknown as one that never was; one that has ended is done already.
func (d *Directory) endSession(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	id, err := sso.ParseID[sso.SessionID](r.PathValue("session"))
	if err != nil {
		return err
	}
	all, err := d.Store.UserSessions(r.Context(), v.Enterprise.ID, u.ID)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	for _, s := range all {
		if s.ID != id {
			continue
		}
		err := d.Store.RevokeSession(r.Context(), v.Actor, v.Enterprise.ID, id)
		if err != nil && sso.KindOf(err) != sso.NotFoundKind {
			return fmt.Errorf("end a session: %w", err)
		}
		return console.Done(w, personHref(v.Enterprise, u.ID), "session")
	}
	return sso.NothingHere()
}

func (d *Directory) endSessions(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	if _, err := d.Store.RevokeUserSessions(r.Context(), v.Actor, v.Enterprise.ID, u.ID); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return console.Done(w, personHref(v.Enterprise, u.ID), "sessions")
}
