package mapping

import (
	"errors"
	"fmt"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// Apply reads a through the mapping of cfg. It returns one check for each part
// of the identity; on failure the last check is the one that failed, and the
// error is Forbidden "saml_attribute_invalid" or "oidc_attribute_invalid".
// Groups and attributes never fail.
//
// The e-mail is required if the mapping names a candidate for it, unless
// cfg.EmailOptional is set. Then it may be missing, but an address that cannot
// be used still fails: it must not count as missing.
func Apply(cfg sso.Config, c sso.Connection, a sso.Assertion) (sso.Identity, []sso.Check, error) {
	r, m := newReader(a), cfg.Mapping
	id := sso.Identity{
		Connection: c.ID,
		Claims:     a.Claims,
		Mixed:      a.Mixed,
		Authn:      a.Authn,
	}

	subject := []string{subjectClaim}
	if m.Subject != "" {
		subject = strings.Split(m.Subject, "|")
	}
	id.Subject = r.requireValue("subject", subject, checkKey(sso.MaxSubjectLength))
	id.Login = r.requireValue("login", m.Login, checkLogin)
	switch _, _, sent := r.firstValue(m.Email); {
	case len(m.Email) == 0:
	case sent || !cfg.EmailOptional:
		id.Email = r.requireValue("email", m.Email, address.Email)
	default:
		id.EmailUnsaid = r.recordMissing("email", m.Email)
	}
	id.Name = r.displayName(m.Name, id.Login)
	id.EmailVerified = id.Email != "" && r.isVerified(m.EmailVerified)
	id.Groups = r.readGroups(m)
	id.Attributes = r.readAttributes(c.Attributes, m)

	if r.err != nil {
		return sso.Identity{}, r.checks, &sso.Error{
			Kind:   sso.Forbidden,
			Code:   string(c.Protocol) + "_attribute_invalid",
			Public: "Your company’s sign-in sent information about you that we cannot use.",
			Err:    r.err,
		}
	}
	return id, r.checks, nil
}

// subjectClaim is how a mapping names the protocol's own subject: the NameID of
// SAML or the sub of OIDC. A claim of that name is ignored: a profile field
// that users can edit must not identify them. Case is ignored, because identity
// providers and their guides write NameID.
const subjectClaim = "nameid"

func isSubject(name string) bool { return strings.EqualFold(name, subjectClaim) }

func withSubject(a sso.Assertion) func(string) (string, bool) {
	return func(name string) (string, bool) {
		if isSubject(name) {
			return a.Subject, a.Subject != ""
		}
		return a.Claims.First(name)
	}
}

// reader collects the checks of one reading. After the first failure it reads
// nothing more.
type reader struct {
	claims    func(name string) (string, bool)   // the first value
	values    func(name string) ([]string, bool) // all values, and whether the claim is present
	unfetched bool                               // groups were to be fetched and could not be
	mixed     map[string]sso.MixedClaim
	checks    []sso.Check
	err       error
}

func newReader(a sso.Assertion) reader {
	return reader{
		claims: withSubject(a),
		values: func(name string) ([]string, bool) {
			v, ok := a.Claims[name]
			return v, ok
		},
		mixed:     a.Mixed,
		unfetched: a.GroupsUnfetched,
	}
}

func (r *reader) fail(name, want, got string, err error) {
	r.checks = append(r.checks, sso.Check{
		Name: name,
		Want: want,
		Got:  got,
	})
	r.err = err
}

// requireValue returns the value of the first candidate that has one, as usable
// returns it. A candidate with an unusable value fails: falling back to the
// next would let a user who controls one claim choose which claim counts.
func (r *reader) requireValue(name string, candidates []string, check func(string) (string, error)) string {
	if r.err != nil {
		return ""
	}
	want := strings.Join(candidates, ", ")
	from, value, ok := r.firstValue(candidates)
	if !ok {
		r.fail(name, want, "none of them", fmt.Errorf("no %s: none of %s was sent", name, want))
		return ""
	}
	checked, err := check(value)
	if err != nil {
		r.fail(
			name, want, fmt.Sprintf("%q from %s: %v", truncate(value), from, err),
			fmt.Errorf("%s from %s: %w", name, from, err),
		)
		return ""
	}
	r.checks = append(r.checks, sso.Check{
		Name: name,
		Want: want,
		Got:  checked + " (" + from + ")",
		OK:   true,
	})
	return checked
}

// recordMissing records that an optional part was not sent, and reports whether there
// was no failure before.
func (r *reader) recordMissing(name string, candidates []string) bool {
	if r.err != nil {
		return false
	}
	r.checks = append(r.checks, sso.Check{
		Name: name,
		Want: strings.Join(candidates, ", "),
		Got:  "none of them; an address is optional here",
		OK:   true,
	})
	return true
}

func (r *reader) firstValue(candidates []string) (from, value string, ok bool) {
	for _, c := range candidates {
		if value, ok = expandCandidate(c, r.claims); ok {
			return c, value, true
		}
	}
	return "", "", false
}

// displayName returns the display name, or the login if there is none: a missing name
// refuses no user.
func (r *reader) displayName(candidates []string, login string) string {
	if r.err != nil {
		return ""
	}
	want := strings.Join(candidates, ", ")
	from, value, ok := r.firstValue(candidates)
	if ok && len(value) <= sso.MaxNameLength && sso.Printable(value) {
		r.checks = append(r.checks, sso.Check{
			Name: "name",
			Want: want,
			Got:  value + " (" + from + ")",
			OK:   true,
		})
		return value
	}
	got := "none of them; the login is used instead"
	if ok {
		got = fmt.Sprintf(
			"%q from %s is too long or has invisible characters; the login is used instead",
			truncate(value), from,
		)
	}
	r.checks = append(r.checks, sso.Check{
		Name:    "name",
		Want:    want,
		Got:     got,
		OK:      true,
		Warning: true,
	})
	return login
}

func (r *reader) isVerified(candidates []string) bool {
	for _, c := range candidates {
		if all, ok := r.values(c); ok && len(all) > 0 {
			return len(all) == 1 && (all[0] == "true" || all[0] == "1" && c == claimEdov)
		}
	}
	return false
}

func checkKey(limit int) func(string) (string, error) {
	return func(v string) (string, error) {
		switch {
		case len(v) > limit:
			return "", fmt.Errorf("longer than %d bytes", limit)
		case !sso.Printable(v):
			return "", errors.New("control, invisible or text-direction characters")
		}
		return v, nil
	}
}

// checkLogin also refuses the form of a service's identifier: no person looks like a
// service.
func checkLogin(v string) (string, error) {
	if sso.IsServiceLogin(v) {
		return "", errors.New("the form of a service's identifier")
	}
	return checkKey(sso.MaxLoginLength)(v)
}

func truncate(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}
