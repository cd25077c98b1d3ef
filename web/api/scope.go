package api

import (
	"fmt"
	"net/http"
	"strings"

	"gatehouse/sso"
)

// rule says who may call an operation, and how its request looks.
type rule struct {
	scope sso.Scope
	// instance refuses tokens of one enterprise; own allows them, although the path
	// names no enterprise.
	instance bool
	own      bool
	bodyless bool // takes no body
}

// ruleOf returns the rule of an operation. It panics if the scope is missing or
// cannot be right, so that an operation without one never starts.
func ruleOf(o operation) rule {
	scope := sso.Scope(o.scope)
	if why := wrongScope(o, scope); why != "" {
		panic(fmt.Sprintf(
			`web/api: operation %q (%s /%s) %s. Add to its operation{…} the line scope: "NOUN:read" for a GET, or `+
				`scope: "NOUN:write" for another method; the nouns are in sso/scope.go and in the table of scopes in `+
				`docs/api.md. A POST that changes nothing has a ":read" scope and the line reads: true.`,
			o.id, o.method, o.path, why,
		))
	}
	inEnterprise := strings.HasPrefix(o.path, enterprisePath)
	return rule{
		scope:    scope,
		instance: o.instance || !inEnterprise && !o.own,
		own:      o.own,
	}
}

// wrongScope returns what is wrong with the scope of an operation; "" if nothing.
func wrongScope(o operation, scope sso.Scope) string {
	switch reads := o.method == http.MethodGet || o.reads; {
	case scope == "":
		return "has no scope"
	case !scope.Known() || scope == sso.ScopeAll || scope == sso.ScopeAllRead:
		return fmt.Sprintf("has the unknown scope %q", scope)
	case reads && scope.Writes():
		return fmt.Sprintf("only reads, but has the scope %q", scope)
	case !reads && !scope.Writes():
		return fmt.Sprintf("changes something, but has the scope %q", scope)
	case o.own && o.instance:
		return "is both own and instance"
	}
	return ""
}

// permit refuses a token that lacks the scope of an operation, or that is of one
// enterprise while the operation is the installation's. It comes before everything
// that depends on the request, also before a stored response is sent again.
func (a *API) permit(w http.ResponseWriter, t sso.Token, pattern string) error {
	r := a.rules[pattern]
	switch {
	case t.Enterprise != "" && (r.instance || r.scope.OfInstallation()):
		return &sso.Error{
			Kind: sso.Forbidden,
			Code: codeScopeMissing,
			Public: "This operation is for tokens of the whole installation. This token is for one enterprise, " +
				"whatever its scopes.",
		}
	case !t.Allows(r.scope):
		w.Header().Set(
			"WWW-Authenticate",
			fmt.Sprintf(`Bearer realm="Gatehouse API", error="insufficient_scope", scope="%s"`, r.scope),
		)
		return lacksScope(r.scope, t)
	}
	return nil
}

func lacksScope(needs sso.Scope, t sso.Token) error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   codeScopeMissing,
		Public: fmt.Sprintf("This needs the scope %s. This token has %s.", needs, scopeList(t.Scopes)),
	}
}

const codeScopeMissing = "scope_missing"

func scopeList(scopes []sso.Scope) string {
	if len(scopes) == 0 {
		return "none"
	}
	texts := make([]string, len(scopes))
	for i, s := range scopes {
		texts[i] = string(s)
	}
	return strings.Join(texts, ", ")
}
