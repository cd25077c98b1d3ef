package directory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

const applicationsPath = console.Prefix + "/applications"

func (d *Directory) applicationPages() []console.Page {
	operator := func(pattern string, handle console.Handler) console.Page {
		return console.Page{
			Pattern: pattern,
			Need:    console.Operator,
			Handle:  handle,
		}
	}
	return []console.Page{
		operator("GET "+applicationsPath, d.applications),
		operator("POST "+applicationsPath, d.createApplication),
		operator("GET "+applicationsPath+"/new", d.newApplication),
		operator("GET "+applicationsPath+"/{application}", d.application),
		operator("POST "+applicationsPath+"/{application}", d.changeApplication),
		operator("POST "+applicationsPath+"/{application}/delete", d.deleteApplication),
	}
}

func (d *Directory) applications(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	q := queryOf(r)
	all, next, err := d.Structure.Applications(r.Context(), q.page())
	if err != nil {
		return fmt.Errorf("list applications: %w", err)
	}
	p := &applicationsPage{
		Base:  d.Console.Base(v, console.AreaApplications),
		Pager: q.pager(applicationsPath, next),
	}
	p.Flash = console.Said(r, map[string]string{
		"deleted": "Application deleted. No one can access it through Gatehouse now.",
	})
	for _, a := range all {
		row := applicationRow{
			Application: ui.Link{Label: a.Name, Href: applicationHref(a.ID)},
			Key:         a.Key,
			Who:         admitted(a),
		}
		if len(a.Origins) > 0 {
			row.Origin, row.More = a.Origins[0], len(a.Origins)-1
		}
		p.Rows = append(p.Rows, row)
	}
	return d.Console.Render(w, http.StatusOK, p)
}

func applicationHref(id sso.ApplicationID) string { return applicationsPath + "/" + string(id) }

// admitted says who may come in, in a few words.
func admitted(a sso.Application) string {
	who := "everybody"
	if len(a.Enterprises) > 0 {
		who = "people of " + ui.Count(len(a.Enterprises), "enterprise", "enterprises")
	}
	if len(a.Groups) > 0 {
		who += " in one of " + ui.Count(len(a.Groups), "group", "groups")
	}
	return who
}

// typed is the form of an application as it is typed: lists are lines, and
// enterprises are called by their keys.
type typed struct {
	key, name, origins, start, enterprises, groups, told, attributes, limit, signIn, public string
	maxAge, acr                                                                             string
	preflight, programs, services, unlisted                                                 bool
}

func typedIn(r *http.Request) typed {
	get := r.PostForm.Get
	return typed{
		key:         get("key"),
		name:        get("name"),
		origins:     get("origins"),
		start:       strings.TrimSpace(get("start_path")),
		unlisted:    get("unlisted") == "true",
		enterprises: get("enterprises"),
		groups:      get("groups"),
		told:        get("told_groups"),
		attributes:  get("attributes"),
		limit:       get("groups_limit"),
		signIn:      get("sign_in"),
		public:      get("public_paths"),
		maxAge:      strings.TrimSpace(get("authn_max_age_minutes")),
		acr:         get("acr"),
		preflight:   get("allow_preflight") == "true",
		programs:    get("programs") == "true",
		services:    get("services") == "true",
	}
}

// area is a field of several lines.
func area(name, label, hint, value string, optional bool) ui.Field {
	const most = 64 << 10
	return ui.Field{
		ID:       name,
		Name:     name,
		Label:    label,
		Hint:     hint,
		Value:    value,
		Kind:     "area",
		Lines:    3,
		Most:     most,
		Mono:     true,
		Optional: optional,
	}
}

// The hints are the words of the API, and of the pages on integrations.
const (
	originsHint = "Scheme and host as browsers write them, such as https://wiki.example.com, with the port if it is " +
		"not the standard one; at least one. Requests for other origins are refused, and a sign-in returns to " +
		"these only. Without a page to return to, it leads to the first."
	startPathHint = "Path at the first origin that opens from the list of applications, and after a sign-in without " +
		"a page to return to, such as /home. It begins with one slash, has at most 1000 bytes and no fragment (#). " +
		"Empty: /."
)

func (t typed) fields() []ui.Field {
	fields := []ui.Field{
		{
			ID:           "name",
			Name:         "name",
			Label:        "Name",
			Hint:         "What people are shown.",
			Value:        t.name,
			Most:         sso.MaxNameLength,
			Autocomplete: "off",
		},
		{
			ID:           "key",
			Name:         "key",
			Label:        "Key",
			Hint:         "Part of the addresses that proxies ask. If you change it, proxies with the old key let no one in.",
			Value:        t.key,
			Most:         63,
			Mono:         true,
			Autocomplete: "off",
		},
		area(
			"origins", "Origins",
			originsHint+" One per line.", t.origins, false,
		),
		{
			ID:           "start_path",
			Name:         "start_path",
			Label:        "Start path",
			Hint:         startPathHint,
			Value:        t.start,
			Most:         1000,
			Mono:         true,
			Optional:     true,
			Autocomplete: "off",
		},
		area(
			"enterprises", "Allowed enterprises",
			"Keys of enterprises, one per line. Empty: every enterprise.",
			t.enterprises, true,
		),
		area(
			"groups", "Required groups",
			"As organization/group, one per line. A member of any of them may use the application. Empty: no group is required.",
			t.groups, true,
		),
		area(
			"told_groups", "Groups shared",
			"As organization/group, or organization/* for all of an organization, one per line. Empty: all groups.",
			t.told, true,
		),
		area(
			"attributes", "Attributes shared",
			"Names of attributes that enterprises keep of their people, such as department, one per line. Empty: none.",
			t.attributes, true,
		),
		{
			ID:       "groups_limit",
			Name:     "groups_limit",
			Label:    "Maximum size of groups and attributes",
			Hint:     "In bytes, up to 16384. Empty: 2048.",
			Value:    t.limit,
			Kind:     "number",
			Optional: true,
			Most:     5,
		},
		{
			ID:           "sign_in",
			Name:         "sign_in",
			Label:        "Enterprise to sign in at",
			Hint:         "The key of an enterprise. Empty: they are asked where they work.",
			Value:        t.signIn,
			Most:         63,
			Mono:         true,
			Optional:     true,
			Autocomplete: "off",
		},
		area(
			"public_paths", "Paths that need no sign-in",
			"Such as /health, or /public/* for all below it, one per line. None: every request needs a sign-in.",
			t.public, true,
		),
	}
	fields = append(fields, t.need()...)
	return append(fields, t.boxes()...)
}

// need are the fields of what is required of how users authenticated.
func (t typed) need() []ui.Field {
	return []ui.Field{
		{
			ID:    "authn_max_age_minutes",
			Name:  "authn_max_age_minutes",
			Kind:  "number",
			Label: "Ask for a new sign-in after, in minutes",
			Hint: "Counted from when the person authenticated at the identity provider. At least 5. " +
				"Empty: as long as the session lasts.",
			Value:    t.maxAge,
			Most:     6,
			Optional: true,
		},
		{
			ID:    "acr",
			Name:  "acr",
			Kind:  "area",
			Label: "Accepted authentication contexts",
			Hint: "The acr of OpenID Connect or the AuthnContextClassRef of SAML, such as phr or " +
				"https://refeds.org/profile/mfa, one per line. A session without one of them " +
				"is sent to sign in again. Empty: any.",
			Value:    t.acr,
			Most:     4000,
			Lines:    3,
			Mono:     true,
			Optional: true,
		},
	}
}

// boxes are what the application lets in without a browser's sign-in.
func (t typed) boxes() []ui.Field {
	return []ui.Field{
		{
			ID:       "unlisted",
			Name:     "unlisted",
			Kind:     "check",
			Value:    "true",
			Label:    "Leave it out of people’s list of applications",
			Hint:     "The list on their account page. The rules of admission do not change.",
			Checked:  t.unlisted,
			Optional: true,
		},
		{
			ID:       "allow_preflight",
			Name:     "allow_preflight",
			Kind:     "check",
			Value:    "true",
			Label:    "Let CORS preflights pass without a sign-in",
			Hint:     "Browsers send them without cookies, before a script of another site calls this application.",
			Checked:  t.preflight,
			Optional: true,
		},
		{
			ID:       "programs",
			Name:     "programs",
			Kind:     "check",
			Value:    "true",
			Label:    "Accept programs of people, with a token",
			Hint:     "Only if its proxy removes the token from what the application gets, as the configurations for nginx and Caddy do.",
			Checked:  t.programs,
			Optional: true,
		},
		{
			ID:       "services",
			Name:     "services",
			Kind:     "check",
			Value:    "true",
			Label:    "Accept services of organizations, with a token",
			Hint:     "Under the same condition. A service has no address, and its login is its identifier.",
			Checked:  t.services,
			Optional: true,
		},
	}
}

// linesOf are the lines of an area that have anything in them.
func linesOf(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// number returns the limit of the form: 0 if it is left empty. If it is no number,
// it returns one out of range and false.
func (t typed) number() (n int, ok bool) {
	text := strings.TrimSpace(t.limit)
	if text == "" {
		return 0, true
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1, false
	}
	return n, true
}

// problems says what is wrong with the form in its own terms: by line, and of a
// limit that is no number that it is none.
func (t typed) problems(err error) error {
	err = byLine(err)
	e, known := errors.AsType[*sso.Error](err)
	if _, ok := t.number(); known && !ok {
		for i := range e.Fields {
			if e.Fields[i].Field == "groups_limit" {
				e.Fields[i].Message = "Enter a number of bytes, or nothing."
			}
		}
	}
	return err
}

// edit returns the change that the form asks for.
func (t typed) edit() directory.ApplicationEdit {
	limit, _ := t.number()
	signIn := strings.TrimSpace(t.signIn)
	contexts := strings.Fields(t.acr)
	return directory.ApplicationEdit{
		Key:            &t.key,
		Name:           &t.name,
		Origins:        listOf(t.origins),
		StartPath:      &t.start,
		Unlisted:       &t.unlisted,
		EnterpriseKeys: listOf(t.enterprises),
		Groups:         listOf(t.groups),
		Told:           listOf(t.told),
		Attributes:     listOf(t.attributes),
		GroupsLimit:    &limit,
		SignInKey:      &signIn,
		PublicPaths:    listOf(t.public),
		Preflight:      &t.preflight,
		Programs:       &t.programs,
		Services:       &t.services,
		AuthnMaxAge:    typedMinutes(t.maxAge),
		Acr:            &contexts,
	}
}

// listOf returns the lines of an area; an empty area takes all values away.
func listOf(text string) []string {
	return append([]string{}, linesOf(text)...)
}

// typedOf is an application as its form shows it.
func (d *Directory) typedOf(ctx context.Context, a sso.Application) (typed, error) {
	t := typed{
		key:        a.Key,
		name:       a.Name,
		origins:    strings.Join(a.Origins, "\n"),
		start:      a.StartPath,
		unlisted:   a.Unlisted,
		groups:     strings.Join(a.Groups, "\n"),
		told:       strings.Join(a.Told, "\n"),
		attributes: strings.Join(a.Attributes, "\n"),
		public:     strings.Join(a.PublicPaths, "\n"),
		preflight:  a.AllowPreflight,
		programs:   a.Programs,
		services:   a.Services,
		maxAge:     minutesOrNone(a.Need.MaxAge),
		acr:        strings.Join(a.Need.Contexts(), "\n"),
	}
	if a.GroupsLimit > 0 {
		t.limit = strconv.Itoa(a.GroupsLimit)
	}
	var keys []string
	for _, id := range a.Enterprises {
		key, err := d.keyOf(ctx, id)
		if err != nil {
			return t, err
		}
		keys = append(keys, key)
	}
	t.enterprises = strings.Join(keys, "\n")
	if a.SignIn == "" {
		return t, nil
	}
	var err error
	t.signIn, err = d.keyOf(ctx, a.SignIn)
	return t, err
}

// keyOf returns the key of an enterprise, or the identifier of one that was
// deleted, so that an admin can remove it from the list: a list without it might be
// empty, which admits every enterprise.
func (d *Directory) keyOf(ctx context.Context, id sso.EnterpriseID) (string, error) {
	e, err := d.Structure.Enterprise(ctx, id)
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		return string(id), nil
	case err != nil:
		return "", fmt.Errorf("find an enterprise: %w", err)
	}
	return e.Key, nil
}

func (d *Directory) newApplication(w http.ResponseWriter, _ *http.Request, v console.Visit) error {
	return d.showNew(w, v, typed{}, nil)
}

func (d *Directory) showNew(w http.ResponseWriter, v console.Visit, t typed, wrong error) error {
	fields := t.fields()
	return d.Console.Render(w, console.FormStatus(wrong), &applicationDetailPage{
		Base:    d.applicationBase(v),
		Heading: "Add an application",
		New:     true,
		Wrong:   ui.Blame(wrong, pointers(fields)...),
		Action:  applicationsPath,
		Fields:  fields,
	})
}

func (d *Directory) applicationBase(v console.Visit) ui.Base {
	return d.Console.Base(v, console.AreaApplications, ui.Link{
		Label: "Applications",
		Href:  applicationsPath,
	})
}

func (d *Directory) createApplication(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	t := typedIn(r)
	a, err := d.Service.CreateApplication(r.Context(), v.Actor, sso.ForwardAuth, t.edit())
	err = t.problems(err)
	switch {
	case console.OnForm(err):
		return d.showNew(w, v, t, err)
	case err != nil:
		return fmt.Errorf("create an application: %w", err)
	}
	return console.Done(w, applicationHref(a.ID), "created")
}

// applicationOf finds what the path names.
func (d *Directory) applicationOf(r *http.Request) (sso.Application, error) {
	id, err := sso.ParseID[sso.ApplicationID](r.PathValue("application"))
	if err != nil {
		return sso.Application{}, err
	}
	a, err := d.Structure.Application(r.Context(), id)
	if err != nil {
		return sso.Application{}, fmt.Errorf("find an application: %w", err)
	}
	return a, nil
}

func (d *Directory) application(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	a, err := d.applicationOf(r)
	if err != nil {
		return err
	}
	return d.showApplication(w, r, v, a, nil, nil)
}

// showApplication renders an application with its form as it was typed, or as it
// is saved if t is nil.
func (d *Directory) showApplication(
	w http.ResponseWriter, r *http.Request, v console.Visit, a sso.Application, t *typed, wrong error,
) error {
	saved, err := d.typedOf(r.Context(), a)
	if err != nil {
		return err
	}
	if t == nil {
		t = &saved
	}
	removal, err := d.removalText(r.Context(), a)
	if err != nil {
		return err
	}
	shared, err := d.sharedOrigins(r.Context(), a)
	if err != nil {
		return err
	}
	fields := t.fields()
	here := applicationHref(a.ID)
	p := &applicationDetailPage{
		Base:     d.applicationBase(v),
		Heading:  a.Name,
		Wrong:    console.BlameEdit(wrong, saved.fields(), pointers(fields)...),
		Action:   here,
		Hidden:   []ui.HiddenField{console.RevisionField(a.Revision)},
		Fields:   fields,
		Shared:   shared,
		Snippets: d.snippets(a),
		Cookie:   !d.reaches(a),
		Remove: &ui.Confirm{
			Label:  "Delete this application",
			Text:   removal,
			Action: here + "/delete",
			Button: "Delete",
			Danger: true,
		},
	}
	p.Flash = console.Said(r, map[string]string{
		"created": "The application is added. Its proxy can ask for it now.",
		"saved":   "The application is changed. It holds within a second, on every node.",
	})
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// reaches reports whether the session cookie is sent to every host of an
// application.
func (d *Directory) reaches(a sso.Application) bool {
	for _, o := range a.Origins {
		u, err := url.Parse(o)
		if err != nil {
			return false
		}
		host := u.Hostname()
		if host != d.Host &&
			(d.CookieDomain == "" ||
				host != d.CookieDomain && !strings.HasSuffix(host, "."+d.CookieDomain)) {
			return false
		}
	}
	return true
}

func (d *Directory) changeApplication(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	a, err := d.applicationOf(r)
	if err != nil {
		return err
	}
	t := typedIn(r)
	edit := t.edit()
	edit.Revision = console.Revision(r.PostForm)
	_, refused := d.Service.UpdateApplication(r.Context(), v.Actor, a.ID, edit)
	refused = t.problems(refused)
	switch {
	case refused == nil:
		return console.Done(w, applicationHref(a.ID), "saved")
	case !console.OnForm(refused):
		return fmt.Errorf("change an application: %w", refused)
	case sso.KindOf(refused) == sso.Stale: // it may have been changed after it was found
		if a, err = d.applicationOf(r); err != nil {
			return err
		}
	default: // the corrected form is still made from the revision of this one
		a.Revision = edit.Revision
	}
	return d.showApplication(w, r, v, a, &t, refused)
}

func (d *Directory) deleteApplication(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	a, err := d.applicationOf(r)
	if err != nil {
		return err
	}
	if err := d.Service.DeleteApplication(r.Context(), v.Actor, a.ID, sso.AnyRevision); err != nil {
		return fmt.Errorf("delete an application: %w", err)
	}
	return console.Done(w, applicationsPath, "deleted")
}
