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
	ID            sso.UserID      `json:"id" doc:"Identifier; immutable." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login         string          `json:"login" doc:"Login, from the identity provider or set by an admin; unique among active users of the enterprise, regardless of letter case and Unicode form. It may change." example:"ada@acme.example"`
	LoginGiven    bool            `json:"login_given" doc:"Whether an admin set the login; sign-ins then leave it unchanged."`
	Email         *string         `json:"email" doc:"E-mail address; null if the identity provider sends none." example:"ada@acme.example"`
	EmailVerified bool            `json:"email_verified" doc:"Whether the address is verified, by us or through a verified domain; read-only."`
	Name          string          `json:"name" doc:"Name of the user." example:"Ada Lovelace"`
	Status        sso.UserStatus  `json:"status" enum:"active,deactivated,pending" doc:"Status; a pending user cannot sign in until an admin vouches for the user or decides about the login." example:"active"`
	EndedByPush   bool            `json:"ended_by_push" doc:"Whether an identity provider deactivated the user over SCIM; a push may then reactivate the user."`
	CreatedAt     time.Time       `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
	LastSignInAt  *time.Time      `json:"last_sign_in_at" doc:"Time of the last sign-in; null if there was none." example:"2026-11-24T12:00:00Z"`
	VouchedAt     *time.Time      `json:"vouched_at" doc:"Time at which an admin vouched for the user; null if never." example:"2026-11-24T12:00:00Z"`
	Identities    []identity      `json:"identities,omitempty" doc:"Identities at identity providers; only in the response for a single user."`
	Attributes    []userAttribute `json:"attributes,omitempty" doc:"Attributes that the enterprise keeps, by name; only in the response for a single user."`
}

type identity struct {
	ID         string           `json:"id" doc:"Identifier among the identities of the user: the connection, or that of a further subject of a connection." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Connection sso.ConnectionID `json:"connection" doc:"Connection to the identity provider." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Subject    *string          `json:"subject" doc:"Immutable identifier of the user there; null until the first sign-in." example:"00u1a2b3c4d5e6f7g8h9"`
	Login      string           `json:"login" doc:"Login of the user there." example:"ada@acme.example"`
	CreatedAt  time.Time        `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
	LastSeenAt *time.Time       `json:"last_seen_at" doc:"Time of the last sign-in with it; null if there was none." example:"2026-11-24T12:00:00Z"`
}

type userPatch struct {
	Login *string `json:"login,omitempty" maxLength:"254" doc:"New login, which sign-ins leave unchanged; empty to take the login from the identity provider again, from the next sign-in on." example:"ada.king@acme.example"`
	Name  *string `json:"name,omitempty" doc:"New name, until the identity provider asserts one at the next sign-in." example:"Ada King"`
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
		EndedByPush:   u.EndedByPush,
		CreatedAt:     u.CreatedAt,
		LastSignInAt:  moment(u.LastSignInAt),
		VouchedAt:     moment(u.VouchedAt),
	}
}

func viewIdentity(i sso.UserIdentity) identity {
	return identity{
		ID:         i.Ref(),
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
		scope:   "users:read",
		summary: "List users",
		about:   "Sorted by time of creation, oldest first.",
	}, a.listUsers)
	add(a, operation{
		id:      "get-user",
		method:  http.MethodGet,
		path:    userPath,
		scope:   "users:read",
		summary: "Get a user",
		about:   "Includes the user's identities.",
	}, a.getUser)
	add(a, operation{
		id:      "update-user",
		method:  http.MethodPatch,
		path:    userPath,
		scope:   "users:write",
		summary: "Update a user",
		about: "E-mail addresses come from the identity provider and cannot be changed. A login of another active " +
			"user is 409 login_in_use.",
	}, a.updateUser)
	add(a, operation{
		id:      "deactivate-user",
		method:  http.MethodPost,
		path:    userPath + "/deactivate",
		scope:   "users:write",
		summary: "Deactivate a user",
		about: "The user's sessions have ended when the response is sent, and the user cannot sign in until " +
			"reactivated here, whatever is pushed; that is so, too, of a user whom a push had deactivated " +
			"(ended_by_push). Memberships stay unchanged.",
	}, a.changeUser((*directory.Service).Deactivate))
	add(a, operation{
		id:      "reactivate-user",
		method:  http.MethodPost,
		path:    userPath + "/reactivate",
		scope:   "users:write",
		summary: "Reactivate a user",
		about:   "The user can sign in again.",
	}, a.changeUser((*directory.Service).Reactivate))
}

func (a *API) listUsers(ctx context.Context, c caller, in *struct {
	Paging
	Login  string         `query:"login" doc:"Filter by exact login." example:"ada@acme.example"`
	Email  string         `query:"email" doc:"Filter by e-mail address; case-insensitive." example:"ada@acme.example"`
	Status sso.UserStatus `query:"status" enum:"active,deactivated,pending" doc:"Filter by status." example:"active"`
}) (*out[list[user]], error) {
	if email, err := address.Email(in.Email); err == nil {
		in.Email = email // as it is stored
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
	attributes, err := a.Directory.UserAttributes(ctx, c.enterprise.ID, u.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range attributes {
		v.Attributes = append(v.Attributes, viewUserAttribute(x))
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

// userChange changes a user, without further parameters.
type userChange = func(
	s *directory.Service, ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.UserID,
) (sso.User, error)

// changeUser returns the operation for a change of a user.
func (a *API) changeUser(change userChange) func(context.Context, caller, *inUser) (*out[user], error) {
	return func(ctx context.Context, c caller, in *inUser) (*out[user], error) {
		u, err := change(a.Directory, ctx, c.by, c.enterprise.ID, in.User)
		if err != nil {
			return nil, err
		}
		return a.withIdentities(ctx, c, u)
	}
}
