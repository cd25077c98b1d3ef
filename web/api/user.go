package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/address"
	"gatehouse/sso/directory"
)

type user struct {
	ID            sso.UserID     `json:"id" doc:"Never changes." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login         string         `json:"login" doc:"What the identity provider calls them, or an admin. One active user of the enterprise has it, letter case and Unicode form aside. It may change." example:"ada@acme.example"`
	LoginGiven    bool           `json:"login_given" doc:"Whether an admin gave it: sign-ins leave it as it is."`
	Email         *string        `json:"email" doc:"Null if the identity provider gives none." example:"ada@acme.example"`
	EmailVerified bool           `json:"email_verified" doc:"Whether we, or the proof of the domain, know that it is theirs. It cannot be set."`
	Name          string         `json:"name" doc:"What they are called." example:"Ada Lovelace"`
	Status        sso.UserStatus `json:"status" enum:"active,deactivated,pending" doc:"Whether they may act; pending: not before an admin vouches for them, or decides about their login." example:"active"`
	CreatedAt     time.Time      `json:"created_at" doc:"When we first heard of them." example:"2026-11-24T12:00:00Z"`
	LastSignInAt  *time.Time     `json:"last_sign_in_at" doc:"When they last signed in; null: never." example:"2026-11-24T12:00:00Z"`
	VouchedAt     *time.Time     `json:"vouched_at" doc:"When an admin confirmed who they are; null: never." example:"2026-11-24T12:00:00Z"`
	Identities    []identity     `json:"identities,omitempty" doc:"Who they are at which identity provider; only where one user is asked for."`
}

type identity struct {
	Connection sso.ConnectionID `json:"connection" doc:"The connection to the identity provider." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Subject    *string          `json:"subject" doc:"Their immutable key there; null until they sign in." example:"00u1a2b3c4d5e6f7g8h9"`
	Login      string           `json:"login" doc:"Their login there." example:"ada@acme.example"`
	CreatedAt  time.Time        `json:"created_at" doc:"When it was tied to the user." example:"2026-11-24T12:00:00Z"`
	LastSeenAt *time.Time       `json:"last_seen_at" doc:"When it last signed in; null: never." example:"2026-11-24T12:00:00Z"`
}

type userPatch struct {
	Login *string `json:"login,omitempty" maxLength:"254" doc:"Another login, which sign-ins leave as it is; empty: whatever the identity provider says from the next sign-in on." example:"ada.king@acme.example"`
	Name  *string `json:"name,omitempty" doc:"Another name, until the identity provider says one at the next sign-in." example:"Ada King"`
}

func viewUser(u sso.User) user {
	return user{
		ID:            u.ID,
		Login:         u.Login,
		LoginGiven:    u.LoginGiven,
		Email:         some(u.Email),
		EmailVerified: u.EmailVerified,
		Name:          u.Name,
		Status:        u.Status,
		CreatedAt:     u.CreatedAt,
		LastSignInAt:  moment(u.LastSignInAt),
		VouchedAt:     moment(u.VouchedAt),
	}
}

func viewIdentity(i sso.UserIdentity) identity {
	return identity{
		Connection: i.Connection,
		Subject:    some(i.Subject),
		Login:      i.Login,
		CreatedAt:  i.CreatedAt,
		LastSeenAt: moment(i.LastSeenAt),
	}
}

type inUser struct {
	User sso.UserID `path:"user"`
}

type pagedUser struct {
	Paging
	User sso.UserID `path:"user"`
}

const userPath = enterprisePath + "/users/{user}"

func (a *API) userOperations() {
	add(a, operation{
		id:      "list-users",
		method:  http.MethodGet,
		path:    enterprisePath + "/users",
		summary: "List users",
		about:   "In the order they were made.",
	}, a.listUsers)
	add(a, operation{
		id:      "get-user",
		method:  http.MethodGet,
		path:    userPath,
		summary: "Get a user",
		about:   "With their identities.",
	}, a.getUser)
	add(a, operation{
		id:      "update-user",
		method:  http.MethodPatch,
		path:    userPath,
		summary: "Change a user",
		about:   "E-mail is the identity provider's to say. A login that another active person has is 409 login_in_use.",
	}, a.updateUser)
	add(a, operation{
		id:      "deactivate-user",
		method:  http.MethodPost,
		path:    userPath + "/deactivate",
		summary: "Deactivate a user",
		about:   "Their sessions have ended when this is answered, and they cannot sign in until they are reactivated. Groups stay as they are.",
	}, a.changeUser((*directory.Service).Deactivate))
	add(a, operation{
		id:      "reactivate-user",
		method:  http.MethodPost,
		path:    userPath + "/reactivate",
		summary: "Reactivate a user",
		about:   "They can sign in again.",
	}, a.changeUser((*directory.Service).Reactivate))
}

func (a *API) listUsers(ctx context.Context, c caller, in *struct {
	Paging
	Login  string         `query:"login" doc:"Only who has exactly this login." example:"ada@acme.example"`
	Email  string         `query:"email" doc:"Only who has this e-mail; letter case does not matter." example:"ada@acme.example"`
	Status sso.UserStatus `query:"status" enum:"active,deactivated,pending" doc:"Only who has this status." example:"active"`
}) (*out[list[user]], error) {
	if email, err := address.Email(in.Email); err == nil {
		in.Email = email // as it is kept
	}
	all, next, err := a.Members.Users(ctx, c.enterprise.ID, sso.UserFilter{
		Login:  in.Login,
		Email:  in.Email,
		Status: in.Status,
	}, in.page())
	return pageOf(all, next, err, viewUser)
}

func (a *API) getUser(ctx context.Context, c caller, in *inUser) (*out[user], error) {
	u, err := a.Members.User(ctx, c.enterprise.ID, in.User)
	if err != nil {
		return nil, err
	}
	return a.withIdentities(ctx, c, u)
}

func (a *API) withIdentities(ctx context.Context, c caller, u sso.User) (*out[user], error) {
	all, err := a.Members.UserIdentities(ctx, c.enterprise.ID, u.ID)
	if err != nil {
		return nil, err
	}
	v := viewUser(u)
	for _, i := range all {
		v.Identities = append(v.Identities, viewIdentity(i))
	}
	return answerTo(v, nil)
}

func (a *API) updateUser(ctx context.Context, c caller, in *struct {
	User sso.UserID `path:"user"`
	Body userPatch
}) (*out[user], error) {
	u, err := a.Directory.UpdateUser(
		ctx, c.by, c.enterprise.ID, in.User, directory.UserEdit(in.Body),
	)
	if err != nil {
		return nil, err
	}
	return a.withIdentities(ctx, c, u)
}

// userChange is a change of a user that says no more than whom it is about.
type userChange = func(
	s *directory.Service, ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.UserID,
) (sso.User, error)

// changeUser returns the operation that makes a change of a user.
func (a *API) changeUser(change userChange) func(context.Context, caller, *inUser) (*out[user], error) {
	return func(ctx context.Context, c caller, in *inUser) (*out[user], error) {
		u, err := change(a.Directory, ctx, c.by, c.enterprise.ID, in.User)
		if err != nil {
			return nil, err
		}
		return a.withIdentities(ctx, c, u)
	}
}
