package trial

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// fewest limits the names or near misses that a warning lists before it counts
// the rest.
const fewest = 3

func (r *testRun) raise(w sso.Warning) {
	w.Want, w.Got = sso.Sanitize(w.Want), sso.Sanitize(w.Got)
	r.result.Warnings = append(r.result.Warnings, w)
}

// warnings finds problems that do not stop a sign-in: first those of groups, then
// the rest.
func (r *testRun) warnings(d evaluate.Decision) {
	if r.cfg.Provisioning != sso.ProvisionSCIM {
		r.groupWarnings(len(d.Matched))
	}
	r.loginWarning()
	for _, c := range r.checks {
		if w, ok := alarm(c); ok {
			r.raise(w)
		}
	}
	id := r.result.Identity
	for _, field := range []string{"subject", "login", "email"} {
		if from := r.result.Origins[field]; len(id.Claims[from]) > 1 {
			r.raise(sso.Warning{
				Code:  "claim_ambiguous",
				Field: field,
				Want:  from,
				Got:   strconv.Itoa(len(id.Claims[from])),
			})
		}
	}
	if id.EmailUnsaid {
		r.raise(sso.Warning{
			Code:  "email_missing",
			Field: "email",
			Want:  strings.Join(r.cfg.Mapping.Email, ", "),
			Minor: true,
		})
	}
	if domain := sso.EmailDomain(id.Email); domain != "" && !d.Facts.DomainVerified {
		r.raise(sso.Warning{
			Code:  "domain_unverified",
			Got:   domain,
			Minor: true,
		})
	}
	if r.result.Email.Action == sso.VouchFirst {
		r.raise(sso.Warning{Code: "vouching_needed", Minor: true})
	}
}

// groupWarnings compares the asserted groups with the groups of the enterprise.
// Nothing is said of a provider that never sends groups.
func (r *testRun) groupWarnings(matched int) {
	g, read := r.result.Identity.Groups, strings.Join(r.cfg.Mapping.Groups, ", ")
	switch {
	case g.Unfetched:
		r.raise(sso.Warning{Code: "groups_unfetched"})
	case g.State == sso.GroupsAbsent && !r.c.Provider.SendsGroups(r.c.Protocol):
	case read == "":
		r.raise(sso.Warning{Code: "groups_not_mapped"})
	case g.State == sso.GroupsAbsent:
		r.raise(sso.Warning{Code: "groups_absent", Want: read})
	case g.State == sso.GroupsEmpty:
		r.raise(sso.Warning{
			Code: "groups_empty",
			Want: read,
			Got:  g.Source,
		})
	case g.State == sso.GroupsOverage:
		r.raise(sso.Warning{Code: "groups_overage"})
	case g.State == sso.GroupsTruncated:
		r.raise(sso.Warning{
			Code: "groups_truncated",
			Got:  strconv.Itoa(len(g.Names)),
		})
	case g.State == sso.GroupsPartial:
		r.raise(sso.Warning{
			Code: "groups_partial",
			Got:  strconv.Itoa(g.NotUnderstoodCount),
		})
	}
	ids := objectIDs(r.result.Unmatched)
	near := nearMisses(r.result.NearMisses)
	switch {
	case len(ids) > 0:
		r.raise(sso.Warning{
			Code: "groups_object_ids",
			Want: read,
			Got:  ids[0],
		})
	case len(near) == 0 && len(g.Names) > 0 && matched == 0:
		r.raise(sso.Warning{Code: "groups_unmatched", Got: some(g.Names)})
	}
	if len(near) > 0 {
		r.raise(sso.Warning{Code: sso.CodeNearMiss, Got: some(near)})
	}
	r.lossWarnings()
}

// lossWarnings warns of memberships that the sign-in would remove.
func (r *testRun) lossWarnings() {
	var removed []string
	stays := 0
	for _, o := range r.result.Changes {
		for _, name := range o.Removed {
			if name != sso.DefaultGroupName {
				removed = append(removed, name)
			}
		}
		for _, name := range slices.Concat(o.Added, o.Kept) {
			if name != sso.DefaultGroupName {
				stays++
			}
		}
	}
	if len(removed) > 0 && stays == 0 {
		r.raise(sso.Warning{Code: "groups_all_removed", Got: some(removed)})
	}
	if r.held != "" {
		r.raise(sso.Warning{
			Code: "sync_held",
			Want: string(r.held),
			Got:  some(removed),
		})
	}
}

// loginWarning warns of a login that was read from the subject because the claims
// before it in the mapping were not sent. Google's NameID is the primary address,
// and its guide uses that as the login.
func (r *testRun) loginWarning() {
	from, names := r.result.Origins["login"], r.cfg.Mapping.Login
	i := slices.IndexFunc(names, isSubject)
	if (from == "NameID" || from == "sub") &&
		i > 0 &&
		r.c.Provider != sso.Google {
		r.raise(sso.Warning{
			Code:  "login_fallback",
			Field: "login",
			Want:  names[0],
			Got:   from,
		})
	}
}

func isSubject(candidate string) bool {
	return strings.EqualFold(candidate, "nameid") || candidate == "sub"
}

// alarm returns the warning of a check, unless it is reported elsewhere.
func alarm(c sso.Check) (w sso.Warning, ok bool) {
	if !c.Warning {
		return sso.Warning{}, false
	}
	switch c.Name {
	case "certificate":
		w = sso.Warning{Code: "certificate_expiring"}
	case "clock":
		w = sso.Warning{Code: "clock_off"}
	case "signature_algorithm":
		w = sso.Warning{Code: "weak_signature"}
	case "attributes":
		w = sso.Warning{Code: "attributes_left_out"}
	case "authn_instant":
		w = sso.Warning{Code: "sign_in_not_fresh"}
	case "decryption":
		w = sso.Warning{Code: "weak_encryption"}
	case "userinfo":
		w = sso.Warning{Code: "userinfo_unusable"}
	default:
		return sso.Warning{}, false
	}
	w.Want, w.Got = c.Want, c.Got
	return w, true
}

// some lists the first names and counts the rest.
func some(names []string) string {
	if len(names) <= fewest {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:fewest], ", "), len(names)-fewest)
}

// nearMisses describes asserted names that are almost those of groups. Default
// groups are left out: no name ever matches them.
func nearMisses(all []sso.NearMiss) (texts []string) {
	for _, n := range all {
		if n.Why != sso.IsDefaultGroup && n.Why != sso.IsObjectID {
			texts = append(
				texts,
				fmt.Sprintf("“%s” was sent, %s has “%s”", n.Asserted, n.OrganizationName, n.Name),
			)
		}
	}
	return texts
}

// objectIDs returns the names that are IDs of directory objects.
func objectIDs(names []string) (ids []string) {
	for _, name := range names {
		if sso.LooksLikeObjectID(strings.TrimSpace(name)) {
			ids = append(ids, name)
		}
	}
	return ids
}

// warnOfLogin warns if another active user has the login.
func (r *testRun) warnOfLogin(facts sso.SignInFacts) {
	switch {
	case facts.Login.Same:
		r.raise(sso.Warning{
			Code:  "login_same_person",
			Field: "login",
			Got:   r.result.Identity.Login,
		})
	case facts.Login.Waits():
		r.raise(sso.Warning{
			Code:  "login_contested",
			Field: "login",
			Got:   r.result.Identity.Login,
		})
	case facts.Login.Holder != "":
		r.raise(sso.Warning{
			Code:  "login_kept",
			Field: "login",
			Want:  facts.User.Login,
			Got:   r.result.Identity.Login,
		})
	}
}
