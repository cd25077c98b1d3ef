package sso

import (
	"cmp"
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ApplicationKind says how an application learns the identity of its user.
type ApplicationKind string

// ForwardAuth is a site behind a reverse proxy that asks Gatehouse about each
// request.
const ForwardAuth ApplicationKind = "forward-auth"

// Application is a site behind the gateway. It belongs to the installation and
// not to an enterprise: one product serves many customers.
type Application struct {
	ID   ApplicationID
	Key  string // in the addresses that proxies ask: /auth/nginx/KEY; see ValidateKey
	Name string // for people
	Kind ApplicationKind
	// Origins are the application's origins, as browsers write them:
	// "https://wiki.example.com". Requests are accepted from them only, and
	// users are redirected to them only. Users without a return address are
	// sent to the first.
	Origins []string
	// StartPath is the path at the first origin where users without a return address
	// arrive; "" means /.
	StartPath string
	// Unlisted keeps the application off the list of applications on the account
	// page.
	Unlisted bool
	// Enterprises whose users are admitted; empty means all.
	Enterprises []EnterpriseID
	// Groups of which a user must be in one, each as GroupRef returns it; empty
	// means that no group is required.
	Groups []string
	// Told are the groups that the application is told about, each as GroupRef
	// returns it or "organization/*"; empty means all of them.
	Told []string
	// Attributes are the names of the attributes of users that the application is told;
	// empty means none.
	Attributes []string
	// GroupsLimit is the maximum size of the list of groups and attributes, in bytes; 0
	// means DefaultGroupsLimit.
	GroupsLimit int
	// SignIn is the enterprise whose sign-in users without a session are sent
	// to; "" lets them choose.
	SignIn EnterpriseID
	// PublicPaths need no sign-in: each is one path, or "/public/*" for all
	// paths below it; see IsPublicPath.
	PublicPaths []string
	// AllowPreflight lets CORS preflights pass without a sign-in. Browsers send
	// them without cookies.
	AllowPreflight bool
	// Programs lets programs in that present a personal token for the application.
	Programs bool
	// Services lets services of organizations in that present a token for the
	// application.
	Services bool
	// Need is required of how users authenticated. The age counts at each request, so a
	// user whose authentication is too old signs in again. It does not concern tokens,
	// which Programs and Services let in.
	Need      AuthnNeed
	Revision  int64 // 1 when created, one more after each change
	CreatedAt time.Time
}

// Limits of an application.
const (
	defaultGroupsLimit = 2048 // bytes; twice this and the assertion fit into the headers that common servers accept
	MaxGroupsLimit     = 16 << 10
	maxOrigins         = 50
	maxGroupRefs       = 200
	maxEnterprises     = 1000
	maxStartPath       = 1000 // bytes
)

// Limit returns GroupsLimit, or its default.
func (a Application) Limit() int { return cmp.Or(a.GroupsLimit, defaultGroupsLimit) }

// Admits reports whether users of an enterprise are admitted at all.
func (a Application) Admits(ent EnterpriseID) bool {
	return len(a.Enterprises) == 0 || slices.Contains(a.Enterprises, ent)
}

// Refusal is why an application does not open for a user: the code of the error; "" if
// it opens.
type Refusal string

// The refusals.
const (
	CodeAppEnterprise Refusal = "app_enterprise" // it does not admit the enterprise
	CodeAppGroup      Refusal = "app_group"      // the user is in none of its groups
)

// Opens returns why a user of an enterprise with these groups may not use the
// application; "" if they may.
func (a Application) Opens(ent EnterpriseID, groups []PrincipalGroup) Refusal {
	if !a.Admits(ent) {
		return CodeAppEnterprise
	}
	if len(a.Groups) == 0 {
		return ""
	}
	for _, g := range groups {
		if slices.ContainsFunc(a.Groups, g.hasRef) {
			return ""
		}
	}
	return CodeAppGroup
}

// Serves reports whether an origin, as OriginOf returns it, is the
// application's.
func (a Application) Serves(origin string) bool { return slices.Contains(a.Origins, origin) }

// Validate returns all problems of an application, with the field names of the
// API.
func (a Application) Validate() []FieldError {
	problems := problemList(append(ValidateKey("key", a.Key), ValidateName("name", a.Name)...))
	// Both an ID and a key may be part of an address.
	problems.add(
		!strings.HasPrefix(a.Key, prefixOf[ApplicationID]()+"-"), "key",
		"A key does not begin with app-, which is how identifiers begin.",
	)
	problems.add(a.Kind == ForwardAuth, "kind", "There is one kind as yet: forward-auth.")
	problems.add(len(a.Origins) > 0, "origins", "Name at least one origin, such as https://wiki.example.com.")
	problems.add(len(a.Origins) <= maxOrigins, "origins", "Use at most 50.")
	problems.addEach(
		a.Origins, isOrigin, "origins",
		"Use a scheme and a host as browsers write them, such as https://wiki.example.com: "+
			"lower case, no path, no standard port.",
	)
	problem := startPathProblem(a.StartPath)
	problems.add(problem == "", "start_path", problem)
	problems.add(len(a.Enterprises) <= maxEnterprises, "enterprises", "Use at most 1000.")
	problems.add(
		a.SignIn == "" || a.Admits(a.SignIn), "sign_in",
		"This enterprise is not among those that may come in.",
	)
	problems.add(len(a.Groups) <= maxGroupRefs, "groups", "Use at most 200.")
	problems.addEach(
		a.Groups, isGroupRef, "groups",
		"Use the key of an organization, a slash and the name of a group.",
	)
	problems.add(len(a.Told) <= maxGroupRefs, "told_groups", "Use at most 200.")
	problems.addEach(
		a.Told, isToldRef, "told_groups",
		"Use the key of an organization, a slash and the name of a group, or * for all of them.",
	)
	problems.add(len(a.Attributes) <= MaxAttributes, "attributes", "Use at most 20.")
	problems.addEach(
		a.Attributes, ValidAttributeName, "attributes",
		"Use the name of an attribute: lower-case letters, digits and underscores.",
	)
	problems.add(len(a.PublicPaths) <= maxPublicPaths, "public_paths", "Use at most 100.")
	for i, path := range a.PublicPaths {
		problem := publicPathProblem(path)
		problems.add(problem == "", "public_paths["+strconv.Itoa(i)+"]", problem)
	}
	problems.add(
		a.Need.MaxAge == 0 || a.Need.MaxAge >= MinSessionTime && a.Need.MaxAge <= MaxAuthnAge,
		"authn_max_age_minutes", "Use 0, or between 5 and 43200 minutes.",
	)
	problems.add(
		a.GroupsLimit >= 0 && a.GroupsLimit <= MaxGroupsLimit, "groups_limit",
		"Use at most 16384 bytes; 0 is the default of 2048.",
	)
	return problems
}

// problemList collects the problems of a value with the fields they are about.
type problemList []FieldError

// add adds a problem of a field unless it is as it should be.
func (p *problemList) add(ok bool, field, message string) {
	if !ok {
		*p = append(*p, FieldError{field, message})
	}
}

// addEach adds a problem for each entry of a list that is not valid.
func (p *problemList) addEach(list []string, valid func(string) bool, field, message string) {
	for i, entry := range list {
		p.add(valid(entry), field+"["+strconv.Itoa(i)+"]", message)
	}
}

// isOrigin reports whether a text is an origin as browsers write it.
func isOrigin(text string) bool {
	canonical, err := OriginOf(text)
	return err == nil && canonical == text
}

// startPathProblem says what is wrong with a start path; "" if it is empty or a path that
// every reader keeps at its origin. A proxy never sees a fragment.
func startPathProblem(path string) string {
	if path == "" {
		return ""
	}
	_, err := ParseAbsolute("https://example.com" + path)
	switch {
	case err != nil || len(path) > maxStartPath || path[0] != '/' || strings.HasPrefix(path, "//"):
		return "Use a path of at most 1000 bytes that begins with one slash, such as /home."
	case strings.Contains(path, "#"):
		return "A start path has no fragment: leave out # and what follows it."
	}
	return ""
}

// GroupRef names a group across organizations. An organization's key has no
// slash, so the first one ends it.
func GroupRef(organization, group string) string { return organization + "/" + group }

// isGroupRef reports whether a text names a group as GroupRef does.
func isGroupRef(ref string) bool {
	organization, group, ok := strings.Cut(ref, "/")
	return ok && ValidateKey("", organization) == nil && ValidateGroupName("", group) == nil
}

// isToldRef reports whether a text names a group as GroupRef does, or all groups of an
// organization.
func isToldRef(ref string) bool {
	organization, all := strings.CutSuffix(ref, "/*")
	return all && ValidateKey("", organization) == nil || isGroupRef(ref)
}

// PrincipalGroup is a group of a user, as applications are told about it.
type PrincipalGroup struct {
	ID           GroupID
	Organization string // its key
	Name         string
	Roles        CarriedRoles
}

// Ref returns the group's GroupRef.
func (g PrincipalGroup) Ref() string { return GroupRef(g.Organization, g.Name) }

// hasRef reports whether ref is the group's Ref, without making one.
func (g PrincipalGroup) hasRef(ref string) bool {
	return len(ref) == len(g.Organization)+1+len(g.Name) &&
		strings.HasPrefix(ref, g.Organization) &&
		ref[len(g.Organization)] == '/' &&
		strings.HasSuffix(ref, g.Name)
}

// ComparePrincipalGroups orders groups by organization, then by name.
func ComparePrincipalGroups(a, b PrincipalGroup) int {
	return cmp.Or(strings.Compare(a.Organization, b.Organization), strings.Compare(a.Name, b.Name))
}

// hostPattern accepts DNS names and IPv4 addresses in lower case.
var hostPattern = regexp.MustCompile(
	`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$`,
)

// OriginOf returns the origin of an absolute http or https address, as browsers
// write it. An address with a user name, or one that browsers might read
// differently than net/url, is an error.
func OriginOf(address string) (string, error) {
	u, err := ParseAbsolute(address)
	if err != nil {
		return "", err
	}
	return u.Scheme + "://" + u.Host, nil
}

// ParseAbsolute parses an absolute http or https address that every reader
// understands alike. It returns scheme and host in lower case, without the
// default port.
func ParseAbsolute(address string) (*url.URL, error) {
	const limit = 9 << 10
	wrong := errors.New("not an absolute http or https address")
	if len(address) > limit || strings.ContainsFunc(address, isMisread) {
		return nil, wrong
	}
	u, err := url.Parse(address)
	if err != nil ||
		u.Scheme != "http" && u.Scheme != "https" ||
		!strings.HasPrefix(address[len(u.Scheme):], "://") {
		return nil, wrong
	}
	if u.User != nil || u.Path != "" && u.Path[0] != '/' {
		return nil, wrong
	}
	host, ok := canonicalHost(u)
	if !ok {
		return nil, wrong
	}
	u.Host = host
	return u, nil
}

// canonicalHost returns host and port as browsers write them, or false if
// browsers might read them differently.
func canonicalHost(u *url.URL) (string, bool) {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.HasPrefix(u.Host, "[") {
		ip, err := netip.ParseAddr(host)
		if err != nil || ip.Zone() != "" || ip.String() != host {
			return "", false
		}
		host = "[" + host + "]"
	} else if len(host) > 253 || !hostPattern.MatchString(host) {
		return "", false
	}
	if port == "" {
		return host, !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || port[0] == '0' {
		return "", false
	}
	if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return host, true
	}
	return host + ":" + port, true
}
