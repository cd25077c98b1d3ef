package forwardauth

import (
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/route"
)

// tokenUser is the user name of Basic authentication by a token.
const tokenUser = "token"

// presentedToken returns the token of ours that a program presents, as Bearer or as
// the password of Basic authentication. Every other Authorization header belongs to
// the application. Beside another one, a token is not readable: it is returned as "".
func presentedToken(h http.Header) (value string, presented bool) {
	all := h.Values("Authorization")
	for _, v := range all {
		if token, ours := tokenIn(v); ours {
			value, presented = token, true
		}
	}
	if len(all) > 1 {
		value = ""
	}
	return value, presented
}

func tokenIn(authorization string) (value string, ours bool) {
	scheme, rest, _ := strings.Cut(authorization, " ")
	rest = strings.TrimLeft(rest, " ") // RFC 9110, section 11.4: one or more spaces
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		value = rest
	case strings.EqualFold(scheme, "Basic"):
		text, err := base64.StdEncoding.DecodeString(rest)
		user, password, _ := strings.Cut(string(text), ":")
		if err != nil || user != tokenUser {
			return "", false
		}
		value = password
	}
	return value, strings.HasPrefix(value, string(sso.PersonalTokenKind)) ||
		strings.HasPrefix(value, string(sso.ServiceTokenKind))
}

// principal returns whose request it is, and notes in v whether a program made it. A
// token decides alone: a program whose token is not accepted is not taken for the owner
// of a cookie that it also has.
func (f *ForwardAuth) principal(r *http.Request, v *verdict, before func() error) (sso.Principal, error) {
	value, presented := presentedToken(r.Header)
	if !presented {
		return f.Sessions.Principal(r)
	}
	v.program = true
	p, err := f.Tokens.Principal(r.Context(), value, r.UserAgent(), before)
	if err != nil {
		return sso.Principal{}, err
	}
	accepts := v.application.Programs
	if p.Token.Service {
		accepts = v.application.Services
	}
	if !accepts || !slices.Contains(p.Token.Applications, v.application.ID) {
		return sso.Principal{}, &sso.Error{
			Kind:   sso.Forbidden,
			Code:   "token_not_for_application",
			Public: "This token is not for this application.",
		}
	}
	return p, nil
}

// errNotCached refuses a token that would have to be looked up.
var errNotCached = errors.New("the token is not cached")

// lookUp decides about a request, and asks the store about a token at most once: not at
// all once the client's network has presented too many in vain. A token that is cached
// is not affected by what others of its network present.
func (f *ForwardAuth) lookUp(r *http.Request, c *contract) verdict {
	ctx, asked := r.Context(), false
	v := f.decide(r, c, func() error {
		if err := f.WrongTokens.Spent(ctx, route.Network(ctx)); err != nil {
			return err
		}
		asked = true
		return nil
	})
	if asked && sso.CodeOf(v.refusal) == sso.InvalidToken().Code {
		f.WrongTokens.Count(ctx, route.Network(ctx))
	}
	return v
}
