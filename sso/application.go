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

// ApplicationKind is how an application learns who is there.
type ApplicationKind string

// ForwardAuth is a site behind a reverse proxy that asks us about each request.
const ForwardAuth ApplicationKind = "forward-auth"

// Application is what sits behind the gateway. It belongs to the installation
// and not to an enterprise: the product has many customers.
type Application struct {
	ID   ApplicationID
	Key  string // in the addresses that proxies ask: /auth/nginx/KEY; see ValidateKey
	Name string // for people
	Kind ApplicationKind
	// Origins are where the application is, as browsers write them:
	// "https://wiki.example.com". Only from there, and only to there, is anybody
	// sent. The first is where people go who asked for nothing in particular.
	Origins []string
	// Enterprises may come in; none named means all of them.
	Enterprises []EnterpriseID
	// Groups let in whoever is in one of them, each as GroupRef writes it; none
	// means that no group is needed.
	Groups []string
	// Told are the groups the application learns of, each as GroupRef writes it
	// or "organization/*"; none means all of them.
	Told []string
	// GroupsLimit is how long the list of groups may get, in bytes; 0 means
	// DefaultGroupsLimit.
	GroupsLimit int
	// SignIn is whose sign-in people without a session are sent to; "" asks them
	// for their company.
	SignIn EnterpriseID
	// PublicPaths need no sign-in: each is one path, or all below one, "/public/*";
	// see IsPublicPath.
	PublicPaths []string
	// AllowPreflight lets CORS preflights pass without a sign-in. Browsers send
	// them without cookies.
	AllowPreflight bool
	CreatedAt      time.Time
}

// Limits of an application.
const (
	defaultGroupsLimit = 2048 // bytes; twice this and the assertion fit into what common servers take
	MaxGroupsLimit     = 16 << 10
	maxOrigins         = 50
	maxGroupRefs       = 200
	maxEnterprises     = 1000
)

// Limit is GroupsLimit, or the default.
func (a Application) Limit() int { return cmp.Or(a.GroupsLimit, defaultGroupsLimit) }

// Admits reports whether people of an enterprise may come in at all.
func (a Application) Admits(ent EnterpriseID) bool {
	return len(a.Enterprises) == 0 || slices.Contains(a.Enterprises, ent)
}

// Serves reports whether an origin, as OriginOf gives it, is the application's.
func (a Application) Serves(origin string) bool { return slices.Contains(a.Origins, origin) }

// Validate reports everything that is wrong with an application, by the names
// of the API.
func (a Application) Validate() []FieldError {
	problems := append(ValidateKey("key", a.Key), ValidateName("name", a.Name)...)
	add := func(ok bool, field, message string) {
		if !ok {
			problems = append(problems, FieldError{field, message})
		}
	}
	// Both an ID and a key may stand in an address.
	add(
		!strings.HasPrefix(a.Key, prefixOf[ApplicationID]()+"-"), "key",
		"A key does not begin with app-, which is how identifiers begin.",
	)
	add(a.Kind == ForwardAuth, "kind", "There is one kind as yet: forward-auth.")
	add(len(a.Origins) > 0, "origins", "Name at least one origin, such as https://wiki.example.com.")
	add(len(a.Origins) <= maxOrigins, "origins", "Use at most 50.")
	for i, o := range a.Origins {
		canonical, err := OriginOf(o)
		add(
			err == nil && canonical == o, "origins["+strconv.Itoa(i)+"]",
			"Use a scheme and a host as browsers write them, such as https://wiki.example.com: lower case, no path, no standard port.",
		)
	}
	add(len(a.Enterprises) <= maxEnterprises, "enterprises", "Use at most 1000.")
	add(a.SignIn == "" || a.Admits(a.SignIn), "sign_in", "This enterprise is not among those that may come in.")
	add(len(a.Groups) <= maxGroupRefs, "groups", "Use at most 200.")
	for i, ref := range a.Groups {
		add(
			validRef(ref, false), "groups["+strconv.Itoa(i)+"]",
			"Use the key of an organization, a slash and the name of a group.",
		)
	}
	add(len(a.Told) <= maxGroupRefs, "told_groups", "Use at most 200.")
	for i, ref := range a.Told {
		add(
			validRef(ref, true), "told_groups["+strconv.Itoa(i)+"]",
			"Use the key of an organization, a slash and the name of a group, or * for all of them.",
		)
	}
	add(len(a.PublicPaths) <= maxPublicPaths, "public_paths", "Use at most 100.")
	for i, path := range a.PublicPaths {
		problem := publicPathProblem(path)
		add(problem == "", "public_paths["+strconv.Itoa(i)+"]", problem)
	}
	add(
		a.GroupsLimit >= 0 && a.GroupsLimit <= MaxGroupsLimit, "groups_limit",
		"Use at most 16384 bytes; 0 is the default of 2048.",
	)
	return problems
}

// GroupRef names a group across organizations: an organization's key has no
// slash, so the first one ends it.
func GroupRef(organization, group string) string { return organization + "/" + group }

func validRef(ref string, all bool) bool {
	organization, group, ok := strings.Cut(ref, "/")
	return ok &&
		ValidateKey("", organization) == nil &&
		(all && group == "*" || ValidateGroupName("", group) == nil)
}

// PrincipalGroup is a group somebody is in, as far as applications are told.
type PrincipalGroup struct {
	ID           GroupID
	Organization string // its key
	Name         string
}

// Ref is what GroupRef makes of it.
func (g PrincipalGroup) Ref() string { return GroupRef(g.Organization, g.Name) }

// ComparePrincipalGroups is their order: by organization, then by name.
func ComparePrincipalGroups(a, b PrincipalGroup) int {
	return cmp.Or(strings.Compare(a.Organization, b.Organization), strings.Compare(a.Name, b.Name))
}

// hostPattern accepts DNS names and IPv4 addresses in lower case.
var hostPattern = regexp.MustCompile(
	`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$`,
)

// OriginOf is the origin of an absolute http or https address, as browsers
// write it. What browsers might read as another origin than net/url does is an
// error, and so is a user name.
func OriginOf(address string) (string, error) {
	u, err := ParseAbsolute(address)
	if err != nil {
		return "", err
	}
	return u.Scheme + "://" + u.Host, nil
}

// ParseAbsolute reads an absolute http or https address that means one thing to
// everybody. Scheme and host are in lower case afterwards, and a standard port
// is gone.
func ParseAbsolute(address string) (*url.URL, error) {
	const limit = 9 << 10
	wrong := errors.New("not an absolute http or https address")
	if len(address) > limit || strings.ContainsFunc(address, misread) {
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

// canonicalHost is host and port as browsers write them; false if they might
// read them as something else.
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
