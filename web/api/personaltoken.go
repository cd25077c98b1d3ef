package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/tokens"
)

// personalTokens creates, lists and revokes the tokens of users; tokens.Service does.
type personalTokens interface {
	Create(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, r tokens.Request,
	) (sso.PersonalToken, sso.Secret, error)
	PersonalTokens(
		ctx context.Context, ent sso.EnterpriseID, user sso.UserID, page sso.Page,
	) ([]sso.PersonalToken, string, error)
	RevokePersonalToken(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, id sso.PersonalTokenID,
	) error
	TokenRules(ctx context.Context, ent sso.EnterpriseID) (sso.TokenRules, error)
	SetRules(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, revision int64, change func(*sso.TokenRules),
	) (sso.TokenRules, error)
}

// personalToken is a token of a user. Its secret is shown once.
//
//nolint:lll // a tag is one line
type personalToken struct {
	ID           sso.PersonalTokenID `json:"id" doc:"Identifier; immutable." example:"pat-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Token        *string             `json:"token" doc:"Bearer token for the program; null except in the response that created it." example:"gw_pat_5f0c6a1e…"`
	Name         string              `json:"name" doc:"Name." example:"Backup"`
	Applications []sso.ApplicationID `json:"applications" doc:"Applications that the token opens, as long as they accept personal tokens and admit the user."`
	Live         bool                `json:"live" doc:"Whether the token is valid: neither expired nor revoked, and allowed by the rules of the enterprise." example:"true"`
	CreatedBy    sso.Actor           `json:"created_by" doc:"Actor that created the token." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	CreatedAt    time.Time           `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
	ExpiresAt    time.Time           `json:"expires_at" doc:"Time of expiry, by the token or by the rules, whichever is earlier." example:"2027-02-22T12:00:00Z"`
	RevokedAt    *time.Time          `json:"revoked_at" doc:"Time of revocation, also by the deactivation of the user; null if the token was not revoked." example:"2026-12-24T12:00:00Z"`
	LastUsedAt   *time.Time          `json:"last_used_at" doc:"Time of the last request with the token, to the minute; null if there was none." example:"2026-11-24T12:30:00Z"`
	LastClient   *string             `json:"last_client" doc:"User-Agent of the last request, shortened; null if there was none." example:"curl/8.5.0"`
}

//nolint:lll // a tag is one line
type newPersonalToken struct {
	Name         string              `json:"name" doc:"Name of 1 to 255 bytes." example:"Backup"`
	Applications []sso.ApplicationID `json:"applications" maxItems:"100" doc:"Applications that the token opens; at least one."`
	ExpiresAt    time.Time           `json:"expires_at,omitempty" doc:"Time of expiry; required, and not later than the rules of the enterprise allow." example:"2027-02-22T12:00:00Z"`
}

// tokenRules are the rules of an enterprise.
//
//nolint:lll // a tag is one line
type tokenRules struct {
	Personal   bool  `json:"personal" doc:"Whether users may have personal tokens. While they may not, those that exist are refused." example:"true"`
	MaxAgeDays int64 `json:"max_age_days" doc:"Number of days after its creation at which a personal token ends at the latest." example:"365"`
	Revision   int64 `json:"revision" doc:"Revision number, increased by every change; also the ETag." example:"7"`
}

//nolint:lll // a tag is one line
type tokenRulesPatch struct {
	Personal   *bool  `json:"personal,omitempty" doc:"Whether users may have personal tokens." example:"false"`
	MaxAgeDays *int64 `json:"max_age_days,omitempty" doc:"Number of days, from 1 to 1095. It also ends tokens that are older." example:"90"`
}

const day = 24 * time.Hour

func viewTokenRules(r sso.TokenRules) tokenRules {
	return tokenRules{
		Personal:   r.Personal,
		MaxAgeDays: int64(r.MaxAge / day),
		Revision:   r.Revision,
	}
}

func (a *API) viewPersonalToken(k sso.PersonalToken, rules sso.TokenRules) personalToken {
	return personalToken{
		ID:           k.ID,
		Name:         k.Name,
		Applications: always(k.Applications),
		Live:         k.Live(rules, a.Now()),
		CreatedBy:    k.CreatedBy,
		CreatedAt:    k.CreatedAt,
		ExpiresAt:    rules.End(k),
		RevokedAt:    moment(k.RevokedAt),
		LastUsedAt:   moment(k.LastUsedAt),
		LastClient:   some(k.LastClient),
	}
}

func (a *API) personalTokenOperations() {
	add(a, operation{
		id:      "list-personal-tokens",
		method:  http.MethodGet,
		path:    userPath + "/tokens",
		scope:   "tokens:read",
		summary: "List a user's personal tokens",
		about:   "With those that ended in the last 90 days. Sorted by time of creation, newest first.",
	}, a.listPersonalTokens)
	add(a, operation{
		id:       "create-personal-token",
		method:   http.MethodPost,
		path:     userPath + "/tokens",
		scope:    "tokens:write",
		instance: true,
		status:   http.StatusCreated,
		once:     "token",
		summary:  "Create a personal token for a user",
		about: "A program acts for the user with it at applications behind the gateway, and can do at most what the " +
			"user can at that moment. It ends for good when the user is deactivated. A user has up to 50 valid " +
			"tokens. token is returned once: a repetition with the same Idempotency-Key has null there.",
	}, a.createPersonalToken)
	add(a, operation{
		id:      "revoke-personal-token",
		method:  http.MethodDelete,
		path:    userPath + "/tokens/{personal_token}",
		scope:   "tokens:write",
		summary: "Revoke a personal token",
		about:   "Every node refuses the token within a second. It stays in the list for 90 days.",
	}, a.revokePersonalToken)
	add(a, operation{
		id:      "get-token-rules",
		method:  http.MethodGet,
		path:    enterprisePath + "/token-rules",
		scope:   "settings:read",
		summary: "Get the rules of personal tokens",
	}, a.getTokenRules)
	add(a, operation{
		id:      "update-token-rules",
		method:  http.MethodPatch,
		path:    enterprisePath + "/token-rules",
		scope:   "settings:write",
		summary: "Update the rules of personal tokens",
		about: "They apply to existing tokens within a second. No token is revoked: one that is refused because of " +
			"the rules is valid again when they allow it. If-Match with another revision is 412 changed_meanwhile.",
	}, a.updateTokenRules)
}

func (a *API) listPersonalTokens(ctx context.Context, c caller, in *pagedUser) (*out[list[personalToken]], error) {
	rules, err := a.PersonalTokens.TokenRules(ctx, c.enterprise.ID)
	if err != nil {
		return nil, err
	}
	all, next, err := a.PersonalTokens.PersonalTokens(ctx, c.enterprise.ID, in.User, in.page())
	return pageOf(all, next, err, func(k sso.PersonalToken) personalToken { return a.viewPersonalToken(k, rules) })
}

func (a *API) createPersonalToken(ctx context.Context, c caller, in *struct {
	User sso.UserID `path:"user"`
	Body newPersonalToken
}) (*made[personalToken], error) {
	if _, err := a.Members.User(ctx, c.enterprise.ID, in.User); err != nil {
		return nil, err
	}
	k, secret, err := a.PersonalTokens.Create(ctx, c.by, c.enterprise.ID, in.User, tokens.Request{
		Name:         in.Body.Name,
		Applications: in.Body.Applications,
		ExpiresAt:    in.Body.ExpiresAt,
	})
	if err != nil {
		return nil, err
	}
	rules, err := a.PersonalTokens.TokenRules(ctx, c.enterprise.ID)
	if err != nil {
		return nil, err
	}
	created := a.viewPersonalToken(k, rules)
	created.Token = some(secret.Reveal())
	return &made[personalToken]{
		Location: locationOf(c.enterprise.ID, "users", string(in.User)+"/tokens/"+string(k.ID)),
		Body:     created,
	}, nil
}

func (a *API) revokePersonalToken(ctx context.Context, c caller, in *struct {
	User  sso.UserID          `path:"user"`
	Token sso.PersonalTokenID `path:"personal_token"`
}) (*done, error) {
	return nil, a.PersonalTokens.RevokePersonalToken(ctx, c.by, c.enterprise.ID, in.User, in.Token)
}

func (a *API) getTokenRules(ctx context.Context, c caller, _ *struct{}) (*revised[tokenRules], error) {
	rules, err := a.PersonalTokens.TokenRules(ctx, c.enterprise.ID)
	return revisedAnswer(viewTokenRules(rules), rules.Revision, err)
}

//nolint:lll // a tag is one line
func (a *API) updateTokenRules(ctx context.Context, c caller, in *struct {
	IfMatch string `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the object has changed since, the response is 412." example:"\"7\""`
	Body    tokenRulesPatch
}) (*revised[tokenRules], error) {
	change := func(r *sso.TokenRules) {
		if in.Body.Personal != nil {
			r.Personal = *in.Body.Personal
		}
		if in.Body.MaxAgeDays != nil {
			r.MaxAge = time.Duration(min(*in.Body.MaxAgeDays, 10_000)) * day
		}
	}
	rules, err := a.PersonalTokens.SetRules(ctx, c.by, c.enterprise.ID, revisionOf(in.IfMatch), change)
	return revisedAnswer(viewTokenRules(rules), rules.Revision, err)
}
