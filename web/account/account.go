package account

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/sso/launch"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// userReader reads the user's data for the page; store.DB does.
type userReader interface {
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	UserMemberships(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.UserMembership, error)
	UserSessions(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.Session, error)
	Attempts(
		ctx context.Context, ent sso.EnterpriseID, filter sso.AttemptFilter, p sso.Page,
	) ([]sso.Attempt, string, error)
	SyncRecords(
		ctx context.Context, ent sso.EnterpriseID, filter sso.SyncFilter, p sso.Page,
	) ([]sso.SyncRecord, string, error)
}

// launcher lists the applications of a person; launch.Service does.
type launcher interface {
	Reach(ctx context.Context, p sso.Principal) ([]launch.Launch, error)
}

// Sessions finds the session of a request; session.Manager does.
type Sessions interface {
	Principal(r *http.Request) (sso.Principal, error)
	End(w http.ResponseWriter, r *http.Request)
}

// Options configure the handlers; every field is required.
type Options struct {
	Store    userReader
	Launch   launcher
	Service  *directory.Service
	Sessions Sessions
	Tokens   tokenService
	Pages    *ui.Renderer
	Now      func() time.Time
}

// Account has the handlers.
type Account struct{ Options }

// New returns the handlers.
func New(o Options) *Account { return &Account{o} }

// Register adds the routes.
func (a *Account) Register(rt *route.Router) {
	rt.Page(
		route.Route{Pattern: "GET /account", Handle: a.show},
		route.Route{Pattern: "POST /account/sessions/{id}/revoke", Handle: a.revoke},
		route.Route{Pattern: "POST /account/sessions/revoke-others", Handle: a.revokeOthers},
		route.Route{Pattern: "GET /account/tokens", Handle: a.tokens},
		route.Route{Pattern: "POST /account/tokens", Handle: a.createToken},
		route.Route{Pattern: "POST /account/tokens/{id}/revoke", Handle: a.revokeToken},
	)
}

// latest is how many recent sign-ins are listed.
const latest = 5

func (a *Account) show(w http.ResponseWriter, r *http.Request) error {
	p, err := a.Sessions.Principal(r)
	if err != nil {
		return fmt.Errorf("find session: %w", err)
	}
	attempts, _, err := a.Store.Attempts(
		r.Context(), p.Enterprise.ID, sso.AttemptFilter{User: p.User.ID}, sso.Page{Limit: latest},
	)
	if err != nil {
		return fmt.Errorf("list sign-ins: %w", err)
	}
	connection, err := a.Store.Connection(r.Context(), p.Enterprise.ID, p.Session.Connection)
	if err != nil && sso.KindOf(err) != sso.NotFoundKind { // if deleted meanwhile, the session is about to end
		return fmt.Errorf("find connection: %w", err)
	}
	page, err := a.page(r, p, a.profile(p, connection), attempts)
	if err != nil {
		return err
	}
	return a.Pages.Render(w, r, http.StatusOK, page)
}

// page returns the account page, or the one that explains the missing access of a
// user without groups.
func (a *Account) page(
	r *http.Request, p sso.Principal, profile profileFacts, attempts []sso.Attempt,
) (ui.Page, error) {
	base := ui.Base{
		Enterprise: p.Enterprise.Name,
		Of:         p.Enterprise.ID,
		User:       &ui.Person{Name: p.User.Name, Login: p.User.Login},
		Flash:      flash(r),
	}
	memberships, err := a.Store.UserMemberships(r.Context(), p.Enterprise.ID, p.User.ID)
	if err != nil {
		return nil, fmt.Errorf("list memberships: %w", err)
	}
	reach, err := a.Launch.Reach(r.Context(), p)
	if err != nil {
		return nil, fmt.Errorf("list applications: %w", err)
	}
	if len(memberships) == 0 && !anyOpens(reach) {
		records, _, err := a.Store.SyncRecords(
			r.Context(), p.Enterprise.ID, sso.SyncFilter{User: p.User.ID}, sso.Page{Limit: 1},
		)
		if err != nil {
			return nil, fmt.Errorf("find sync record: %w", err)
		}
		return noAccess(base, profile, attempts, records), nil
	}
	sessions, err := a.Store.UserSessions(r.Context(), p.Enterprise.ID, p.User.ID)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return &accountPage{
		Base:          base,
		Applications:  tiles(reach),
		Profile:       profile,
		Organizations: a.organizations(memberships),
		Sessions:      a.sessions(sessions, p.Session.ID),
		SignIns:       a.signIns(attempts),
	}, nil
}

// flash returns the message that a redirect asks the page to show.
func flash(r *http.Request) string {
	switch r.URL.Query().Get("done") {
	case "session":
		return "The session has ended."
	case "token":
		return "The token is revoked."
	case "others":
		return "The other sessions have ended."
	}
	return ""
}

// revoke ends one session of the user who is signed in.
func (a *Account) revoke(w http.ResponseWriter, r *http.Request) error {
	p, err := a.Sessions.Principal(r)
	if err != nil {
		return fmt.Errorf("find session: %w", err)
	}
	id, err := sso.ParseID[sso.SessionID](r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := a.Service.EndSessionOf(r.Context(), sso.Actor(p.User.ID), p.Enterprise.ID, p.User.ID, id); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	target := "/account?done=session"
	if id == p.Session.ID {
		a.Sessions.End(w, r)
		target = "/logout"
	}
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// revokeOthers ends all other sessions of the user.
func (a *Account) revokeOthers(w http.ResponseWriter, r *http.Request) error {
	p, err := a.Sessions.Principal(r)
	if err != nil {
		return fmt.Errorf("find session: %w", err)
	}
	by := sso.Actor(p.User.ID)
	if err := a.Service.EndOtherSessions(r.Context(), by, p.Enterprise.ID, p.User.ID, p.Session.ID); err != nil {
		return fmt.Errorf("end the other sessions: %w", err)
	}
	w.Header().Set("Location", "/account?done=others")
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
